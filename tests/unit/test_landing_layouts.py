"""A header says what its texts mean: which layout, which unit; and the batch keeps what it said."""

from pathlib import Path

import psycopg
import pytest

from credit_grading.contract.load import load_contract
from credit_grading.landing.headers import WrongHeader, map_header
from credit_grading.landing.problem import FeedOutcome, FeedProblem
from credit_grading.landing.receive import receive_feed
from tests.unit.landing_support import HEADER, csv_text, department, feed, no_connection, penalty, write

OLD = ["CF_WSH", "CF_XDR_MC", "CF_XDR_SHXYM", "CF_CFLB1", "CF_JDRQ", "CF_XZJG", "CF_CFLB2", "CF_ZT"]
TABLE = "landing.administrative_penalty"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    return tmp_path / "penalties"


def receive(warehouse: psycopg.Connection) -> FeedOutcome:
    one = feed()
    return receive_feed(warehouse, department(one), one, open_connection=no_connection)


def hashes(warehouse: psycopg.Connection) -> list[str]:
    return [found[0] for found in warehouse.execute(f"select row_hash from {TABLE} order by batch_id, row_number")]


def test_the_batch_keeps_layout_and_headings_and_the_notes_name_the_layout(warehouse, folder):
    write(folder, "a.csv", csv_text([[*penalty(1), "", "0"]], OLD))
    outcome = receive(warehouse)
    assert [(p.level, p.message) for p in outcome.problems] == [
        ("info", "表头按“双公示 2016”格式识别（header of layout 2016）")
    ]
    layout, headings = warehouse.execute("select layout, headings from landing.batch").fetchone()
    assert (layout, headings["penalty_kind"], headings["decision_number"]) == ("2016", "CF_CFLB1", "CF_WSH")
    assert len(headings) == len(OLD)


def test_a_header_of_the_contract_itself_is_no_layout(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)], [" ｃｆ_wsh", *HEADER[1:]]))
    receive(warehouse)
    layout, headings = warehouse.execute("select layout, headings from landing.batch").fetchone()
    assert (layout, headings["decision_number"]) == (None, "CF_WSH")


def test_the_same_numbers_in_another_unit_are_a_correction(warehouse, folder):
    for name, heading in (("a", "CF_NR_FK"), ("b", "罚款金额（万元）"), ("c", "punishmoney"), ("d", "罚款金额(元)")):
        write(folder, f"{name}.csv", csv_text([[*penalty(1), "0.2"]], [*HEADER, heading]))
    receive(warehouse)
    ten_thousand, again, yuan, also_yuan = hashes(warehouse)
    assert ten_thousand == again != yuan == also_yuan


@pytest.mark.parametrize(
    ("heading", "known", "reading"),
    [("处罚金额（元）", "罚款金额（元）", "fine_amount yuan"), ("处罚金额（万元）", "处罚金额（万元）", "fine_amount"),
     ("处罚金额", "处罚金额", "fine_amount")],
)  # fmt: skip
def test_a_department_s_own_heading_is_read_in_the_unit_that_it_names(heading, known, reading):
    mapping = map_header([*HEADER, heading], load_contract("administrative_penalty"), {heading: "fine_amount"})
    assert dict(zip(mapping.columns, mapping.headings, strict=True))["fine_amount"] == known
    assert reading in mapping.readings


def test_the_same_code_in_another_layout_is_a_correction(warehouse, folder):
    header = ["决定书文号", *HEADER[1:]]
    header[0] = "CF_WSH"
    write(folder, "a.csv", csv_text([penalty(1, 处罚类别="1")], header))
    header[3] = "处罚类别1"
    write(folder, "b.csv", csv_text([penalty(1, 处罚类别="1")], header))
    receive(warehouse)
    assert len(set(hashes(warehouse))) == 2


def test_headings_of_two_layouts_are_refused_by_name(warehouse, folder):
    contract = load_contract("serious_dishonesty")
    header = ["主体名称", "统一社会信用代码", "主要违法事实", "执法单位", "列入日期", "名单类别"]
    with pytest.raises(WrongHeader) as caught:
        map_header(header, contract)
    [(_, message)] = caught.value.problems
    assert "政府采购严重违法失信行为记录名单" in message and "重大税收违法" in message and "“执法单位”" in message


def test_what_a_layout_fixes_needs_no_column(warehouse, folder):
    contract = load_contract("serious_dishonesty")
    header = ["企业名称", "统一社会信用代码(或组织机构代码)", "严重违法失信行为的具体情形", "处罚日期", "执法单位"]
    assert "list_type" not in map_header(header, contract).columns
    with pytest.raises(WrongHeader, match="缺少列“名单类别”"):
        map_header(["企业名称", "统一社会信用代码", "列入原因", "列入日期", "列入机关"], contract)


def test_a_missing_column_of_a_layout_is_named(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)[:5]], OLD[:5]))
    with pytest.raises(FeedProblem, match="penalty_authority"):
        receive(warehouse)
