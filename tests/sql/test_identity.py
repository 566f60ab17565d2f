"""Whom a record is about, on a real Postgres through real dbt: by which identity, on which day, as known when."""

from collections.abc import Iterator
from datetime import date, datetime

import psycopg
import pytest

from credit_grading.city.codes import credit_code
from credit_grading.evaluation.difference import differences
from credit_grading.evaluation.run import follows_run, open_run
from credit_grading.evaluation.workspace import Workspace
from credit_grading.rulebook.load import load_rulebooks
from credit_grading.transform.dbt import run_dbt
from credit_grading.transform.layers import selection
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.sql.landed import build_thematic, land, own_warehouse, prepare_seeds, rows_of
from tests.sql.test_thematic import DAY_1, DAY_2, DAY_3, entity, penalty

DEPARTMENT = "market_regulation"
# its organisation code is 67473724-4 (GB 11714), at 9-17
BY_CODE = "91330203674737244W"
ORGANISATION = "O:674737244"
NUMBER, FORMER_NUMBER, SHARED_NUMBER, TRADER = "500103000000017", "5001031234567", "500103000000025", "500103600000012"
PERIOD = "to_char(known_from, 'DD'), to_char(known_until, 'DD')"
FIRMS = (
    "numbered", "twin", "other_twin", "renamed", "heir", "corrected", "absorbed", "survivor", "recoded", "torn",
    "left", "right", "snake", "tail", "split", "part", "other_part", "company", "undone", "never", "later", "future",
    "second",
)  # fmt: skip
CODE = {name: credit_code("500103", number) for number, name in enumerate(FIRMS, start=1)}


def succession(kind: str, former: str | None, successor: str, **changes: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "document_number": f"{kind}{former}", "former_credit_code": CODE.get(former or ""),
        "successor_credit_code": CODE[successor], "succession_kind": kind, "effective_on": "2025-06-01",
    }  # fmt: skip
    return row | changes


def nameless(number: str, **changes: str | None) -> dict[str, str | None]:
    return penalty(number, penalised_credit_code=None, penalised_name=f"名称{number}") | changes


def deliver(connection: psycopg.Connection) -> None:
    firms = [entity(CODE[name], f"公司{name}") for name in FIRMS if name not in ("renamed", "heir", "corrected")]
    numbers = {"numbered": FORMER_NUMBER, "twin": SHARED_NUMBER, "other_twin": SHARED_NUMBER}
    for firm, name in zip(firms, [name for name in FIRMS if name not in ("renamed", "heir", "corrected")], strict=True):
        firm["registration_number"] = numbers.get(name)
    registry = [
        *firms, entity(BY_CODE, "按机构代码"), entity(CODE["renamed"], "旧名公司"),
        entity(CODE["corrected"], "错子公司"),
    ]  # fmt: skip
    land(connection, "market_entity", registry, known_from=DAY_1)
    penalties = [
        nameless("organisation", organisation_code="67473724－4"),
        nameless("filler", organisation_code="00000000-0", registration_number="12345", penalised_name="公司later"),
        nameless("former number", registration_number=FORMER_NUMBER),
        nameless("number", registration_number=NUMBER),
        nameless("shared number", registration_number=SHARED_NUMBER, penalised_name="公司numbered"),
        nameless("unknown number", registration_number="500103000009999", penalised_name="公司later"),
        nameless("early", penalised_name="旧名公司", decided_on="2025-05-01"),
        nameless("between", penalised_name="旧名公司", decided_on="2025-07-01"),
        nameless("late", penalised_name="旧名公司", decided_on="2025-10-01"),
        nameless("misspelt", penalised_name="错子公司"),
        nameless("of absorbed", penalised_name="公司absorbed"),
        nameless("trader", registration_number=TRADER, penalised_name="某某面馆"),
        nameless("stranger", penalised_name="查无此公司"),
        *[penalty(name, penalised_credit_code=CODE[name], penalised_name=f"公司{name}") for name in FIRMS],
    ]  # fmt: skip
    land(connection, "administrative_penalty", penalties, known_from=DAY_1)

    registry = [
        entity(CODE["renamed"], "新名公司", status_on="2025-06-01"), entity(CODE["corrected"], "错字公司"),
        entity(CODE["numbered"], "公司numbered", registration_number=NUMBER, status_on="2025-06-01"),
    ]  # fmt: skip
    land(connection, "market_entity", registry, known_from=DAY_2)
    changes = [
        succession("吸收合并", "absorbed", "survivor"),
        succession("吸收合并", "torn", "left"), succession("换码", "torn", "right"),
        succession("换码", "snake", "tail"), succession("换码", "tail", "snake"),
        succession("分立", "split", "part"), succession("分立", "split", "other_part"),
        succession("个转企", None, "company", former_registration_number=TRADER),
        succession("吸收合并", "undone", "never"), succession("换码", "later", "future", effective_on="2099-01-01"),
        succession("更名", "second", "second", former_name="某旧称公司"),
        # of nobody, and of somebody with another code: told to the registry, and otherwise nothing
        succession("吸收合并", None, "left"), succession("更名", "torn", "tail", former_name="公司torn"),
    ]  # fmt: skip
    land(connection, "entity_succession", changes, known_from=DAY_2)
    land(connection, "administrative_penalty", [nameless("reported late", penalised_name="公司survivor"),
         nameless("old name", penalised_name="某旧称公司")], known_from=DAY_3)  # fmt: skip
    registry = [
        entity(CODE["heir"], "旧名公司", established_on="2025-09-01", status_on="2025-09-01"),
    ]  # fmt: skip
    land(connection, "market_entity", registry, known_from=DAY_3)
    changes = [
        succession("区划调整换码", "survivor", "recoded"),
        succession("吸收合并", "undone", "never", record_status="撤销"),
    ]
    land(connection, "entity_succession", changes, known_from=DAY_3)


@pytest.fixture(scope="module")
def world(cluster: EmbeddedPostgres, prepared_template: str) -> Iterator[psycopg.Connection]:
    """Three days of arrivals, built once after the last."""
    with own_warehouse(cluster, prepared_template, "identity_world") as connection:
        prepare_seeds(connection)
        deliver(connection)
        build_thematic()
        yield connection


def stands(world: psycopg.Connection, number: str) -> list[tuple[str, str, str | None]]:
    """Under whom a penalty stands, from and until which day of arrivals; a firm by its name in CODE."""
    names = {code: name for name, code in CODE.items()}
    found = rows_of(
        world,
        f"select subject_key, {PERIOD} from thematic.credit_record where case_id = %s"
        " and catalogue_item_id = 'administrative_penalty' order by known_from",
        number,
    )
    return [(names.get(key, key), *period) for key, *period in found]


def resolved(world: psycopg.Connection, key: str) -> tuple[str | None, str]:
    query = "select resolved_to, resolution_reason from thematic.subject where subject_key = %s"
    [found] = rows_of(world, query, key)
    return found


def test_an_organisation_code_is_part_of_the_credit_code(world: psycopg.Connection) -> None:
    assert stands(world, "organisation") == [(BY_CODE, "01", None)]
    assert resolved(world, ORGANISATION) == (BY_CODE, "organisation_code")


def test_a_filler_is_no_code_and_the_name_decides(world: psycopg.Connection) -> None:
    assert stands(world, "filler") == [("later", "01", None)]
    warned = "select warnings from staging.administrative_penalty where decision_number = 'filler'"
    assert rows_of(world, warned) == [
        (["no_credit_code", "unusable_organisation_code", "unusable_registration_number"],)
    ]


def test_a_registration_number_identifies_also_after_it_was_replaced(world: psycopg.Connection) -> None:
    assert stands(world, "former number") == [("numbered", "01", None)]
    # the registry gave the new number on the second day
    assert stands(world, "number") == [(f"R:{NUMBER}", "01", "02"), ("numbered", "02", None)]


def test_an_unknown_number_leaves_it_to_the_name(world: psycopg.Connection) -> None:
    assert stands(world, "unknown number") == [("later", "01", None)]
    assert resolved(world, "R:500103000009999") == (CODE["later"], "unique_registered_name")


def test_a_number_of_two_firms_is_never_guessed_even_where_the_name_would_tell(world: psycopg.Connection) -> None:
    assert stands(world, "shared number") == [(f"R:{SHARED_NUMBER}", "01", None)]
    assert resolved(world, f"R:{SHARED_NUMBER}") == (None, "ambiguous_registration_number")


def test_a_name_is_that_of_whoever_bore_it_on_the_day(world: psycopg.Connection) -> None:
    key = f"N:{DEPARTMENT}:旧名公司"
    assert stands(world, "early") == [("renamed", "01", None)]
    # nobody bears it: who once bore it is told as long as it was one
    assert stands(world, "between") == [("renamed", "01", "03"), (key, "03", None)]
    # until the firm that took the name was known, its former bearer was the only one
    assert stands(world, "late") == [("renamed", "01", "03"), ("heir", "03", None)]


def test_a_name_that_the_registry_corrected_was_never_borne(world: psycopg.Connection) -> None:
    assert stands(world, "misspelt") == [("corrected", "01", "02"), (f"N:{DEPARTMENT}:错子公司", "02", None)]


def test_a_former_name_that_the_registry_reports_identifies(world: psycopg.Connection) -> None:
    assert stands(world, "old name") == [("second", "03", None)]


def test_a_link_holds_from_when_both_were_known(world: psycopg.Connection) -> None:
    query = f"select {PERIOD} from thematic.subject_link where reported_subject_key = %s order by day_from"
    held = rows_of(world, query, f"N:{DEPARTMENT}:公司survivor")
    assert held
    assert set(held) == {("03", None)}


def test_records_follow_mergers_and_new_codes_to_the_end_of_the_chain(world: psycopg.Connection) -> None:
    chain = [("absorbed", "01", "02"), ("survivor", "02", "03"), ("recoded", "03", None)]
    assert stands(world, "absorbed") == chain
    assert stands(world, "of absorbed") == chain
    assert stands(world, "survivor") == [("survivor", "01", "03"), ("recoded", "03", None)]
    assert resolved(world, CODE["absorbed"]) == (CODE["recoded"], "absorption")
    # its registration stays its own
    registered = "select subject_key from thematic.credit_record where catalogue_item_id = 'market_entity_registered'"
    assert (CODE["absorbed"],) in rows_of(world, registered)


def test_a_business_of_one_person_that_became_a_company(world: psycopg.Connection) -> None:
    assert stands(world, "trader") == [(f"R:{TRADER}", "01", "02"), ("company", "02", None)]


def test_a_withdrawn_succession_gives_the_records_back(world: psycopg.Connection) -> None:
    assert stands(world, "undone") == [("undone", "01", "02"), ("never", "02", "03"), ("undone", "03", None)]


def test_a_succession_that_is_still_to_come_links_nobody(world: psycopg.Connection) -> None:
    assert stands(world, "later") == [("later", "01", None)]


@pytest.mark.parametrize(
    ("name", "reason", "candidates"),
    [("torn", "several_successors", 2), ("snake", "succession_cycle", 1), ("tail", "succession_cycle", 1),
     ("split", "split", 2)],
)  # fmt: skip
def test_successions_that_cannot_be_told_are_listed_and_not_followed(
    world: psycopg.Connection, name: str, reason: str, candidates: int
) -> None:
    assert stands(world, name) == [(name, "01", None)]
    listed = rows_of(
        world,
        "select department_id, reason, candidate_count, advice_zh <> '' from thematic.unresolved_subject"
        " where subject_key = %s",
        CODE[name],
    )
    assert (DEPARTMENT, reason, candidates, True) in listed


def test_an_act_that_says_nothing_is_listed(world: psycopg.Connection) -> None:
    query = "select subject_key from thematic.unresolved_subject where reason = 'unusable_succession' order by 1"
    assert rows_of(world, query) == [(key,) for key in sorted((CODE["left"], CODE["tail"]))]


def test_who_cannot_be_told_is_listed_with_the_reason(world: psycopg.Connection) -> None:
    query = "select subject_key, reason, candidate_count from thematic.unresolved_subject where subject_kind <> 'coded'"
    local = f"N:{DEPARTMENT}:"
    assert set(rows_of(world, query)) == {
        (f"R:{SHARED_NUMBER}", "ambiguous_registration_number", 2),
        (f"{local}错子公司", "unresolved", 0),
        (f"{local}查无此公司", "unresolved", 0),
    }


def test_structure_and_links_do_not_overlap(world: psycopg.Connection) -> None:
    run_dbt("test", "--select", "path:models/thematic", "--exclude-resource-type", "unit_test")
    overlapping = rows_of(
        world,
        "select one.reported_subject_key from thematic.subject_link as one"
        " inner join thematic.subject_link as other"
        " on one.reported_subject_key = other.reported_subject_key and one.ctid <> other.ctid"
        " and one.day_from < coalesce(other.day_until, 'infinity')"
        " and other.day_from < coalesce(one.day_until, 'infinity')"
        " and one.known_from < coalesce(other.known_until, 'infinity')"
        " and other.known_from < coalesce(one.known_until, 'infinity')",
    )
    assert overlapping == []
    assert rows_of(world, "select count(*) > 10 from thematic.subject_link") == [(True,)]


def test_a_run_that_follows_evaluates_whom_a_link_gave_or_took_records(world: psycopg.Connection) -> None:
    load_rulebooks(world)
    day = date(2026, 1, 3)
    open_run(world, day, knowledge_at=_moment(world, "2026-01-02 12:00+00"))
    run_dbt("run", *selection("evaluation", with_seeds=False))
    knowledge_at = _moment(world, "2026-01-03 12:00+00")
    open_run(world, day, knowledge_at=knowledge_at)
    assert follows_run(world)
    run_dbt("run", *selection("evaluation", with_seeds=False, with_rules=False))
    touched = {key for (key,) in rows_of(world, "select subject_key from evaluation.touched_subject")}
    # gave to a new code, took from it, got back from one that was withdrawn; and the new bearer of a name
    assert touched >= {CODE[name] for name in ("survivor", "recoded", "undone", "never", "renamed", "heir")}
    assert not touched & {CODE[name] for name in ("torn", "split", "numbered", "company")}
    workspace = Workspace(world, "full")
    workspace.create()
    workspace.open_run(day, knowledge_at)
    workspace.evaluate()
    assert differences(world, "evaluation", workspace.schema("evaluation")) == []
    graded = "select count(*) from evaluation.grade where subject_key = %s"
    assert rows_of(world, graded, CODE["recoded"])[0][0] > 0


def _moment(world: psycopg.Connection, text: str) -> datetime:
    return rows_of(world, "select %s::timestamptz", text)[0][0]
