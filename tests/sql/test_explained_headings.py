"""A heading that the department's file explains only later: the same files are received again, and say what they said
before and the column's values beside it; they are no newer than they were.

One dbt warehouse; every test has a department of its own.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from credit_grading.department.model import Delivery, Department
from credit_grading.quarantine.export import export_feed
from tests.sql.deliveries import SNAPSHOT, number_of, versions_built
from tests.sql.landed import rows_of
from tests.sql.offices import corrected_csv, office, receive, states
from tests.unit.landing_support import HEADER, csv_text, penalty, write

STRANGE = "当事违法类别"
EXPLAINED = {STRANGE: "offence_kind"}
NUMBER, DAY = HEADER[0], HEADER[4]
Known = dict[int, tuple[str, str | None]]


def office_of(name: str, **changes: Any) -> Department:
    """A department that delivers lists; half of one would be refused."""
    department = office(name)
    changes = {"delivery": replace(SNAPSHOT, maximum_disappeared_percent=0)} | changes
    return replace(department, feeds=[replace(department.feeds[0], **changes)])


def explaining(department: Department) -> Department:
    return replace(department, feeds=[replace(department.feeds[0], headers=EXPLAINED)])


def put(tmp_path: Path, department: Department, name: str, rows: list[list[str]], *further: str) -> None:
    write(tmp_path / "feeds", f"{department.id}/{name}.csv", csv_text(rows, [*HEADER, *further]))


def listed(number: int, offence: str = "虚假宣传", **changes: str) -> list[str]:
    return [*penalty(number, **changes), offence]


def current(city: psycopg.Connection[Any], department: Department) -> Known:
    """Number of each current record → kind of penalty and what the explained column says."""
    versions_built()
    found = rows_of(
        city, f"select {number_of()}, penalty_kind, offence_kind from thematic_public_credit.administrative_penalty"
        " where department_id = %s and known_until is null order by 1", department.id,
    )  # fmt: skip
    assert len({number for number, *_ in found}) == len(found), "a record is current twice"
    return {number: (kind, offence) for number, kind, offence in found}


def ended(city: psycopg.Connection[Any], department: Department) -> int:
    return int(
        rows_of(city, "select count(*) from staging.disappearance where department_id = %s", department.id)[0][0]
    )


def test_lists_that_say_more_end_nobody_and_double_nobody(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    department = office_of("explained_office")
    put(tmp_path, department, "2月", [listed(n, 处罚类别="警告") for n in (1, 2, 3, 4)], STRANGE)
    receive(city, department)
    put(tmp_path, department, "10月", [listed(n, "无照经营") for n in (1, 2, 3, 4, 5)], STRANGE)
    receive(city, department)
    assert current(city, department) == dict.fromkeys(range(1, 6), ("罚款", None))
    department = explaining(department)
    assert len(receive(city, department)) == 2
    assert current(city, department) == dict.fromkeys(range(1, 6), ("罚款", "无照经营"))
    assert ended(city, department) == 0
    kinds = "select delivery_kind from landing.batch where department_id = %s order by batch_id"
    assert [kind for (kind,) in rows_of(city, kinds, department.id)] == ["snapshot"] * 2 + [
        "older_snapshot",
        "snapshot",
    ]
    differences = (
        "select list_name, inserted, changed, disappeared, ended from quality.list_difference"
        " where department_id = %s order by known_from desc limit 1"
    )
    assert rows_of(city, differences, department.id) == [("10月.csv", 0, 5, 0, 0)]


def test_a_part_that_says_more_takes_the_place_of_itself_alone(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    department = office_of("part_office", delivery=replace(SNAPSHOT, maximum_disappeared_percent=0, parts_of=r"\d{6}"))
    put(tmp_path, department, "江北202501", [listed(n) for n in (1, 2, 3)], STRANGE)
    put(tmp_path, department, "渝中202501", [penalty(n) for n in (4, 5, 6)])
    receive(city, department)
    department = explaining(department)
    assert len(receive(city, department)) == 1
    expected = dict.fromkeys((1, 2, 3), ("罚款", "虚假宣传")) | dict.fromkeys((4, 5, 6), ("罚款", None))
    assert current(city, department) == expected
    assert ended(city, department) == 0


def test_a_file_that_is_read_again_overtakes_no_later_one(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    department = office_of("append_office", delivery=Delivery())
    rows = [*(listed(n) for n in (1, 2, 3)), listed(4, **{DAY: "2025-02-30"}), listed(9, **{DAY: "2025-02-30"})]
    put(tmp_path, department, "02", [[*row, "第三十九条"] for row in rows], STRANGE, "依据条款")
    receive(city, department)
    put(tmp_path, department, "10", [penalty(n, 处罚类别="警告") for n in (1, 4, 5)])
    receive(city, department)
    plain: Known = {2: ("罚款", None), 3: ("罚款", None)} | dict.fromkeys((1, 4, 5), ("警告", None))
    assert current(city, department) == plain
    # and once more, when the other heading is explained too
    for headers in (EXPLAINED, EXPLAINED | {"依据条款": "penalty_basis"}):
        department = replace(department, feeds=[replace(department.feeds[0], headers=headers)])
        assert len(receive(city, department)) == 1
        assert current(city, department) == plain | dict.fromkeys((2, 3), ("罚款", "虚假宣传"))
        # a later file put one of the two wrong rows right before; the other is asked for once, by its newest number
        assert sorted(states(city, department).values()).count("open") == 1
        assert sorted(states(city, department).values()).count("cleared") == len(states(city, department)) / 2
    [file] = export_feed(city, department, department.feeds[0], tmp_path / "out.csv")
    write(tmp_path / "feeds", f"{department.id}/更正.csv", corrected_csv(file, {0: {DAY: "2025-02-28"}}))
    receive(city, department)
    assert current(city, department)[9] == ("罚款", "虚假宣传")
    assert set(states(city, department).values()) == {"cleared"}
    bases = (
        "select penalty_basis, count(*) from thematic_public_credit.administrative_penalty"
        " where department_id = %s and known_until is null group by 1 order by 1"
    )
    assert rows_of(city, bases, department.id) == [("第三十九条", 3), (None, 3)]


def test_what_people_corrected_in_a_list_stays_corrected(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    """Rows without a number, with a wrong number, and with a right one; explained after they were put right."""
    department = office_of("mended_office")
    bad = [
        listed(5, **{NUMBER: ""}),
        listed(9, **{DAY: "2025-02-30"}),
        listed(3, **{DAY: "2025-02-30"}),
    ]
    put(tmp_path, department, "1", [*(listed(n) for n in (1, 2)), *bad], STRANGE)
    receive(city, department)
    [file] = export_feed(city, department, department.feeds[0], tmp_path / "out.csv")
    changes = {
        0: {NUMBER: penalty(5)[0]},
        1: {NUMBER: penalty(6)[0], DAY: "2025-02-28"},
        2: {DAY: "2025-02-28"},
    }
    write(tmp_path / "feeds", f"{department.id}/更正.csv", corrected_csv(file, changes))
    receive(city, department)
    assert set(states(city, department).values()) == {"cleared"}
    assert set(current(city, department)) == {1, 2, 3, 5, 6}
    receive(city, explaining(department))
    said = dict.fromkeys((1, 2), ("罚款", "虚假宣传"))
    assert current(city, department) == said | dict.fromkeys((3, 5, 6), ("罚款", None))
    assert ended(city, department) == 0
    # what the corrected rows say under the heading only they can tell: they are asked for once more
    [file] = export_feed(city, explaining(department), explaining(department).feeds[0], tmp_path / "again.csv")
    write(tmp_path / "feeds", f"{department.id}/再更正.csv", corrected_csv(file, changes))
    receive(city, explaining(department))
    assert current(city, department) == dict.fromkeys((1, 2, 3, 5, 6), ("罚款", "虚假宣传"))
    assert set(states(city, department).values()) == {"cleared"}
    # other contents under the same name are another list: nothing was corrected in it
    put(tmp_path, department, "1", [listed(n) for n in (1, 2, 3)], STRANGE)
    department = replace(explaining(department), feeds=[
        replace(explaining(department).feeds[0], delivery=SNAPSHOT)
    ])  # fmt: skip
    receive(city, department)
    assert set(current(city, department)) == {1, 2, 3}
    # with 5 and 6 also 9, the number that a row was sent back under
    assert ended(city, department) == 3
