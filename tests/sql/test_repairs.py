"""Decisions on credit repair and objections, from landing to the spine, and what each moment knew of them."""

from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest

from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.sql.landed import OTHER_CODE, VALID_CODE, build_thematic, land, own_warehouse, prepare_seeds, rows_of

DAYS = [f"2026-01-0{day} 00:00+00" for day in range(1, 8)]
GRANTED = date(2025, 9, 1)
PERSON = "P:0123456789abcdef0123456789abcdef"


def penalty(number: str, **changes: str | None) -> dict[str, str | None]:
    return {
        "decision_number": number, "penalised_name": "甲公司", "penalised_credit_code": VALID_CODE,
        "penalty_kind": "罚款", "decided_on": "2025-06-01", "penalty_authority": "某局",
    } | changes  # fmt: skip


def repair(number: str, document: str, **changes: str | None) -> dict[str, str | None]:
    return {
        "decision_number": number, "repaired_contract": "行政处罚", "document_number": document,
        "credit_code": VALID_CODE, "entity_name": "甲公司", "outcome": "准予修复", "decided_on": "2025-09-01",
        "deciding_authority": "市发展改革委",
    } | changes  # fmt: skip


def objection(number: str, document: str, **changes: str | None) -> dict[str, str | None]:
    return {
        "objection_number": number, "disputed_contract": "行政处罚", "document_number": document,
        "credit_code": VALID_CODE, "entity_name": "甲公司", "matter": "不属实", "filed_on": "2025-10-01",
        "status": "已受理", "handling_authority": "某局",
    } | changes  # fmt: skip


@pytest.fixture(scope="module")
def world(cluster: EmbeddedPostgres, prepared_template: str) -> Iterator[psycopg.Connection]:
    with own_warehouse(cluster, prepared_template, "repairs") as connection:
        prepare_seeds(connection)
        deliver(connection)
        build_thematic()
        yield connection


def deliver(connection: psycopg.Connection) -> None:
    penalties = [
        penalty("granted"), penalty("withdrawn"), penalty("refused"), penalty("doubled"), penalty("later"),
        penalty("own", repaired_on="2025-08-01"), penalty("（名称）", penalised_credit_code=None),
        penalty("regranted"),
    ]  # fmt: skip
    land(connection, "administrative_penalty", penalties, known_from=DAYS[0])
    repairs = [
        repair("1", "granted"), repair("2", "withdrawn"), repair("3", "refused", outcome="不予修复"),
        repair("4", "doubled"), repair("5", "later", decided_on="2025-05-31"), repair("6", "own"),
        # another spelling, and a penalty that is known by the name alone
        repair("7", "(名 称)"), repair("8", "not here yet"), repair("9", "nobody's", credit_code=OTHER_CODE),
        repair("10", "regranted"),
    ]  # fmt: skip
    land(connection, "credit_repair_decision", repairs, department_id="reform", known_from=DAYS[1])
    objections = [objection("1", "granted"), objection("2", "unheard of"), objection("3", "doubled")]
    land(connection, "objection", objections, department_id="reform", known_from=DAYS[1])
    # the grant is taken back in the same row; another is taken back by a decision of its own, and granted anew later
    taken_back = [
        repair("2", "withdrawn", withdrawn_on="2025-12-01"),
        repair("11", "regranted", outcome="撤销修复", decided_on="2025-11-01"),
    ]
    land(connection, "credit_repair_decision", taken_back, department_id="reform", known_from=DAYS[2])
    land(connection, "credit_repair_decision", [repair("12", "regranted", decided_on="2025-12-15")], known_from=DAYS[3])
    # a record of that number arrives after its repair; another department reports a number that was unique
    late = [penalty("not here yet"), penalty("nobody's")]
    land(connection, "administrative_penalty", late, known_from=DAYS[3])
    land(connection, "administrative_penalty", [penalty("doubled")], department_id="finance", known_from=DAYS[4])
    answered = [objection("1", "granted", status="已办结", outcome="异议不成立", decided_on="2025-11-01")]
    land(connection, "objection", answered, department_id="reform", known_from=DAYS[5])
    inspectors = [
        {"person_key": PERSON, "person_name": "张*", "department_name": "某局", "business_line": line,
         "certificate_number": "证1", "is_active": "是", "left_on": left}
        for line, left in (("消防", None), ("食品", "2025-12-31"))
    ]  # fmt: skip
    land(connection, "inspector", inspectors, known_from=DAYS[0])


def history(connection: psycopg.Connection, number: str) -> list[tuple[object, ...]]:
    """(day of January 2026 it became known, until, repaired on) of each version, of the first department's record."""
    found = rows_of(
        connection,
        "select known_from, known_until, repaired_on from thematic.credit_record"
        " where case_id = %s and department_id = 'market_regulation' order by known_from",
        number,
    )
    first = found[0][0]
    return [
        (1 + (begin - first) // timedelta(days=1), until and 1 + (until - first) // timedelta(days=1), repaired)
        for begin, until, repaired in found
    ]


@pytest.mark.parametrize(
    ("number", "versions"),
    [
        ("granted", [(1, 2, None), (2, None, GRANTED)]),
        ("withdrawn", [(1, 2, None), (2, 3, GRANTED), (3, None, None)]),
        ("refused", [(1, None, None)]),
        ("later", [(1, None, None)]),
        ("（名称）", [(1, 2, None), (2, None, GRANTED)]),
        ("regranted", [(1, 2, None), (2, 3, GRANTED), (3, 4, None), (4, None, date(2025, 12, 15))]),
        ("doubled", [(1, 2, None), (2, 5, GRANTED), (5, None, None)]),
        # counted from the day the record itself arrived
        ("not here yet", [(1, None, GRANTED)]),
        ("nobody's", [(1, None, None)]),
    ],
)
def test_a_repair_is_known_from_its_arrival(world: psycopg.Connection, number: str, versions: list) -> None:
    assert history(world, number) == versions


def test_the_earlier_of_two_repairs_counts(world: psycopg.Connection) -> None:
    assert [repaired for _, _, repaired in history(world, "own")] == [date(2025, 8, 1)] * 2


def test_every_decision_says_what_it_was_matched_with(world: psycopg.Connection) -> None:
    found = rows_of(
        world,
        "select decision_number, match_reason, repaired_record_key is not null, repaired_on"
        " from thematic_public_credit.credit_repair_decision where known_until is null",
    )
    matched = "unique_document_and_subject"
    assert {number: rest for number, *rest in found} == {
        "1": [matched, True, GRANTED],
        "2": [matched, True, None],
        "3": [matched, True, None],
        "4": ["several_records", False, GRANTED],
        "5": ["record_is_later", False, date(2025, 5, 31)],
        "6": [matched, True, GRANTED],
        "7": [matched, True, GRANTED],
        "8": [matched, True, GRANTED],
        "9": ["no_record", False, GRANTED],
        "10": [matched, True, GRANTED],
        "11": [matched, True, None],
        "12": [matched, True, date(2025, 12, 15)],
    }


def test_an_objection_marks_its_record_and_changes_nothing(world: psycopg.Connection) -> None:
    found = rows_of(
        world,
        "select objection_number, disputed.status, disputed.outcome, record.case_id, match_reason"
        " from thematic_public_credit.objection as disputed"
        " left join thematic.credit_record as record on disputed.disputed_record_key = record.record_key"
        " and record.known_until is null where disputed.known_until is null order by 1",
    )
    assert found == [
        ("1", "closed", "dismissed", "granted", "unique_document_and_subject"),
        ("2", "accepted", None, None, "no_record"),
        ("3", "accepted", None, None, "several_records"),
    ]
    # known from day 2 as accepted, from day 6 as closed; of the doubled one, until the double came
    pieces = rows_of(
        world,
        "select objection_number, status, match_reason, known_until is null from thematic_public_credit.objection"
        " where objection_number in ('1', '3') order by 1, known_from",
    )
    assert [piece[1:] for piece in pieces] == [
        ("accepted", "unique_document_and_subject", False),
        ("closed", "unique_document_and_subject", True),
        ("accepted", "unique_document_and_subject", False),
        ("accepted", "several_records", True),
    ]
    # the record's own versions: before and after the repair, none for the objection
    assert len(history(world, "granted")) == 2


def test_inspectors_are_reference_data_and_nobodys_subjects(world: psycopg.Connection) -> None:
    found = rows_of(world, "select business_line, is_active from thematic_public_credit.inspector order by 1 desc")
    assert found == [("食品", False), ("消防", True)]
    assert rows_of(world, "select count(*) from thematic.subject where subject_kind = 'person'") == [(0,)]


def test_versions_of_a_record_follow_each_other_without_a_gap(world: psycopg.Connection) -> None:
    gaps = rows_of(
        world,
        "select record_key from (select record_key, known_until, lead(known_from) over (partition by record_key"
        " order by known_from) as next_from from thematic.credit_record) as version"
        " where known_until is distinct from next_from",
    )
    assert gaps == []
    ids = rows_of(world, "select count(*), count(distinct record_id) from thematic.credit_record")
    assert ids[0][0] == ids[0][1] > 15
