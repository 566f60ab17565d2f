"""The thematic layer on a real Postgres through real dbt: versions, two clocks, resolution, effective periods."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from credit_grading.transform.dbt import run_dbt
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.sql.landed import (
    OTHER_CODE,
    VALID_CODE,
    build_thematic,
    land,
    land_list,
    own_warehouse,
    prepare_seeds,
    rows_of,
)

THIRD_CODE = "91110000600037341L"
FOURTH_CODE = "91440300708461136T"
DAY_1, DAY_2, DAY_3 = ("2026-01-01 00:00+00", "2026-01-02 00:00+00", "2026-01-03 00:00+00")


def entity(code: str, name: str, **changes: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "credit_code": code,
        "entity_name": name,
        "registration_status": "存续",
        "status_on": "2020-05-01",
        "established_on": "2020-05-01",
        "industry_code": "F5100",
        "division_code": "500103",
    }
    return row | changes


def penalty(number: str, **changes: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "decision_number": number,
        "penalised_name": "甲公司",
        "penalised_credit_code": VALID_CODE,
        "penalty_kind": "罚款",
        "fine_amount": "0.25",
        "decided_on": "2025-06-01",
        "publicity_until": "2026-06-01",
        "penalty_authority": "某局",
    }
    return row | changes


def behaviour(number: str, **changes: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "document_number": number,
        "firm_name": "乙公司",
        "behaviour_code": "B1",
        "reason": "未按时填报安全日志",
        "points_declared": "0.5",
        "start_on": "2025-11-30",
        "validity_months": "3",
    }
    return row | changes


def construction(snapshot_date: str, detail: str | None, **changes: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "snapshot_date": snapshot_date,
        "firm_name": "丙公司",
        "qualification_category": "施工",
        "qualification_detail": detail,
        "initial_points": "100",
        "base_points": "0.0",
        "special_points": "2.5",
        "deduction_points": "-0" if detail is None else "1.0",
        "published_grade": None if detail is None else "A级",
    }
    return row | changes


def tax_grade(code: str, name: str) -> dict[str, str | None]:
    return {"credit_code": code, "entity_name": name, "evaluation_year": "2024", "level": "B",
            "evaluated_on": "2025-04-01"}  # fmt: skip


@pytest.fixture(scope="module")
def world(cluster: EmbeddedPostgres, prepared_template: str) -> Iterator[psycopg.Connection]:
    """Three days of arrivals, built once after the last."""
    with own_warehouse(cluster, prepared_template, "thematic_world") as connection:
        prepare_seeds(connection)
        deliver(connection)
        build_thematic()
        yield connection


def deliver(connection: psycopg.Connection) -> None:
    registry = [
        entity(VALID_CODE, "甲公司", division_code="500228"),
        entity(OTHER_CODE, "建筑公司", industry_code="E4710", status_on="2021-01-01"),
    ]
    land(connection, "market_entity", registry, known_from=DAY_1)
    penalties = [
        penalty("corrected"), penalty("repeated"), penalty("withdrawn"), penalty("warning", penalty_kind="警告"),
        penalty("closed", penalty_kind="罚款、责令停产停业", penalised_credit_code=None, penalised_name="重名公司"),
    ]  # fmt: skip
    land(connection, "administrative_penalty", penalties, known_from=DAY_1)
    land(connection, "bidding_bad_behaviour", [behaviour("1"), behaviour("2", points_counted="0")], known_from=DAY_1)
    qualifications = [construction("2025-12-31", "总承包"), construction("2025-12-31", None)]
    land(connection, "construction_integrity_points", qualifications, known_from=DAY_1)

    graded = [tax_grade(VALID_CODE, "甲公司"), tax_grade(OTHER_CODE, "建筑公司")]
    land_list(connection, "tax_credit_grade", graded, DAY_1)
    land_list(connection, "tax_credit_grade", graded[:1], DAY_2)
    land_list(connection, "tax_credit_grade", graded, DAY_3)

    # 乙公司 is registered on day 2; 建筑公司 closes, and an older state of it arrives after that
    registry = [
        entity(THIRD_CODE, "乙 公司"),
        entity(OTHER_CODE, "建筑公司", industry_code="E4710", registration_status="注销", status_on="2025-12-01"),
        entity(FOURTH_CODE, "重名公司"),
    ]
    land(connection, "market_entity", registry, known_from=DAY_2)
    penalties = [
        penalty("corrected", fine_amount="1"), penalty("repeated"), penalty("withdrawn", record_status="撤销"),
    ]  # fmt: skip
    land(connection, "administrative_penalty", penalties, known_from=DAY_2)
    honours = [
        {"credit_code": VALID_CODE, "entity_name": "甲公司", "honour_title": "守合同重信用企业", "honour_level": "市级",
         "awarding_authority": "某局", "awarded_on": "2025-01-01", "valid_until": "长期"},
    ]  # fmt: skip
    land(connection, "honour", honours, known_from=DAY_2)
    listings = [
        {"credit_code": VALID_CODE, "entity_name": "甲公司", "list_type": "失信被执行人", "reason": "拒不履行",
         "listed_on": "2025-01-01", "removed_on": "2025-07-01", "listing_authority": "某法院"},
    ]  # fmt: skip
    land(connection, "serious_dishonesty", listings, known_from=DAY_2)

    registry = [
        entity(OTHER_CODE, "建筑公司", industry_code="E4710", status_on="2022-01-01"),
        entity("91110000802100433B", "重名公司"),
    ]
    land(connection, "market_entity", registry, known_from=DAY_3)
    land(connection, "construction_integrity_points", [construction("2026-01-02", "总承包")], known_from=DAY_3)


def spine(connection: psycopg.Connection, columns: str, condition: str) -> list[tuple[object, ...]]:
    return rows_of(
        connection,
        f"select {columns} from thematic.credit_record where {condition}"
        " order by known_from, catalogue_item_id, facet, case_id, subject_key",
    )


def known(column: str) -> str:
    return f"to_char({column} at time zone 'UTC', 'DD')"


PERIOD = f"{known('known_from')}, {known('known_until')}"


def test_corrections_are_versions_and_repeats_are_not(world: psycopg.Connection) -> None:
    assert spine(world, f"amount, {PERIOD}", "case_id = 'corrected'") == [(2500, "01", "02"), (10000, "02", None)]
    assert spine(world, f"amount, {PERIOD}", "case_id = 'repeated'") == [(2500, "01", None)]
    keys = "select count(distinct record_key), count(distinct record_id) from thematic.credit_record where case_id = %s"
    assert rows_of(world, keys, "corrected") == [(1, 2)]


def test_withdrawal_is_a_version_with_its_day(world: psycopg.Connection) -> None:
    assert spine(world, f"withdrawn_on, {PERIOD}", "case_id = 'withdrawn'") == [
        (None, "01", "02"),
        # the feed gives no day: the day we learnt of it, in the city's time
        (date(2026, 1, 2), "02", None),
    ]


def test_what_a_list_no_longer_holds_leaves_the_spine_and_may_return(world: psycopg.Connection) -> None:
    periods = {
        subject: spine(world, PERIOD, f"catalogue_item_id = 'tax_credit_grade' and subject_key = '{subject}'")
        for subject in (VALID_CODE, OTHER_CODE)
    }
    assert periods == {VALID_CODE: [("01", None)], OTHER_CODE: [("01", "02"), ("03", None)]}


def test_gravity_of_a_penalty_is_read_off_its_kind(world: psycopg.Connection) -> None:
    found = spine(world, "case_id, severity", "case_id in ('warning', 'closed', 'repeated')")
    assert set(found) == {("warning", "minor"), ("closed", "serious"), ("repeated", "ordinary")}


def test_effective_periods_are_half_open(world: psycopg.Connection) -> None:
    columns = "effective_from, effective_until, points_declared, points_counted"
    half = Decimal("0.5")
    # three calendar months from 30 November: February has no 30th
    assert spine(world, columns, "catalogue_item_id = 'bidding_bad_behaviour' and known_until is null") == [
        (date(2025, 11, 30), date(2026, 2, 28), half, half),
        (date(2025, 11, 30), date(2026, 2, 28), half, 0),
    ]
    assert spine(world, "effective_from, effective_until", "catalogue_item_id = 'serious_dishonesty'") == [
        (date(2025, 1, 1), date(2025, 7, 1))
    ]
    assert spine(world, "effective_from, effective_until", "catalogue_item_id = 'honour'") == [(date(2025, 1, 1), None)]


def test_registration_ends_and_an_older_state_does_not_reopen_it(world: psycopg.Connection) -> None:
    for item in ("market_entity_registered", "bidding_participant"):
        condition = f"catalogue_item_id = '{item}' and subject_key = '{OTHER_CODE}'"
        assert spine(world, f"effective_from, effective_until, {PERIOD}", condition) == [
            (date(2020, 5, 1), None, "01", "02"),
            (date(2020, 5, 1), date(2025, 12, 1), "02", None),
        ]


def test_a_name_is_resolved_once_its_entity_is_known(world: psycopg.Connection) -> None:
    local = "N:market_regulation:乙公司"
    condition = "case_id = '1' and catalogue_item_id = 'bidding_bad_behaviour'"
    assert spine(world, f"subject_key, reported_subject_key, {PERIOD}", condition) == [
        (local, local, "01", "02"),
        (THIRD_CODE, local, "02", None),
    ]
    subject = rows_of(
        world, "select resolved_to, resolution_reason from thematic.subject where subject_key = %s", local
    )
    assert subject == [(THIRD_CODE, "unique_registered_name")]


def test_a_name_that_two_entities_bear_is_never_guessed(world: psycopg.Connection) -> None:
    local = "N:market_regulation:重名公司"
    # unique while one entity of that name was known, and nobody's again from the day the second appeared
    assert spine(world, f"subject_key, {PERIOD}", "case_id = 'closed'") == [
        (local, "01", "02"),
        (FOURTH_CODE, "02", "03"),
        (local, "03", None),
    ]
    subject = rows_of(
        world, "select resolved_to, resolution_reason from thematic.subject where subject_key = %s", local
    )
    assert subject == [(None, "ambiguous_registered_name")]


def test_bad_behaviour_makes_a_registered_firm_a_participant(world: psycopg.Connection) -> None:
    condition = f"catalogue_item_id = 'bidding_participant' and subject_key = '{THIRD_CODE}' and case_id = '1'"
    assert spine(world, f"effective_from, effective_until, {PERIOD}", condition) == [
        (date(2025, 11, 30), None, "02", None)
    ]
    participants = rows_of(
        world,
        "select subject_key, is_in_construction, has_bad_behaviour from thematic_bidding.participant order by 1",
    )
    assert participants == [(THIRD_CODE, False, True), (OTHER_CODE, True, False)]


def test_construction_points_per_qualification(world: psycopg.Connection) -> None:
    local = "N:market_regulation:丙公司"
    condition = (
        f"subject_key = '{local}' and batch_id = (select min(batch_id) from staging.construction_integrity_points)"
    )
    current = f"{condition} and known_until is null"
    until = date(2026, 1, 2)
    assert spine(world, "facet, catalogue_item_id, points_counted, effective_until", current) == [
        ("施工/总承包", "construction_deduction_points", 1, until),
        ("施工/", "construction_firm", None, until),
        ("施工/总承包", "construction_firm", None, until),
        ("施工/", "construction_no_scored_qualification", None, until),
        ("施工/", "construction_special_points", Decimal("2.5"), until),
        ("施工/总承包", "construction_special_points", Decimal("2.5"), until),
    ]
    # before the next snapshot arrived nobody knew that this one would end
    assert {row[0] for row in spine(world, "effective_until", f"{condition} and known_until is not null")} == {None}
    newest = "catalogue_item_id = 'construction_firm' and effective_from = '2026-01-02'"
    assert spine(world, "facet, effective_until", newest) == [("施工/总承包", None)]


def test_old_division_codes_become_todays(world: psycopg.Connection) -> None:
    found = rows_of(
        world, "select division_code, subject_name from thematic.subject where subject_key = %s", VALID_CODE
    )
    assert found == [("500155", "甲公司")]


def test_structure_and_a_rebuild_give_the_same(world: psycopg.Connection) -> None:
    run_dbt("test", "--select", "path:models/thematic", "path:models/staging")
    content = "select md5(string_agg(r::text, ',' order by record_id)), count(*) from thematic.credit_record as r"
    before = rows_of(world, content)
    build_thematic()
    assert rows_of(world, content) == before
    assert before[0][1] > 20
