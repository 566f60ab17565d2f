"""Rows that were sent back: handed out, corrected in the very file, received through the same feed, cleared. One dbt
warehouse for the module; its rows are of departments and feeds that a test has for itself."""

import csv
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest

from credit_grading.clerk.example import IDENTITY_NUMBER, example_value
from credit_grading.clerk.marked import DoesNotFit
from credit_grading.contract.headings import heading_of
from credit_grading.contract.load import load_contract
from credit_grading.landing.corrections import CORRECTS_HEADING, REASON_HEADING
from credit_grading.landing.person_keys import VARIABLE as PERSON_KEY
from credit_grading.landing.receive import receive_feed
from credit_grading.quarantine.decisions import DecisionRefused, decide
from tests.sql.landed import INVALID_CODE, VALID_CODE, rows_of
from tests.sql.offices import accepted, corrected_csv, exported, office, receive, states
from tests.unit.landing_support import HEADER, csv_text, no_connection, penalty, write

CODE, NUMBER, NAME, DAY = HEADER[2], HEADER[0], HEADER[1], HEADER[4]


@pytest.fixture(autouse=True)
def person_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PERSON_KEY, "a key of the tests")


def test_csv_comes_back_corrected_and_clears_exactly_what_was_rejected(
    city: psycopg.Connection[Any], tmp_path: Path
) -> None:
    department = office("csv_office")
    rows = [
        penalty(1),
        penalty(2, **{CODE: INVALID_CODE}),
        # the key itself is missing: nothing but the number of the row can say which one is put right
        penalty(3, **{NUMBER: ""}),
        penalty(4, **{NUMBER: "", NAME: '=HYPERLINK("http://x")'}),
        penalty(5, **{DAY: "'-昨天"}),
    ]
    extended = [[*row, "-1+1" if index == 1 else ""] for index, row in enumerate(rows)]
    write(tmp_path / "feeds", "csv_office/2025.csv", csv_text(extended, [*HEADER, "经办人意见"]))
    [first] = receive(city, department)
    assert list(states(city, department).values()) == ["open"] * 4
    export = tmp_path / "export.csv"
    assert exported(city, department, department.feeds[0], export) == 4
    with export.open(encoding="utf-8-sig", newline="") as opened:
        handed_out = list(csv.DictReader(opened))
    assert [row[CORRECTS_HEADING] for row in handed_out] == [f"Q{first}-{n}" for n in (2, 3, 4, 5)]
    assert handed_out[0][REASON_HEADING].startswith(f"{CODE}：统一社会信用代码校验位不符：按营业执照核对代码")
    assert [handed_out[2]["行政相对人名称"], handed_out[3]["处罚决定日期"], handed_out[0]["经办人意见"]] == [
        "'=HYPERLINK(\"http://x\")", "''-昨天", "'-1+1",
    ]  # fmt: skip

    # two are put right; one stays wrong, one is still without its number. Fewer rows than a whole delivery has.
    again = corrected_csv(export, {0: {"行政相对人代码_1(统一社会信用代码)": VALID_CODE}, 2: {NUMBER: "补4号"}})
    write(tmp_path / "feeds", "csv_office/更正.csv", again)
    [second] = receive(city, department)
    assert states(city, department) == {
        f"Q{first}-2": "cleared", f"Q{first}-3": "replaced", f"Q{first}-4": "cleared", f"Q{first}-5": "replaced",
        f"Q{second}-2": "open", f"Q{second}-4": "open",
    }  # fmt: skip
    [(received,)] = rows_of(
        city, "select received_row from quarantine.rejected_row where batch_id = %s and row_number = 4", second
    )
    assert received["decided_on"] == "'-昨天", "the apostrophe that protected a cell is gone, the sender's own stays"
    assert rows_of(
        city, "select penalised_name from staging.administrative_penalty where batch_id = %s order by 1", second
    ) == [('=HYPERLINK("http://x")',), ("重庆测试建设有限公司",)]
    assert rows_of(city, "select extra_columns ->> '经办人意见' from landing.administrative_penalty where batch_id = %s"
                         " and row_number = 1", second) == [("-1+1",)]  # fmt: skip

    # the third file clears the whole chain, and no record is there twice
    assert exported(city, department, department.feeds[0], export) == 2
    write(tmp_path / "feeds", "csv_office/再更正.csv",
          corrected_csv(export, {0: {NUMBER: "补3号"}, 1: {DAY: "2025-03-04"}}))  # fmt: skip
    [third] = receive(city, department)
    assert set(states(city, department).values()) == {"cleared"}
    cleared = "select count(*) from quarantine.rejected_row where department_id = %s and cleared_by_batch_id = %s"
    assert rows_of(city, cleared, department.id, third) == [(4,)]
    assert exported(city, department, department.feeds[0], tmp_path / "nothing.csv") == 0
    assert not (tmp_path / "nothing.csv").exists()
    numbers = [number for number, _, _ in accepted(city, department)]
    assert sorted(numbers) == sorted([penalty(1)[0], penalty(2)[0], "补3号", "补4号", penalty(5)[0]]), (
        "every record once"
    )
    # received again, nothing happens
    assert receive_feed(city, department, department.feeds[0], open_connection=no_connection).outcome == "nothing_new"


def test_a_workbook_is_corrected_in_place_with_openpyxl(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    department = office("xlsx_office", "xlsx", sheet="处罚", header_row=2)
    book = openpyxl.Workbook()
    book.active.title = "处罚"
    book.active.append(["某局行政处罚信息"])
    for line in [HEADER, penalty(1), penalty(2), penalty(3, **{CODE: INVALID_CODE, NAME: "_x005F_x0041_甲\n公司"})]:
        book.active.append(line)
    write(tmp_path / "feeds", "xlsx_office/.keep", "")
    book.save(tmp_path / "feeds" / "xlsx_office" / "2025.xlsx")
    [first] = receive(city, department)
    export = tmp_path / "export.xlsx"
    assert exported(city, department, department.feeds[0], export) == 1
    corrected = openpyxl.load_workbook(export)
    assert corrected.sheetnames == ["处罚", "说明"]
    page = corrected["处罚"]
    header = [cell.value for cell in page[2]]
    cell = page.cell(3, header.index("行政相对人代码_1(统一社会信用代码)") + 1)
    assert (cell.value, cell.number_format) == (INVALID_CODE, "@")
    assert cell.comment.text.startswith("统一社会信用代码校验位不符")
    assert cell.fill.start_color.rgb != page.cell(3, header.index("处罚机关") + 1).fill.start_color.rgb
    cell.value = VALID_CODE
    corrected.save(tmp_path / "feeds" / "xlsx_office" / "更正.xlsx")
    [second] = receive(city, department)
    assert states(city, department) == {f"Q{first}-3": "cleared"}
    landed = (
        "select penalised_name from landing.administrative_penalty where batch_id = any(%s) and decision_number = %s"
    )
    assert rows_of(city, landed, [first, second], penalty(3)[0]) == [("_x0041_甲\n公司",)] * 2
    assert len(accepted(city, department)) == 3


def test_persons_come_back_under_their_key(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    contract = load_contract("expert_review")
    headings = {column.name: heading_of(column) for column in contract.columns}
    good = {headings[column.name]: example_value(column, contract) for column in contract.columns}
    number = next(column for column in contract.columns if column.data_type == "numeric" and column.required)
    bad = good | {headings[number.name]: "优", headings["evaluation_number"]: "00002"}
    department = office("expert_office", contract="expert_review")
    write(
        tmp_path / "feeds",
        "expert_office/1.csv",
        csv_text([list(row.values()) for row in (bad, good, good)], list(bad)),
    )
    [first] = receive(city, department)
    export = tmp_path / "export.csv"
    assert exported(city, department, department.feeds[0], export) == 1
    text = export.read_text(encoding="utf-8-sig")
    assert IDENTITY_NUMBER not in text
    assert "P:" in text
    write(tmp_path / "feeds", "expert_office/2.csv", corrected_csv(export, {0: {headings[number.name]: "90"}}))
    receive(city, department)
    assert states(city, department) == {f"Q{first}-1": "cleared"}
    keys = rows_of(city, "select distinct person_key from staging.expert_review where department_id = 'expert_office'")
    assert len(keys) == 1, "the corrected row is about the same person"
    # a key in a file that quarantine did not hand out is nobody's
    forged = good | {headings["person_key"]: keys[0][0]}
    write(tmp_path / "feeds", "expert_office/3.csv", csv_text([list(forged.values())] * 3, list(forged)))
    [third] = receive(city, department)
    codes = "select distinct reasons -> 0 ->> 'code' from quarantine.rejected_row where batch_id = %s"
    assert rows_of(city, codes, third) == [("person_id_form",)]


def test_nobody_clears_the_rows_of_another_department(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    mine, other = office("mine"), office("other")
    for name in ("mine", "other"):
        write(tmp_path / "feeds", f"{name}/1.csv", csv_text([penalty(n, **{NUMBER: ""}) for n in (1, 2, 3)]))
    [first] = receive(city, mine)
    receive(city, other)
    stolen = [[f"Q{first}-{n}", *penalty(n)] for n in (1, 2)] + [["Q1-99999", *penalty(3)], ["胡填", *penalty(4)]]
    write(tmp_path / "feeds", "other/2.csv", csv_text(stolen, [CORRECTS_HEADING, *HEADER]))
    receive(city, other)
    assert set(states(city, mine).values()) == set(states(city, other).values()) == {"open"}
    assert len(accepted(city, other)) == 4


def test_a_line_that_is_no_row_is_handed_out_with_its_text(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    department = office("broken_office")
    broken = csv_text([penalty(1), penalty(2)]) + '"渝市监处字第3号,甲公司\n' + ",".join([*penalty(4), "=多余"]) + "\n"
    write(tmp_path / "feeds", "broken_office/1.csv", broken)
    [first] = receive(city, department)
    export = tmp_path / "export.csv"
    rows = exported(city, department, department.feeds[0], export)
    with export.open(encoding="utf-8-sig", newline="") as opened:
        [line] = list(csv.DictReader(opened))
    assert (rows, line[CORRECTS_HEADING]) == (1, f"Q{first}-3")
    assert '原文："渝市监处字第3号,甲公司' in line[REASON_HEADING]
    change = dict(zip([*HEADER[:2], "行政相对人代码_1(统一社会信用代码)", *HEADER[3:]], penalty(3), strict=True))
    write(tmp_path / "feeds", "broken_office/2.csv", corrected_csv(export, {0: change}))
    receive(city, department)
    assert set(states(city, department).values()) == {"cleared"}
    assert len(accepted(city, department)) == 4


def test_void_is_decided_by_a_named_person_and_can_be_taken_back(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    department = office("void_office")
    write(tmp_path / "feeds", "void_office/1.csv", csv_text([penalty(n, **{NUMBER: ""}) for n in (1, 2, 3)]))
    [first] = receive(city, department)
    both = [f"Q{first}-1", f"Q{first}-2"]
    who = {"reason": "重复报送", "decided_by": "李四"}

    def decided(references: list[str], kind: str, office: str = department.id, **changes: str) -> int:
        words = who | changes
        return decide(city, office, ["administrative_penalty"], references, kind=kind, **words)

    for references, changes, message in (
        ([both[0], "Q9-9", "x"], {}, r"Q9-9.*x 不是本部门的隔离编号"),
        (both, {"reason": " "}, "理由"),
        (both, {"decided_by": ""}, "决定人"),
        (both, {"office": "csv_office"}, "不是本部门的隔离编号"),
    ):
        with pytest.raises(DecisionRefused, match=message):
            decided(references, "void", **changes)
    assert set(states(city, department).values()) == {"open"}
    assert decided([*both, both[0]], "void") == 2
    assert states(city, department) == {both[0]: "void", both[1]: "void", f"Q{first}-3": "open"}
    with pytest.raises(DecisionRefused, match=r"现状为 void"):
        decided(both, "void")
    assert exported(city, department, department.feeds[0], tmp_path / "open.csv") == 1
    assert decided(both[:1], "reopen", reason="误登记") == 1
    assert states(city, department)[both[0]] == "open"
    log = "select kind, reason, decided_by from quarantine.decision where batch_id = %s order by decision_id"
    assert rows_of(city, log, first) == [("void", *who.values())] * 2 + [("reopen", "误登记", "李四")]


def test_ageing_counts_each_quarter(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    department = office("ageing_office")
    write(
        tmp_path / "feeds",
        "ageing_office/1.csv",
        csv_text([penalty(n, **{CODE: "x"} if n < 5 else {}) for n in range(1, 9)]),
    )
    [first] = receive(city, department)
    move = (
        "update landing.batch set known_from = (current_date - %s::integer)::timestamp at time zone 'Asia/Shanghai'"
        " where batch_id = %s"
    )
    city.execute(move, (200, first))
    write(tmp_path / "feeds", "ageing_office/2.csv", csv_text([penalty(1), penalty(2), penalty(3, **{CODE: "y"})]))
    [second] = receive(city, department)
    city.execute(move, (190, second))
    decide(
        city, department.id, ["administrative_penalty"], [f"Q{first}-4"], kind="void", reason="作废", decided_by="王五"
    )
    found = rows_of(
        city,
        "select sum(landed_rows), sum(rejected_rows), sum(cleared_rows), sum(void_rows), sum(replaced_rows),"
        " sum(open_rows), max(oldest_open_days), max(median_days_to_clear) from quality.quarantine_ageing"
        " where department_id = %s", department.id,
    )  # fmt: skip
    city_day = rows_of(city, "select calendar.city_day(now()) - current_date")[0][0]
    # the third row was sent again and rejected again: it has been open since the first time
    assert found == [(11, 5, 2, 1, 1, 1, 200 + city_day, 10)]
    shares = "select sum(landed_rows * rejected_percent) / 100 from quality.quarantine_ageing where department_id = %s"
    assert round(rows_of(city, shares, department.id)[0][0]) == 5


def test_what_a_file_cannot_hold_is_refused_and_leaves_no_file(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    department = office("long_office")
    long = "长" * 40_000
    write(
        tmp_path / "feeds", "long_office/1.csv", csv_text([penalty(n, **{NUMBER: "", NAME: long}) for n in (1, 2, 3)])
    )
    receive(city, department)
    with pytest.raises(DoesNotFit, match=r"Q\d+-1 列 行政相对人名称：超过 32767 个字符"):
        exported(city, department, department.feeds[0], tmp_path / "out.xlsx", "xlsx")
    declared = office("long_office", encoding="gbk")
    assert exported(city, declared, declared.feeds[0], tmp_path / "out.csv") == 3
    assert long in (tmp_path / "out.csv").read_text(encoding="gbk")
    assert {file.name for file in tmp_path.iterdir()} == {"feeds", "out.csv"}
