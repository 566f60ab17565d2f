"""Contracts are read from the dbt sources, and a malformed one says what is wrong."""

from pathlib import Path

import pytest
import yaml

from credit_grading import paths
from credit_grading.contract.headings import normalise_heading
from credit_grading.contract.load import ContractFileError, load_contract, load_contracts
from credit_grading.contract.model import Contract
from credit_grading.landing.headers import map_header


def document() -> dict:
    meta = {
        "title_zh": "欠税", "standard": "税务公告", "natural_key": ["notice"], "version_column": None,
        "subject": {"credit_code": "code", "name": "name", "local_id": None},
    }  # fmt: skip
    columns = [
        {"name": "notice", "data_type": "text", "config": {"meta": {"headers": ["公告文号"], "required": True}}},
        {"name": "code", "data_type": "text", "config": {"meta": {"header_required": True, "check": "credit_code"}}},
        {"name": "name", "data_type": "text", "config": {"meta": {"headers": ["QS_MC", "纳税人名称"]}}},
        {"name": "until", "data_type": "date", "config": {"meta": {"open_ended": ["PLAIN_DATE"]}}},
    ]
    table = {"name": "arrears", "description": "欠税公告", "config": {"meta": meta}, "columns": columns}
    return {"version": 2, "sources": [{"name": "landing", "schema": "landing", "tables": [table]}]}


def write(folder: Path, content: dict, name: str = "arrears.yml") -> None:
    text = yaml.safe_dump(content, allow_unicode=True).replace("PLAIN_DATE", "2099-12-31")
    (folder / name).write_text(text, encoding="utf-8")


def table(content: dict) -> dict:
    return content["sources"][0]["tables"][0]


def amount(content: dict, **meta: object) -> None:
    content["columns"].append(
        {"name": "amount", "data_type": "numeric", "config": {"meta": {"headers": ["欠税金额"], **meta}}}
    )


def layouts(content: dict, declared: object) -> None:
    content["config"]["meta"]["layouts"] = declared


def old(**changes: object) -> dict:
    return {"2016": {"title_zh": "旧格式", "headers": {"name": ["QS_NAME"]}} | changes}


def test_a_contract_is_read_with_its_defaults(tmp_path):
    write(tmp_path, document())
    contract = load_contract("arrears", tmp_path)
    assert (contract.id, contract.natural_key, contract.subject["credit_code"]) == ("arrears", ("notice",), "code")
    notice, code, name, until = contract.columns
    assert (notice.required, notice.header_required) == (True, True)
    assert (code.required, code.header_required, code.checks) == (False, True, ("credit_code",))
    assert name.label == "QS_MC 纳税人名称"
    assert until.open_ended == ("2099-12-31",)


def test_files_without_a_landing_source_are_passed_over(tmp_path):
    write(tmp_path, document())
    write(tmp_path, {"models": [{"name": "x"}]}, "models.yml")
    assert list(load_contracts(tmp_path)) == ["arrears"]


def test_the_projects_own_contracts_load():
    contracts = load_contracts()
    assert {"market_entity", "administrative_penalty", "honour", "serious_dishonesty"} <= set(contracts)
    assert all(contract.natural_key for contract in contracts.values())


def headings_of(contract: Contract) -> dict[str, tuple[str, ...]]:
    """Every heading of each column besides its own name, those of its layouts last."""
    return {
        column.name: (
            *column.headers,
            *(heading for layout in contract.layouts for heading in layout.headers.get(column.name, ())),
        )
        for column in contract.columns
    }


@pytest.mark.parametrize("contract_id", sorted(load_contracts()))
def test_a_contract_of_the_project_is_ready_for_a_clerk(contract_id):
    contract = load_contract(contract_id)
    accepted = headings_of(contract)
    headings = [
        heading
        for name, others in accepted.items()
        for heading in {normalise_heading(accepted) for accepted in (name, *others)}
    ]
    assert len(headings) == len(set(headings)) > 5, "a heading that names two columns is received into one of them"
    for column in contract.columns:
        assert column.description[0] > "\u2e80", f"{column.name} has no Chinese title"
        assert any(not heading.isascii() for heading in accepted[column.name]), f"{column.name} has no Chinese heading"
    assert contract.standard
    assert contract.title_zh in contract.description or contract.description[0] > "\u2e80"


@pytest.mark.parametrize("contract_id", sorted(load_contracts()))
def test_a_header_of_chinese_names_alone_maps_completely(contract_id):
    contract = load_contract(contract_id)
    header = {
        column.name: next(heading for heading in column.headers if not heading.isascii())
        for column in contract.columns
        if column.headers
    }
    mapping = map_header(list(header.values()), contract)
    personal = {column.name for column in contract.columns if column.personal}
    assert set(mapping.columns) == set(header) - personal
    assert (mapping.unknown, mapping.layout) == ((), None)


# contracts whose standard gives a code to every column that a feed must have
CODED = {"administrative_licence", "administrative_penalty", "market_entity", "abnormal_operation"}
LAYOUTS = {
    ("administrative_licence", "2016"), ("administrative_penalty", "2016"), ("arrears", "tax"),
    ("industry_grade", "water"), ("industry_record", "tax_nonnormal"),
    ("serious_dishonesty", "government_procurement"), ("serious_dishonesty", "market_regulation"),
    ("serious_dishonesty", "major_tax_violation"),
}  # fmt: skip


@pytest.mark.parametrize("contract_id", sorted(CODED))
def test_a_header_of_official_codes_alone_maps_completely(contract_id):
    contract = load_contract(contract_id)
    coded = {column.name: [heading for heading in column.headers if heading.isascii()] for column in contract.columns}
    mapping = map_header([codes[0] for codes in coded.values() if codes], contract)
    personal = {column.name for column in contract.columns if column.personal}
    assert set(mapping.columns) == {name for name, codes in coded.items() if codes} - personal
    assert (mapping.unknown, mapping.layout) == ((), None)


@pytest.mark.parametrize(
    ("contract_id", "codes"),
    [
        ("administrative_penalty", """CF_XDR_MC CF_XDR_LB CF_XDR_SHXYM CF_XDR_GSZC CF_XDR_ZZJG CF_XDR_SWDJ CF_XDR_SYDW
         CF_XDR_SHZZ CF_FRDB CF_FR_ZJLX CF_FR_ZJHM CF_XDR_ZJLX CF_XDR_ZJHM CF_WSH CF_WFXW CF_SY CF_YJ CF_CFLB CF_NR
         CF_NR_FK CF_NR_WFFF CF_NR_ZKDX CF_JDRQ CF_YXQ CF_GSJZQ CF_CFJG CF_CFJGDM CF_SJLY CF_SJLYDM BZ"""),
        ("administrative_licence", """XK_XDR_MC XK_XDR_LB XK_XDR_SHXYM XK_XDR_GSZC XK_XDR_ZZJG XK_XDR_SWDJ XK_XDR_SYDW
         XK_XDR_SHZZ XK_FRDB XK_FR_ZJLX XK_FR_ZJHM XK_XDR_ZJLX XK_XDR_ZJHM XK_XKWS XK_WSH XK_XKLB XK_XKZS XK_XKBH XK_NR
         XK_JDRQ XK_YXQZ XK_YXQZI XK_XKJG XK_XKJGDM XK_ZT XK_LYDW XK_LYDWDM BZ"""),
    ],
)  # fmt: skip
def test_every_code_of_the_2018_standard_has_its_own_column(contract_id, codes):
    mapping = map_header(codes.split(), load_contract(contract_id))
    assert (mapping.unknown, mapping.layout) == ((), None)
    personal = [message for _, message in mapping.notices]
    assert len(personal) == 5, "representative, and type and number of both identity documents"
    assert len(mapping.columns) == len(codes.split()) - len(personal)


@pytest.mark.parametrize(("contract_id", "name"), sorted(LAYOUTS))
def test_a_header_of_a_layout_is_recognised(contract_id, name):
    contract = load_contract(contract_id)
    layout = next(layout for layout in contract.layouts if layout.name == name)
    header = [headings[0] for headings in layout.headers.values()]
    header += [
        column.headers[0]
        for column in contract.columns
        if column.header_required and column.name not in {*layout.headers, *layout.fixed}
    ]
    mapping = map_header(header, contract)
    assert (mapping.unknown, mapping.layout) == ((), name)
    assert set(mapping.headings) <= set(header)
    assert any(layout.title_zh in message for _, message in mapping.notices)


def test_no_layout_of_the_project_is_untried():
    assert {
        (contract.id, layout.name) for contract in load_contracts().values() for layout in contract.layouts
    } == LAYOUTS


def test_the_page_of_contracts_lists_every_contract_with_its_standard_and_every_layout():
    page = (paths.home() / "docs" / "contracts.md").read_text(encoding="utf-8")
    for contract in load_contracts().values():
        key = ", ".join(f"`{name}`" for name in contract.natural_key)
        assert f"| `{contract.id}` | {contract.title_zh} | {contract.standard} | {key} |" in page
        for layout in contract.layouts:
            assert f"| `{contract.id}` | `{layout.name}` | {layout.title_zh} |" in page


def test_contracts_with_persons_never_name_a_person_in_clear():
    persons = {contract.id: contract for contract in load_contracts().values() if contract.has_persons}
    assert set(persons) == {
        "procurement_expert", "expert_review", "expert_violation", "professional_title", "inspector"
    }  # fmt: skip
    for contract in persons.values():
        assert contract.column(contract.subject["person_id"]).required
        assert not contract.column(contract.subject["person_name"]).personal


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.update(name="arears"), "the table is called 'arears', the file 'arrears'"),
        (lambda t: t["config"]["meta"].pop("title_zh"), "meta.title_zh is missing"),
        (lambda t: t["config"]["meta"].update(natural_key=["notise"]), "not a column; did you mean 'notice'?"),
        (lambda t: t["config"]["meta"]["subject"].update(name="nam"), "meta.subject.name names 'nam'"),
        (lambda t: t["config"]["meta"]["subject"].update(person_id="cod"), "meta.subject.person_id names 'cod'"),
        (lambda t: t["config"]["meta"]["subject"].update(person_name="name"), "a person_name but no person_id"),
        (lambda t: t["config"]["meta"].pop("subject"), "meta.subject is missing: it names the columns of credit_code"),
        (lambda t: t["config"]["meta"].update(natural_kei=1), "'natural_kei' is not a known key; did you mean"),
        (lambda t: t["columns"][0].update(data_type="float"), "column 'notice': data_type is 'float'"),
        (lambda t: t["columns"][0].update(name="批号"), "column '批号': a name is small letters"),
        (lambda t: t["columns"][2].update(name="row_hash"), "kept for landing's own columns"),
        (lambda t: t["columns"][3].update(name="code"), "column 'code' is declared more than once"),
        (lambda t: t["columns"][0]["config"]["meta"].update(requierd=True), "did you mean 'required'?"),
        (lambda t: t["columns"][0]["config"]["meta"].update(required="yes"), "required must be true or false"),
        (lambda t: t["columns"][1]["config"]["meta"].update(check="credit_cod"), "did you mean 'credit_code'?"),
        (lambda t: t["columns"][0]["config"]["meta"].update(headers="公告文号"), "headers must be a list"),
        (lambda t: t["columns"][0]["config"]["meta"].update(unit="万元"), "unit is '万元', must be one of yuan"),
        (
            lambda t: t["columns"][1]["config"]["meta"].update(headers=["公告 文号"]),
            "is already that of column 'notice'",
        ),
        (
            lambda t: t["columns"][0]["config"]["meta"].update(header_units={"公告文号": "yuan"}),
            "is for numeric columns",
        ),
        (lambda t: amount(t, header_units={"金额": "yuan"}), "'金额', which is not one of its headings; did you mean"),
        (lambda t: amount(t, header_units={"欠税金额": "元"}), "header_units says '元', must be one of yuan"),
        (lambda t: amount(t, header_units=["欠税金额"]), "header_units must map headings to units"),
        (lambda t: amount(t, part_of="notice"), "part_of names 'notice': only texts can be put together"),
        (
            lambda t: t["columns"][2]["config"]["meta"].update(part_of="nam"),
            "part_of names 'nam', which is not another",
        ),
        (lambda t: layouts(t, ["2016"]), "meta.layouts must map the name of a layout"),
        (lambda t: layouts(t, {"2016": "旧"}), "meta.layouts '2016' must be a mapping of title_zh, headers"),
        (lambda t: layouts(t, {"2016": {"headers": {"name": ["QS_NAME"]}}}), "'2016': title_zh is missing"),
        (lambda t: layouts(t, {"2016": {"title_zh": "旧"}}), "headers is missing: a layout is known by headings"),
        (lambda t: layouts(t, old(headers={"nam": ["X"]})), "headers names 'nam', which is not a column; did you mean"),
        (lambda t: layouts(t, old(headers={"name": "X"})), "headers must map columns to lists of headings"),
        (lambda t: layouts(t, old(headers={"name": ["qs_mc"]})), "'qs_mc' of layout '2016' (name) is already that of"),
        (lambda t: layouts(t, old(fixed={"nam": "x"})), "fixed names 'nam', which is not a column"),
        (lambda t: layouts(t, old(values={"name": ["x"]})), "values must map columns to what received words mean"),
        (lambda t: layouts(t, old(heders={})), "'heders' is not a known key; did you mean 'headers'?"),
    ],
)
def test_a_malformed_contract_names_file_and_mistake(tmp_path, change, message):
    content = document()
    change(table(content))
    write(tmp_path, content)
    with pytest.raises(ContractFileError) as caught:
        load_contracts(tmp_path)
    assert message in str(caught.value)
    assert all(problem.startswith(str(tmp_path / "arrears.yml")) for problem in caught.value.problems)


def test_problems_of_all_files_come_at_once(tmp_path):
    (tmp_path / "broken.yml").write_text("a: [", encoding="utf-8")
    content = document()
    table(content)["columns"][0]["data_type"] = "float"
    table(content)["columns"][1]["data_type"] = "double"
    write(tmp_path, content)
    with pytest.raises(ContractFileError) as caught:
        load_contracts(tmp_path)
    assert len(caught.value.problems) == 3
    assert "broken.yml: is not valid YAML" in str(caught.value)


def test_an_unknown_contract_is_suggested(tmp_path):
    write(tmp_path, document())
    with pytest.raises(ContractFileError, match=r"no contract 'arears'; did you mean 'arrears'\?"):
        load_contract("arears", tmp_path)
