"""Rejected rows of every kind of feed: handed out as they were meant, sent back, and put in the place of the row that
was sent back. One dbt warehouse for the module; its rows are of departments that a test has for itself."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from credit_grading.department.model import Delivery, Department
from credit_grading.quarantine.export import export_feed
from tests.sql.deliveries import CHANGES, SNAPSHOT, WIDE, current_penalties, row, versions_built
from tests.sql.landed import INVALID_CODE, VALID_CODE, rows_of
from tests.sql.offices import accepted, corrected_csv, office, receive, states
from tests.unit.landing_support import HEADER, csv_text, penalty, write

NUMBER, NAME, CODE, DAY = HEADER[0], HEADER[1], HEADER[2], HEADER[4]
OLD = ["CF_WSH", "CF_XDR_MC", "CF_XDR_SHXYM", "CF_CFLB1", "CF_JDRQ", "CF_XZJG", "CF_NR_FK"]


def office_of(name: str, **changes: Any) -> Department:
    department = office(name)
    return replace(department, feeds=[replace(department.feeds[0], **changes)])


def put(tmp_path: Path, department: Department, name: str, content: str) -> None:
    write(tmp_path / "feeds", f"{department.id}/{name}.csv", content)


def hand_out(city: psycopg.Connection[Any], department: Department, path: Path) -> list[tuple[Path, list[str]]]:
    """Every exported file with its header."""
    found = []
    for file in export_feed(city, department, department.feeds[0], path):
        with file.open(encoding="utf-8-sig", newline="") as opened:
            found.append((file, next(csv.reader(opened))))
    return found


def test_a_value_is_handed_out_under_the_heading_that_it_came_under(
    city: psycopg.Connection[Any], tmp_path: Path
) -> None:
    """The same fine in 元, in 万元 and in the layout of 2016, whose code 1 is 罚款."""
    department = office("unit_office")
    bad = {CODE: INVALID_CODE}
    good = [[*penalty(n), "1"] for n in (7, 8)]
    put(tmp_path, department, "元", csv_text([[*penalty(1, **bad), "5000"], *good], [*HEADER, "PunishMoney"]))
    put(tmp_path, department, "万元", csv_text([[*penalty(2, **bad), "0.5"], *good], [*HEADER, "罚款金额"]))
    old = [*penalty(3, **bad, 处罚类别="1"), "0.5"]
    put(tmp_path, department, "旧", csv_text([old, *([*penalty(n), "1"] for n in (8, 9))], OLD))
    receive(city, department)
    files = hand_out(city, department, tmp_path / "out.csv")
    assert [file.name for file, _ in files] == ["out.csv", "out-2.csv", "out-3.csv"]
    assert len(export_feed(city, department, department.feeds[0], tmp_path / "out.xlsx", "xlsx")) == 3
    money = {"PunishMoney", "punishmoney", "罚款金额", "罚款金额（万元）", "CF_NR_FK"}
    assert sorted(money.intersection(header).pop() for _, header in files) == ["CF_NR_FK", "punishmoney", "罚款金额"]

    # unchanged they say what they said
    said = (
        "select (select jsonb_object_agg(key, value) from jsonb_each_text(received_row - 'extra_columns')"
        " where value <> '') from quarantine.rejected_row where department_id = %s and batch_id {} order by 1"
    )
    first = max(batch for (batch,) in rows_of(city, "select batch_id from landing.batch"))
    for file, _ in files:
        put(tmp_path, department, f"原样 {file.stem}", corrected_csv(file, {}))
    receive(city, department)
    before, after = (
        [found for (found,) in rows_of(city, said.format(f"{sign} {first}"), department.id)] for sign in ("<=", ">")
    )
    assert before == after
    assert len(after) == 3
    assert len({key for (key,) in rows_of(
        city, "select row_hash from landing.administrative_penalty where batch_id > %s", first)}) == 3  # fmt: skip

    for file, _ in files:
        again = corrected_csv(file, {0: {next(h for h in (CODE, "CF_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)")
                                              if h in file.read_text(encoding="utf-8-sig")): VALID_CODE}})  # fmt: skip
        put(tmp_path, department, file.stem, again)
    receive(city, department)
    assert set(states(city, department).values()) == {"cleared"}
    # what lies there is what is open
    assert hand_out(city, department, tmp_path / "out.csv") == []
    assert list(tmp_path.glob("out*.csv")) == []
    # none of these rows is to be found any more, and nothing that is not ours is touched
    others = {write(tmp_path, name, csv_text([penalty(1)])) for name in ("out-4.csv", "out-2 备份.csv", "out-4.xlsx")}
    for kind in ("csv", "xlsx"):
        assert export_feed(city, department, department.feeds[0], tmp_path / f"out.{kind}", kind) == {}
    assert set(tmp_path.glob("out*")) == others
    found = [fine for number, code, fine in accepted(city, department) if code == VALID_CODE]
    assert [int(fine) for fine in found] == [5000] * 3
    kinds = "select distinct penalty_kind from staging.administrative_penalty where penalised_credit_code = %s"
    assert rows_of(city, kinds + " and department_id = %s", VALID_CODE, department.id) == [("罚款",)]


def test_the_department_s_own_headings_are_used_and_never_taken_for_another_column(
    city: psycopg.Connection[Any], tmp_path: Path
) -> None:
    before = office("heading_office")
    header = ["文号之号", *HEADER[1:], "当事违法类别", "备注"]
    rows = [[*penalty(n, **{CODE: "x"} if n == 2 else {}), "虚假宣传", "急件"] for n in (1, 2, 3)]
    own = {"文号之号": "decision_number", "备注": None}
    before = office_of("heading_office", headers=own)
    put(tmp_path, before, "1", csv_text(rows, header))
    receive(city, before)
    # explained only after the row was sent back, which is not received again: its file is gone
    (tmp_path / "feeds" / "heading_office" / "1.csv").unlink()
    department = office_of("heading_office", headers=own | {"当事违法类别": "offence_kind"})
    [(file, written)] = hand_out(city, department, tmp_path / "out.csv")
    assert [written.count(one) for one in ("文号之号", "当事违法类别", "备注", NUMBER, "违法行为类型")] == [
        1,
        1,
        1,
        0,
        0,
    ]
    put(tmp_path, department, "更正", corrected_csv(file, {0: {CODE: VALID_CODE}}))
    [batch] = receive(city, department)
    assert set(states(city, department).values()) == {"cleared"}
    found = "select offence_kind, remarks, extra_columns from landing.administrative_penalty where batch_id = %s"
    [(offence, remarks, extra)] = rows_of(city, found, batch)
    assert (offence, remarks or None, extra["备注"]) == ("虚假宣传", None, "急件")


def test_a_change_that_comes_back_keeps_its_meaning_and_its_place(
    city: psycopg.Connection[Any], tmp_path: Path
) -> None:
    department = office_of("change_office", delivery=CHANGES)
    put(tmp_path, department, "1", csv_text([row(n, sequence=10) for n in (1, 2, 3)], WIDE))
    receive(city, department)
    only_key = {"处罚类别": "", "处罚决定日期": "", "处罚机关": "", CODE: ""}
    bad = [
        row(1, "删除", 20, **only_key | {NUMBER: ""}),
        row(2, sequence=20, 处罚类别="警告", 处罚决定日期="2025-02-30"),
        row(3, "册除", 20, **only_key),
    ]
    put(tmp_path, department, "2", csv_text(bad, WIDE))
    [second] = receive(city, department)
    [(file, written)] = hand_out(city, department, tmp_path / "out.csv")
    assert [written.count(one) for one in WIDE] == [1] * len(WIDE)
    # what comes meanwhile has its own place in the order
    put(tmp_path, department, "3", csv_text([row(n, sequence=30, 处罚类别="没收违法所得") for n in (2, 4, 5)], WIDE))
    receive(city, department)
    changes = {0: {NUMBER: penalty(1)[0]}, 1: {DAY: "2025-02-28"}, 2: {"操作类型": "删除"}}
    put(tmp_path, department, "更正", corrected_csv(file, changes))
    receive(city, department)
    assert set(states(city, department).values()) == {"cleared"}, second
    versions_built()
    assert current_penalties(city)[department.id] == dict.fromkeys((2, 4, 5), "没收违法所得")


def test_a_row_of_a_list_comes_back_without_ending_anybody(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    department = office_of("list_office", delivery=replace(SNAPSHOT, maximum_disappeared_percent=40))
    put(tmp_path, department, "1", csv_text([row(n) for n in (1, 2, 3, 4)] + [row(0, **{NUMBER: ""})] * 2, WIDE))
    receive(city, department)
    [(file, _)] = hand_out(city, department, tmp_path / "out.csv")
    put(tmp_path, department, "更正", corrected_csv(file, {0: {NUMBER: penalty(5)[0]}, 1: {NUMBER: ""}}))
    receive(city, department)
    versions_built()
    assert set(current_penalties(city)[department.id]) == {1, 2, 3, 4, 5}
    # the next list does not hold the second row, whatever record it was: its correction changes nothing any more
    put(tmp_path, department, "2", csv_text([row(n) for n in (1, 2, 3, 5)], WIDE))
    receive(city, department)
    [(file, _)] = hand_out(city, department, tmp_path / "out.csv")
    put(tmp_path, department, "再更正", corrected_csv(file, {0: {NUMBER: penalty(6)[0], "处罚类别": "警告"}}))
    receive(city, department)
    assert set(states(city, department).values()) == {"cleared"}
    put(tmp_path, department, "3", csv_text([row(n) for n in (1, 2, 3)], WIDE))
    receive(city, department)
    versions_built()
    assert set(current_penalties(city)[department.id]) == {1, 2, 3}
    gone = "select count(*) from staging.disappearance where department_id = %s"
    assert rows_of(city, gone, department.id) == [(2,)]


@pytest.mark.parametrize("delivery", [Delivery(), Delivery(sequence="变更序号")], ids=["append", "sequence"])
def test_a_corrected_row_does_not_overtake_what_came_since(
    city: psycopg.Connection[Any], tmp_path: Path, delivery: Delivery
) -> None:
    department = office_of(f"late_office_{delivery.sequence is None}", delivery=delivery)
    rows = [row(n, sequence=10) for n in (1, 2)] + [row(3, sequence=10, **{NUMBER: ""})]
    put(tmp_path, department, "1", csv_text(rows, WIDE))
    receive(city, department)
    [(file, _)] = hand_out(city, department, tmp_path / "out.csv")
    put(tmp_path, department, "2", csv_text([row(n, sequence=20, 处罚类别="警告") for n in (2, 3, 4)], WIDE))
    receive(city, department)
    put(tmp_path, department, "更正", corrected_csv(file, {0: {NUMBER: penalty(3)[0]}}))
    receive(city, department)
    assert set(states(city, department).values()) == {"cleared"}
    versions_built()
    assert current_penalties(city)[department.id] == {1: "罚款", 2: "警告", 3: "警告", 4: "警告"}
