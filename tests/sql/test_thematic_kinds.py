"""Every kind of record from its landed row to the spine, through real dbt: item, subject, day and number."""

from collections.abc import Iterator

import psycopg
import pytest

from credit_grading.city.codes import credit_code
from credit_grading.contract.load import load_contracts
from credit_grading.transform.dbt import run_dbt
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.sql.kinds import MISTYPED, OTHER_FIRM, PERSON, ROWS, SPINE
from tests.sql.landed import VALID_CODE, build_thematic, land, own_warehouse, prepare_seeds, reasons_of, rows_of

# test_thematic.py follows these, and test_repairs.py the last three, which are no rows of the spine
FOLLOWED_ELSEWHERE = {
    "market_entity", "administrative_penalty", "bidding_bad_behaviour", "serious_dishonesty", "honour",
    "construction_integrity_points", "credit_repair_decision", "objection", "inspector",
    # test_identity.py: it is no record of anybody, it says who is whom
    "entity_succession",
    # test_review_answers.py: it is about a department's own grade
    "review_answer",
}  # fmt: skip
OTHER_OFFICE = "other_office"
NAMELESS_FIRM = credit_code("500103", 7)
NAMED, NAMELESS = f"P:{'a' * 32}", f"P:{'b' * 32}"
COLUMNS = (
    "catalogue_item_id, subject_key, facet, behaviour_code, severity, occurred_on, effective_until, points_counted,"
    " amount, case_id, repaired_on, withdrawn_on"
)


@pytest.fixture(scope="module")
def world(cluster: EmbeddedPostgres, prepared_template: str) -> Iterator[psycopg.Connection]:
    """One delivery of every kind, and a firm that is called what a masked person is called."""
    with own_warehouse(cluster, prepared_template, "thematic_kinds") as connection:
        prepare_seeds(connection)
        firm = OTHER_FIRM | {"registration_status": "存续", "established_on": "2020-05-01"}
        land(connection, "market_entity", [firm])
        for contract_id, rows in ROWS.items():
            land(connection, contract_id, rows)
        deliver_without_names(connection)
        build_thematic()
        yield connection


def deliver_without_names(connection: psycopg.Connection) -> None:
    """A person who is named once and then no more, one who never is, and the firm of whoever employs the first."""
    for day, named, nameless in (("2026-01-01", {"person_name": "王**"}, {}), ("2026-01-02", {}, {})):
        rows = [
            {"person_key": key, "review_field": day, "listed_on": "2025-01-02"} | name
            for key, name in ((NAMED, named), (NAMELESS, nameless))
        ]
        land(connection, "procurement_expert", rows, department_id=OTHER_OFFICE, known_from=day)
    certificate = {
        "certificate_number": "证3", "person_key": NAMED, "person_name": "王**", "firm_credit_code": NAMELESS_FIRM,
        "title": "建造师", "title_level": "一级", "awarding_authority": "某厅", "awarded_on": "2025-01-02",
    }  # fmt: skip
    land(connection, "professional_title", [certificate], department_id=OTHER_OFFICE, known_from="2026-01-01")


def test_nobody_is_lost_for_want_of_a_name(world: psycopg.Connection) -> None:
    found = rows_of(
        world,
        "select subject_key, subject_name, count(record_key) from thematic.subject"
        " inner join thematic.credit_record as record using (subject_key)"
        " where subject_key = any(%s) and record.known_until is null group by 1, 2 order by 1",
        [NAMED, NAMELESS, NAMELESS_FIRM],
    )
    # of whom a name was ever reported it is the newest; a firm is not called what its employee is called
    assert found == [(NAMELESS_FIRM, "名称未报送", 1), (NAMED, "王**", 1), (NAMELESS, "姓名未报送", 1)]


def test_no_contract_is_forgotten() -> None:
    assert set(load_contracts()) - FOLLOWED_ELSEWHERE == set(ROWS) == set(SPINE)


@pytest.mark.parametrize("contract_id", sorted(ROWS))
def test_a_landed_row_reaches_the_spine(world: psycopg.Connection, contract_id: str) -> None:
    found = rows_of(
        world,
        f"select {COLUMNS} from thematic.credit_record where contract_id = %s and department_id <> %s"
        " order by catalogue_item_id, case_id",
        contract_id,
        OTHER_OFFICE,
    )
    assert found == SPINE[contract_id]


def test_points_declared_are_the_points_of_the_feed(world: psycopg.Connection) -> None:
    query = (
        "select count(*), count(*) filter (where points_declared is distinct from points_counted)"
        " from thematic.credit_record where points_counted is not null"
    )
    assert rows_of(world, query) == [(4, 0)]


def test_an_item_of_another_contract_is_rejected(world: psycopg.Connection) -> None:
    assert reasons_of(world, "industry_record") == {
        2: [("unknown_item", "catalogue_item_id", "no_such_item")],
        3: [("unknown_item", "catalogue_item_id", "serious_dishonesty")],
    }


def test_a_mistyped_identity_number_is_rejected(world: psycopg.Connection) -> None:
    assert reasons_of(world, "procurement_expert") == {2: [("person_id_form", "person_key", MISTYPED)]}


def test_a_person_is_one_subject_and_never_matched_by_name(world: psycopg.Connection) -> None:
    subject = rows_of(
        world,
        "select subject_kind, subject_name, department_id, resolved_to, resolution_reason"
        " from thematic.subject where subject_key = %s",
        PERSON,
    )
    assert subject == [("person", "张**", None, None, "person_key")]
    assert rows_of(world, "select count(*) from thematic.subject_link where reported_subject_key = %s", PERSON) == [
        (0,)
    ]


def test_only_a_firm_is_warned_of_for_its_missing_code(world: psycopg.Connection) -> None:
    warned = rows_of(
        world, "select certificate_number, subject_key, warnings from staging.professional_title order by 1"
    )
    assert warned == [("证1", VALID_CODE, []), ("证2", PERSON, []), ("证3", NAMELESS_FIRM, [])]


def test_each_theme_holds_its_kinds(world: psycopg.Connection) -> None:
    run_dbt("test", "--select", "path:models/thematic", "path:models/staging", "--exclude-resource-type", "unit_test")
    tables = rows_of(
        world,
        "select table_schema, table_name from information_schema.tables where table_schema like 'thematic%%'",
    )
    held = {name: schema for schema, name in tables}
    assert held["administrative_licence"] == "thematic_public_credit"
    assert held["contract_performance"] == "thematic_bidding"
    procurement = {name for name, schema in held.items() if schema == "thematic_procurement"}
    assert procurement == {
        "supplier", "contract", "complaint", "violation", "expert", "expert_review", "expert_violation"
    }  # fmt: skip
