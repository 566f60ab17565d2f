"""Each kind of warning on releases filled by hand: true, not true, exactly at the bound; raised once, and ended."""

from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.publication.roll_back import roll_back
from credit_grading.warehouse.prepare import prepare
from tests.sharing.releases import Grade
from tests.sharing.warned import BOOK, events, graded, judge, open_subjects, open_warnings, record, release, rule

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
    roll_back(warehouse, 1, "等级有误", "张三")
    judge(warehouse)
    assert events(warehouse)[2:] == [
        ("ended", "FELL", events(warehouse)[0][2], "rolled_back"),
        ("ended", "FELL", "", "rolled_back"),
    ]
    assert open_subjects(warehouse) == []


def test_several_releases_taken_back_at_once_leave_no_fall_and_heal_none(warehouse: Warehouse) -> None:
    rule(warehouse, "levels_in_period", levels_at_least=2, months=3)
    rule(warehouse, "grade_drop", levels_at_least=1, months=3)
    release(warehouse, "2025-05-31", graded(WRONG="D", HEALED="A"))
    release(warehouse, "2025-06-01", graded(WRONG="D", HEALED="C"))
    judge(warehouse)
    before = open_warnings(warehouse)
    assert [subject for _, subject, _ in before] == ["HEALED", "HEALED"]
    # both wrong: one rose by mistake and then fell from where it never was, of the other the fall seemed made good
    release(warehouse, "2025-06-02", graded(WRONG="A", HEALED="A"))
    release(warehouse, "2025-06-03", graded(WRONG="B", HEALED="A"))
    judge(warehouse)
    assert [(kind, subject) for kind, subject, _ in open_warnings(warehouse)] == [("grade_drop", "WRONG")]
    roll_back(warehouse, 2, "等级有误", "张三")
    judge(warehouse)
    assert open_warnings(warehouse) == before
    # they were right after all: the roll-back is taken back, and with it what it brought again
    roll_back(warehouse, 4, "查明无误", "张三")
    judge(warehouse)
    assert [(kind, subject) for kind, subject, _ in open_warnings(warehouse)] == [("grade_drop", "WRONG")]


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


def test_a_warehouse_of_before_learns_new_kinds_and_others_stay_unknown(warehouse: Warehouse) -> None:
    constraint = "select oid from pg_constraint where conname = 'kind_is_known'"
    before = warehouse.execute(constraint).fetchall()
    prepare(warehouse)
    assert warehouse.execute(constraint).fetchall() == before != [], "nothing is altered where nothing is new"
    warehouse.execute(
        "alter table sharing.warning_rule drop constraint kind_is_known,"
        " add constraint warning_rule_kind_check check (kind in ('grade_drop', 'validity_ends'))"
    )
    prepare(warehouse)
    rule(warehouse, "publicity_ends", days_before=30)
    with pytest.raises(psycopg.errors.CheckViolation, match="kind_is_known"):
        rule(warehouse, "heard_of_it")
