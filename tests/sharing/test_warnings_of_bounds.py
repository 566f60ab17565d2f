"""Warnings before a bound or a last day, and of listings: near, exactly there, past it, and ended for which cause."""

from decimal import Decimal
from typing import Any

import psycopg

from tests.sharing.releases import Grade
from tests.sharing.warned import BOOK, events, graded, judge, open_subjects, record, release, rule

Warehouse = psycopg.Connection[Any]

LIMIT_OF_POINTS = """
update candidate.grade_limit set total_at_least = 25;
"""
LIMIT_LINES = """
insert into rulebook.rulebook (rulebook_id, version, kind, title_zh, title_en, authority_zh, legal_basis,
    in_force_from, cycle, population_subject_kinds, population_item_id, per_facet, start_score, stage, content_hash,
    source_text)
values ('public_credit', '2025-01', 'scored', 't', 't', 'a', '[]', '2025-01-01', 'daily', '{coded}', 'i', false, 0, 0,
    'h', 's');
insert into rulebook.target (rulebook_id, version, purpose, target_id)
values ('public_credit', '2025-01', 'limit', 'dishonest'), ('public_credit', '2025-01', 'indicator', 'penalty');
insert into rulebook.record_line (rulebook_id, version, purpose, target_id, catalogue_item_id, longest_months)
values ('public_credit', '2025-01', 'limit', 'dishonest', 'penalty', 12),
    ('public_credit', '2025-01', 'indicator', 'penalty', 'penalty', 24);
"""


def test_a_total_comes_near_the_threshold_of_a_limit(warehouse: Warehouse) -> None:
    warehouse.execute(LIMIT_LINES)
    rule(warehouse, "near_threshold", indicator="penalty", limit="dishonest", distance_at_most=5)
    behind = {
        "NEAR": [record("a", "2025-05-01", "20")],
        "FAR": [record("a", "2025-05-01", "19.99")],
        "THERE": [record("a", "2025-05-01", "25")],
        # points that faded count in full for the limit, and those of more than twelve months not at all
        "FADED": [record("a", "2025-05-01", "10", points_full=21)],
        "OLD": [record("a", "2024-06-01", "20")],
        "HIT": [record("a", "2025-05-01", "21")],
    }
    grades = graded(**dict.fromkeys(behind, "A"))
    release(
        warehouse, "2025-06-01", grades, behind=behind, hit={"HIT": [record("a", "2025-05-01")]}, also=LIMIT_OF_POINTS
    )
    judge(warehouse)
    assert open_subjects(warehouse) == ["FADED", "NEAR"]
    behind |= {"NEAR": [record("a", "2025-05-01", "25")], "FADED": [record("a", "2025-05-01", "3")]}
    release(warehouse, "2025-06-02", grades, behind=behind, hit={"NEAR": behind["NEAR"]}, also=LIMIT_OF_POINTS)
    judge(warehouse)
    assert {(subject, cause) for event, subject, _, cause in events(warehouse) if event == "ended"} == {
        ("NEAR", "threshold_crossed"), ("FADED", "moved_away"),
    }  # fmt: skip
    assert open_subjects(warehouse) == ["HIT"]


def test_a_score_comes_near_the_lower_end_of_its_band(warehouse: Warehouse) -> None:
    rule(warehouse, "near_threshold", distance_at_most=1)

    def scored(**scores: str) -> list[Grade]:
        return [Grade(BOOK, subject, Decimal(score), "B") for subject, score in scores.items()]

    release(
        warehouse, "2025-06-01", scored(AT="60", NEAR="61", FAR="61.01", CAPPED="60.5"),
        also="update candidate.grade set grade_status = 'cap' where subject_key = 'CAPPED'",
    )  # fmt: skip
    judge(warehouse)
    assert open_subjects(warehouse) == ["AT", "NEAR"]
    release(
        warehouse, "2025-06-02", scored(AT="59.9", NEAR="65", FAR="61.01"),
        also="update candidate.grade set grade = 'D', city_grade = 'D' where subject_key = 'AT'",
    )  # fmt: skip
    judge(warehouse)
    assert {(subject, cause) for event, subject, _, cause in events(warehouse) if event == "ended"} == {
        ("AT", "threshold_crossed"), ("NEAR", "moved_away"),
    }  # fmt: skip


def test_a_record_is_about_to_stop_counting(warehouse: Warehouse) -> None:
    rule(warehouse, "validity_ends", indicator="penalty", days_before=30)
    behind = {
        "SOON": [record("a", "2024-07-01", until="2025-07-01")],
        "LATER": [record("a", "2024-07-01", until="2025-07-02")],
        "NEVER": [record("a", "2024-07-01")],
    }
    release(warehouse, "2025-06-01", graded(SOON="A", LATER="A", NEVER="A"), behind=behind)
    judge(warehouse)
    assert events(warehouse) == [("raised", "SOON", "market_regulation/penalty/a/2025-07-01", None)]
    # made longer: that end is gone, and the new one is raised in its time
    longer = behind | {"SOON": [record("a", "2024-07-01", until="2025-07-20")]}
    release(warehouse, "2025-06-20", graded(SOON="A", LATER="A", NEVER="A"), behind=longer)
    judge(warehouse)
    assert events(warehouse)[1:] == [
        ("ended", "SOON", "market_regulation/penalty/a/2025-07-01", "record_gone"),
        ("raised", "LATER", "market_regulation/penalty/a/2025-07-02", None),
        ("raised", "SOON", "market_regulation/penalty/a/2025-07-20", None),
    ]
    release(warehouse, "2025-07-02", graded(SOON="A", LATER="A", NEVER="A"), behind={"SOON": longer["SOON"]})
    judge(warehouse)
    assert events(warehouse)[-1] == ("ended", "LATER", "market_regulation/penalty/a/2025-07-02", "validity_over")


def publicity(warehouse: Warehouse, subject: str, repair_on: str | None, end_on: str | None) -> None:
    """What mark_records says of the penalty of a subject."""
    warehouse.execute(
        "insert into sharing.publicity values (%s, %s, %s, 'market_regulation', 'penalty', %s, '2025-01-01',"
        " 'ordinary', 'r', %s, %s, %s, null, null, false)",
        (BOOK, subject, f"k{subject}", f"罚{subject}", repair_on and "after_minimum", repair_on, end_on),
    )


def test_a_record_may_soon_be_repaired_and_its_publicity_soon_ends(warehouse: Warehouse) -> None:
    rule(warehouse, "publicity_ends", days_before=30)
    days = {
        "SOON": ("2025-07-01", "2028-01-01"), "LATER": ("2025-07-02", "2028-01-01"),
        "PAST": ("2025-06-01", "2028-01-01"), "ENDING": (None, "2025-07-01"), "BOTH": ("2025-06-02", "2025-06-20"),
        "WITHOUT": (None, None),
    }  # fmt: skip
    for subject, (repair_on, end_on) in days.items():
        publicity(warehouse, subject, repair_on, end_on)
    publicity(warehouse, "UNGRADED", "2025-07-01", "2025-07-01")
    publicity(warehouse, "REPAIRED", "2025-07-01", "2025-07-01")
    warehouse.execute("update sharing.publicity set repaired_on = '2025-06-01' where subject_key = 'REPAIRED'")
    grades = graded(**dict.fromkeys((*days, "REPAIRED"), "C"))
    release(warehouse, "2025-06-01", grades)
    judge(warehouse)
    assert [(subject, occurrence.split("/", 2)[2]) for _, subject, occurrence, _ in events(warehouse)] == [
        ("BOTH", "kBOTH/publicity_ends/2025-06-20"), ("BOTH", "kBOTH/repair_possible/2025-06-02"),
        ("ENDING", "kENDING/publicity_ends/2025-07-01"), ("SOON", "kSOON/repair_possible/2025-07-01"),
    ]  # fmt: skip
    [message] = warehouse.execute("select message_zh from sharing.warning where subject_key = 'SOON'").fetchone()
    assert "“罚SOON”自 2025-07-01 起可以申请信用修复" in message
    # repaired before publicity ends, gone with its record, and over by time
    warehouse.execute("update sharing.publicity set repaired_on = '2025-06-10' where subject_key = 'BOTH'")
    warehouse.execute("delete from sharing.publicity where subject_key = 'ENDING'")
    for day in ("2025-06-25", "2025-07-01"):
        release(warehouse, day, grades)
        judge(warehouse)
    assert [event[1:] for event in events(warehouse) if event[0] == "ended"] == [
        ("BOTH", "market_regulation/penalty/kBOTH/publicity_ends/2025-06-20", "repaired"),
        ("BOTH", "market_regulation/penalty/kBOTH/repair_possible/2025-06-02", "repaired"),
        ("ENDING", "market_regulation/penalty/kENDING/publicity_ends/2025-07-01", "record_gone"),
        ("SOON", "market_regulation/penalty/kSOON/repair_possible/2025-07-01", "validity_over"),
    ]  # fmt: skip
    assert open_subjects(warehouse) == ["LATER"]


def test_a_lasting_limit_is_about_to_end(warehouse: Warehouse) -> None:
    rule(warehouse, "validity_ends", limit="dishonest", days_before=10)
    hit = {"S": [record("a", "2025-01-01", until="2025-02-01"), record("b", "2025-01-02", until="2025-02-02")]}
    release(warehouse, "2025-06-20", graded(S="D"), hit=hit, holds_until="2025-06-30")
    judge(warehouse)
    assert events(warehouse) == [("raised", "S", "limit/dishonest/2025-06-30", None)]
    [message] = warehouse.execute("select message_zh from sharing.warning").fetchone()
    assert "“列入严重失信主体名单”将于 2025-06-30 届满" in message


def test_a_serious_listing_is_raised_per_record_until_it_is_gone(warehouse: Warehouse) -> None:
    rule(warehouse, "serious_listing", limit="dishonest")
    two = {"S": [record("a", "2025-01-01", until="2025-07-01"), record("b", "2025-02-01")]}
    release(warehouse, "2025-06-01", graded(S="D", CLEAN="A"), hit=two)
    assert judge(warehouse).raised == 2
    release(warehouse, "2025-07-01", graded(S="D", CLEAN="A"))
    judge(warehouse)
    assert [(occurrence, cause) for event, _, occurrence, cause in events(warehouse) if event == "ended"] == [
        ("market_regulation/penalty/a", "validity_over"), ("market_regulation/penalty/b", "record_gone"),
    ]  # fmt: skip
