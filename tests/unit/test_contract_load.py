"""Contracts are read from the dbt sources, and a malformed one says what is wrong."""

from pathlib import Path

import pytest
import yaml

from credit_grading.contract.load import ContractFileError, load_contract, load_contracts
from credit_grading.landing.headers import normalise_heading


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


@pytest.mark.parametrize("contract_id", sorted(load_contracts()))
def test_a_contract_of_the_project_is_ready_for_a_clerk(contract_id):
    contract = load_contract(contract_id)
    headings = [
        heading
        for column in contract.columns
        for heading in {normalise_heading(accepted) for accepted in (column.name, *column.headers)}
    ]
    assert len(headings) == len(set(headings)) > 5, "a heading that names two columns is received into one of them"
    for column in contract.columns:
        assert column.description, column.name
        assert any(not heading.isascii() for heading in column.headers), f"{column.name} has no Chinese heading"
    assert contract.standard
    assert contract.title_zh in contract.description or contract.description[0] > "\u2e80"


def test_contracts_with_persons_never_name_a_person_in_clear():
    persons = {contract.id: contract for contract in load_contracts().values() if contract.has_persons}
    assert set(persons) == {"procurement_expert", "expert_review", "expert_violation", "professional_title"}
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
