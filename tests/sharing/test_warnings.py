"""Each kind of warning on releases filled by hand: true, not true, exactly at the bound; raised once, and ended."""

from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.sharing.releases import Grade
from tests.sharing.warned import BOOK, events, graded, judge, open_subjects, record, release, rule

Warehouse = psycopg.Connection[Any]


def test_nothing_is_judged_before_the_first_release(warehouse: Warehouse) -> None:
    from credit_grading.supervision.warn import warn

    rule(warehouse, "grade_drop", levels_at_least=1, months=3)
    assert warn(warehouse) is None
    assert events(warehouse) == []


def test_a_drop_is_raised_once_and_ends_when_the_grade_is_back(warehouse: Warehouse) -> None:
    rule(warehouse, "grade_drop", levels_at_least=2, months=3)
    release(warehouse, "2025-06-01", graded(DEEP="A", FLAT="B", UP="C", ONE="B", NONE="A"))
    assert judge(warehouse).raised == 0
    release(warehouse, "2025-06-02", graded(DEEP="C", FLAT="B", UP="A", ONE="C", NONE="B"))
    run = judge(warehouse)
    assert (run.raised, run.ended, run.open) == (1, 0, 1)
    [(event, subject, change, _)] = events(warehouse)
    assert (event, subject) == ("raised", "DEEP")
    [message, evidence, since, rule_version] = warehouse.execute(
        "select message_zh, evidence, since_on::text, rule_version from sharing.warning"
    ).fetchone()
    assert message == (
        "企业DEEP（DEEP）在公共信用评价中，等级由 A 降为 C（全市统一等级 A→C，下降 2 级），"
        "自 2025-06-02 起。规则：规则（1 版）"
    )
    assert evidence["sequence"] == int(change)
    assert (evidence["levels"], since, rule_version) == (2, "2025-06-02", "1")
    # a later release in which it is still so says nothing again; another drop is another occurrence
    release(warehouse, "2025-06-03", graded(DEEP="C", FLAT="D", UP="A", ONE="C", NONE="B"))
    assert judge(warehouse).raised == 1
    # better, but not back
    release(warehouse, "2025-06-04", graded(DEEP="B", FLAT="D", UP="A", ONE="C", NONE="B"))
    assert judge(warehouse).ended == 0
    release(warehouse, "2025-06-05", graded(DEEP="A", FLAT="D", UP="A", ONE="C", NONE="B"))
    assert judge(warehouse).ended == 1
    assert events(warehouse)[-1] == ("ended", "DEEP", change, "recovered")
    # down again: the old occurrence stays over, a new one is raised
    release(warehouse, "2025-06-06", graded(DEEP="C", FLAT="D", UP="A", ONE="C", NONE="B"))
    judge(warehouse)
    event, subject, later, _ = events(warehouse)[-1]
    assert (event, subject) == ("raised", "DEEP")
    assert int(later) > int(change)
    assert len(events(warehouse)) == 4


def test_a_drop_is_told_for_so_many_calendar_months(warehouse: Warehouse) -> None:
    rule(warehouse, "grade_drop", levels_at_least=1, months=1)
    release(warehouse, "2025-01-30", graded(S="A"))
    release(warehouse, "2025-01-31", graded(S="B"))
    assert judge(warehouse).raised == 1
    release(warehouse, "2025-02-27", graded(S="B"))
    assert judge(warehouse).ended == 0
    # one calendar month after 31 January is 28 February, which no longer counts
    release(warehouse, "2025-02-28", graded(S="B"))
    judge(warehouse)
    assert [event[0] for event in events(warehouse)] == ["raised", "ended"]
    assert events(warehouse)[1][3] == "period_over"


def test_levels_in_a_period_add_up_over_several_releases(warehouse: Warehouse) -> None:
    rule(warehouse, "levels_in_period", levels_at_least=2, months=3)
    release(warehouse, "2025-01-01", graded(S="A", SLOW="A"))
    release(warehouse, "2025-02-10", graded(S="A", SLOW="B"))
    release(warehouse, "2025-03-01", graded(S="B", SLOW="B"))
    assert judge(warehouse).raised == 0
    # exactly two levels; SLOW left its A exactly three months ago, which no longer counts
    release(warehouse, "2025-05-10", graded(S="C", SLOW="C"))
    judge(warehouse)
    assert events(warehouse) == [("raised", "S", "", None)]
    release(warehouse, "2025-05-31", graded(S="D", SLOW="C"))
    assert judge(warehouse).open == 1
    # B was left on 10 May, A on 1 March: of the last three months only B → D remains, still two levels
    release(warehouse, "2025-06-01", graded(S="D", SLOW="C"))
    assert judge(warehouse).open == 1
    release(warehouse, "2025-08-10", graded(S="D", SLOW="C"))
    judge(warehouse)
    assert events(warehouse)[-1] == ("ended", "S", "", "period_over")


@pytest.mark.parametrize(("months", "expected"), [(2, []), (3, ["S"])])
def test_a_period_ends_on_the_same_day_of_a_later_month(warehouse: Warehouse, months: int, expected: list[str]) -> None:
    rule(warehouse, "levels_in_period", levels_at_least=2, months=months)
    release(warehouse, "2025-01-01", graded(S="A"))
    release(warehouse, "2025-02-28", graded(S="B"))
    release(warehouse, "2025-04-28", graded(S="C"))
    judge(warehouse)
    assert open_subjects(warehouse) == expected


def test_what_a_roll_back_lowers_did_not_fall_and_what_it_takes_back_is_over(warehouse: Warehouse) -> None:
    rule(warehouse, "levels_in_period", levels_at_least=2, months=3)
    rule(warehouse, "grade_drop", levels_at_least=1, months=3)
    release(warehouse, "2025-06-01", graded(FELL="A", ROSE="C"))
    judge(warehouse)
    release(warehouse, "2025-06-02", graded(FELL="D", ROSE="A"))
    assert judge(warehouse).raised == 2
    back = release(warehouse, "2025-06-02", graded(FELL="A", ROSE="C"))
    warehouse.execute(
        "update sharing.publication set kind = 'roll_back' where publication_id = %s", (back.publication_id,)
    )
    judge(warehouse)
    assert events(warehouse)[2:] == [
        ("ended", "FELL", events(warehouse)[0][2], "rolled_back"),
        ("ended", "FELL", "", "rolled_back"),
    ]
    assert open_subjects(warehouse) == []


def test_no_grade_and_no_subject_end_a_warning(warehouse: Warehouse) -> None:
    rule(warehouse, "grade_drop", levels_at_least=1, months=3)
    release(warehouse, "2025-06-01", graded(LEFT="A", NONE="A"))
    release(warehouse, "2025-06-02", graded(LEFT="B", NONE="B"))
    assert judge(warehouse).raised == 2
    release(
        warehouse, "2025-06-03", graded(NONE="B"),
        also="update candidate.grade set grade = null, city_grade = null, grade_status = 'no_grade'",
    )  # fmt: skip
    assert judge(warehouse).ended == 2
    assert {cause for event, _, _, cause in events(warehouse) if event == "ended"} == {"no_longer_graded"}
    # from no grade nothing falls; but the fall before it was never made good
    release(warehouse, "2025-06-04", graded(NONE="E"))
    judge(warehouse)
    [first] = [occurrence for event, subject, occurrence, _ in events(warehouse)[:2] if subject == "NONE"]
    assert events(warehouse)[4:] == [("raised", "NONE", first, None)]


def test_points_of_a_period_reach_the_bound_exactly_or_not(warehouse: Warehouse) -> None:
    rule(warehouse, "points_in_period", indicator="penalty", points_at_least=12, months=3)
    behind = {
        "REACHED": [record("a", "2025-03-02", "6.5"), record("b", "2025-06-01", "5.5")],
        "SHORT": [record("a", "2025-03-02", "6.5"), record("b", "2025-06-01", "5.49")],
        "TOO_OLD": [record("a", "2025-03-01", "6.5"), record("b", "2025-06-01", "5.5")],
        "EXEMPT": [record("a", "2025-05-01", "20", role="exempts")],
    }
    release(warehouse, "2025-06-01", graded(REACHED="A", SHORT="A", TOO_OLD="A", EXEMPT="A"), behind=behind)
    assert judge(warehouse).raised == 1
    assert open_subjects(warehouse) == ["REACHED"]
    [evidence] = warehouse.execute("select evidence from sharing.warning").fetchone()
    assert [one["record_key"] for one in evidence["records"]] == ["a", "b"]
    assert (evidence["points"], evidence["points_at_least"], evidence["months"]) == (12, 12, 3)
    # more points while it holds say nothing again; a day later the first record is over
    more = {"REACHED": [*behind["REACHED"], record("c", "2025-06-01", "1")]}
    release(warehouse, "2025-06-01", graded(REACHED="A"), behind=more)
    assert judge(warehouse).raised == 0
    release(warehouse, "2025-06-02", graded(REACHED="A"), behind=more)
    judge(warehouse)
    assert events(warehouse)[-1] == ("ended", "REACHED", "penalty", "below_threshold")
    again = {"REACHED": [record("b", "2025-06-01", "5.5"), record("d", "2025-06-03", "7")]}
    release(warehouse, "2025-06-03", graded(REACHED="A"), behind=again)
    judge(warehouse)
    assert [event for event, *_ in events(warehouse)] == ["raised", "ended", "raised"]


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


def test_a_new_version_of_a_rule_takes_over_on_its_day(warehouse: Warehouse) -> None:
    rule(warehouse, "levels_in_period", version="1", until="2025-07-01", levels_at_least=2, months=3)
    rule(warehouse, "levels_in_period", version="2", since="2025-07-01", levels_at_least=3, months=3)
    release(warehouse, "2025-06-01", graded(TWO="A", THREE="A"))
    release(warehouse, "2025-06-30", graded(TWO="C", THREE="D"))
    judge(warehouse)
    assert open_subjects(warehouse) == ["THREE", "TWO"]
    # no grade changes: the rules do
    release(warehouse, "2025-07-01", graded(TWO="C", THREE="D"))
    judge(warehouse)
    assert warehouse.execute(
        "select subject_key, rule_version, is_open, cause from sharing.warning order by warning_id"
    ).fetchall() == [
        ("THREE", "1", False, "rule_ended"), ("TWO", "1", False, "rule_ended"), ("THREE", "2", True, None),
    ]  # fmt: skip


def test_a_rule_for_all_looks_at_every_rulebook_and_facet_by_itself(warehouse: Warehouse) -> None:
    rule(warehouse, "grade_drop", rulebook="all", levels_at_least=1, months=3)
    keys = [(BOOK, ""), ("bidding_participant", ""), ("bidding_participant", "施工")]
    release(warehouse, "2025-06-01", [Grade(book, "S", Decimal(70), "A", facet) for book, facet in keys])
    release(warehouse, "2025-06-02", [Grade(book, "S", Decimal(70), "B", facet) for book, facet in keys])
    judge(warehouse)
    assert (
        warehouse.execute("select rulebook_id, facet from sharing.warning where is_open order by 1 desc, 2").fetchall()
        == keys
    )


def test_the_ledger_is_gapless_and_the_runs_are_kept(warehouse: Warehouse) -> None:
    rule(warehouse, "grade_drop", levels_at_least=1, months=3)
    for day, grade in (("2025-06-01", "A"), ("2025-06-02", "B"), ("2025-06-03", "A"), ("2025-06-04", "C")):
        release(warehouse, day, graded(S=grade, T=grade))
        judge(warehouse)
    assert [row[0] for row in warehouse.execute("select sequence from sharing.warning_event order by 1")] == [
        1, 2, 3, 4, 5, 6
    ]  # fmt: skip
    assert warehouse.execute(
        "select publication_id, raised, ended, rules from supervision.warning_run order by 1"
    ).fetchall() == [(number, raised, ended, ["grade_drop@1"]) for number, raised, ended in (
        (1, 0, 0), (2, 2, 0), (3, 0, 2), (4, 2, 0),
    )]  # fmt: skip
