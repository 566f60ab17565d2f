"""The pool of review experts: what the rules propose, what finance decides, and who is in the pool on which day."""

from datetime import date, timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from credit_grading.supervision.expert_pool import propose
from tests.sharing.sectors import months_later, release

JUNE = date(2026, 6, 30)


def experts(*subjects: str) -> list[dict[str, Any]]:
    return [{"subject_key": subject} for subject in subjects]


def reviews(subject: str, number: int, **values: Any) -> list[dict[str, Any]]:
    return [{"subject_key": subject, "record_key": f"{subject}r{n}"} | values for n in range(number)]


def proposals(connection: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select subject_key, action, rule_id, effective_from::text, effective_until::text"
        " from sharing.expert_proposal order by proposal_id"
    ).fetchall()


def decide(connection: psycopg.Connection[Any], decision: str = "accepted", on: date = JUNE, **values: Any) -> int:
    """Decide the newest proposal that waits, as the owner may, on a day of the test's own; returns its number."""
    row = connection.execute(
        "select max(proposal_id) from sharing.expert_proposal as proposal where not is_automatic"
        " and not exists (select from sharing.expert_decision as d where d.proposal_id = proposal.proposal_id)"
    ).fetchone()
    values |= {
        "proposal_id": row and row[0], "department_id": "finance", "decision": decision, "reason": "经核实",
        "decided_by": "采购监管科科长", "decided_at": f"{on} 12:00+08",
    }  # fmt: skip
    places = ", ".join(["%s"] * len(values))
    connection.execute(
        f"insert into sharing.expert_decision ({', '.join(values)}) values ({places})".encode(), list(values.values())
    )
    return int(values["proposal_id"])


def status(connection: psycopg.Connection[Any], day: date, subject: str = "P:1") -> str | None:
    row = connection.execute(
        "select status from sharing.expert_pool_on(%s) where subject_key = %s", (day, subject)
    ).fetchone()
    return row and row[0]


def test_reviews_promote_and_dismiss_at_their_exact_bounds(warehouse: psycopg.Connection[Any]) -> None:
    release(
        warehouse, JUNE,
        procurement_expert=[*experts("ten", "nine", "once89", "sides", "old", "low", "sixty", "taken"),
                            {"subject_key": "gone", "left_on": JUNE}],
        expert_review=[
            *reviews("ten", 9, score=90),
            # the last day of its twenty-four months
            {"subject_key": "ten", "score": 90, "reviewed_on": date(2024, 7, 1)},
            *reviews("nine", 9), *reviews("once89", 10), {"subject_key": "once89", "score": 89},
            # five projects, scored by two sides each, are five reviews
            *(row | {"project_number": f"Q{n // 2}"} for n, row in enumerate(reviews("sides", 10))),
            *reviews("old", 9), {"subject_key": "old", "reviewed_on": date(2024, 6, 30)},
            {"subject_key": "low", "score": 59}, {"subject_key": "low", "score": 60},
            {"subject_key": "sixty", "score": 55}, {"subject_key": "sixty", "score": 65},
            {"subject_key": "taken", "score": 10, "withdrawn_on": JUNE},
            *reviews("gone", 10), {"subject_key": "unlisted", "score": 0},
        ],
    )  # fmt: skip
    assert propose(warehouse) == {"dismiss": 1, "promote": 1}
    assert [row[:3] for row in proposals(warehouse)] == [
        ("low", "dismiss", "low_mean"), ("ten", "promote", "senior_expert"),
    ]  # fmt: skip
    assert propose(warehouse) == {}
    told = warehouse.execute("select evidence from sharing.expert_proposal where subject_key = 'low'").fetchone()
    assert told == ({"reviews": 2, "lowest": 59, "mean": 59.5},)


def test_points_suspend_for_six_months_from_the_day_they_are_enough(warehouse: psycopg.Connection[Any]) -> None:
    acts = {
        "single": [(15, date(2026, 1, 31))], "less": [(14, date(2026, 3, 1)), (10, date(2026, 3, 2))],
        "total": [(14, date(2026, 1, 10)), (11, date(2026, 2, 10))],
        # the year begins on 1 January
        "two_years": [(14, date(2025, 12, 31)), (14, date(2026, 1, 1))],
        "renewed": [(15, date(2026, 2, 1)), (1, date(2026, 3, 1)), (15, date(2026, 4, 1))],
        "over": [(15, date(2025, 12, 30))],
    }  # fmt: skip
    release(
        warehouse, JUNE, procurement_expert=experts(*acts, "serious", "taken", "repaired"),
        expert_violation=[
            *({"subject_key": subject, "points": points, "occurred_on": day}
              for subject, rows in acts.items() for points, day in rows),
            # without points a serious act has those of the rule
            {"subject_key": "serious", "severity": "serious"}, {"subject_key": "less", "severity": "minor"},
            {"subject_key": "taken", "points": 15, "withdrawn_on": date(2026, 6, 1)},
            {"subject_key": "repaired", "points": 14, "repaired_on": date(2026, 4, 1)},
            {"subject_key": "repaired", "points": 12, "occurred_on": date(2026, 4, 1)},
        ],
    )  # fmt: skip
    assert propose(warehouse) == {"suspend": 4}
    assert sorted((row[0], *row[3:]) for row in proposals(warehouse)) == [
        ("renewed", "2026-04-01", "2026-10-01"), ("serious", "2026-03-01", "2026-09-01"),
        ("single", "2026-01-31", "2026-07-31"), ("total", "2026-02-10", "2026-08-10"),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_windows_of_random_violations_are_those_of_plain_counting(
    warehouse: psycopg.Connection[Any], seed: int
) -> None:
    random = Random(seed)
    acts = [
        {"subject_key": f"P:{random.randrange(25)}", "points": random.choice([1, 5, 10, 14, 15]), "record_key": f"v{n}",
         "occurred_on": date(2025, 9, 1) + timedelta(random.randrange(302)),
         "repaired_on": date(2026, 5, 1) if random.random() < 0.2 else None}
        for n in range(80)
    ]  # fmt: skip
    release(warehouse, JUNE, procurement_expert=experts(*{act["subject_key"] for act in acts}), expert_violation=acts)
    propose(warehouse)
    expected = {}
    for act in sorted(acts, key=lambda act: act["occurred_on"]):
        day = act["occurred_on"]
        total = sum(
            other["points"] for other in acts
            if other["subject_key"] == act["subject_key"] and other["occurred_on"].year == day.year
            and other["occurred_on"] <= day and not (other["repaired_on"] and other["repaired_on"] <= day)
        )  # fmt: skip
        counted = not (act["repaired_on"] and act["repaired_on"] <= day)
        until = months_later(day, 6)
        if counted and (act["points"] >= 15 or total >= 25) and until > JUNE:
            expected[act["subject_key"]] = (str(day), str(until))
    assert {row[0]: row[3:] for row in proposals(warehouse)} == expected
    assert len(expected) > 3


def test_the_same_facts_are_proposed_once_whatever_was_decided(warehouse: psycopg.Connection[Any]) -> None:
    facts = {"procurement_expert": experts("P:1"), "expert_review": reviews("P:1", 3, score=40)}
    release(warehouse, JUNE, **facts)
    assert propose(warehouse) == {"dismiss": 1}
    # nobody has decided yet: nothing more, also with news
    news = [*facts["expert_review"], {"subject_key": "P:1", "record_key": "new", "score": 30}]
    release(warehouse, date(2026, 7, 1), **facts | {"expert_review": news})
    assert propose(warehouse) == {}
    decide(warehouse, "refused")
    release(warehouse, date(2026, 7, 2), **facts)
    assert propose(warehouse) == {}
    # less of the same is no news
    release(warehouse, date(2026, 7, 3), **facts | {"expert_review": facts["expert_review"][1:]})
    assert propose(warehouse) == {}
    release(warehouse, date(2026, 7, 4), **facts | {"expert_review": news})
    assert propose(warehouse) == {"dismiss": 1}
    decide(warehouse, on=date(2026, 7, 5))
    assert [status(warehouse, date(2026, 7, day)) for day in (4, 5)] == ["listed", "dismissed"]
    # of who is dismissed nothing is proposed any more
    worse = {"expert_violation": [{"points": 15}], "expert_review": [*news, {"subject_key": "P:1", "score": 0}]}
    release(warehouse, date(2026, 7, 6), **facts | worse)
    assert propose(warehouse) == {}


def suspended(connection: psycopg.Connection[Any], months: int, day: date, decided: date) -> None:
    """A suspension that finance accepted, of as many months as the test wants."""
    connection.execute(
        "insert into supervision.expert_proposal (publication_id, proposed_on, subject_key, action, rule_id, rule_from,"
        " title_zh, legal_basis, effective_from, effective_until, requires, is_automatic, evidence, facts)"
        " select max(publication_id), %(day)s, 'P:1', 'suspend', 'other', '2026-01-01', '暂停', '示例', %(day)s,"
        " %(day)s::date + make_interval(months => %(months)s), '{}', false,"
        " jsonb_build_object('suspended_months', %(months)s::integer), '[\"x\"]' from sharing.publication",
        {"months": months, "day": day},
    )
    decide(connection, on=decided)


def test_three_months_end_by_themselves(warehouse: psycopg.Connection[Any]) -> None:
    release(warehouse, JUNE, procurement_expert=experts("P:1"))
    suspended(warehouse, 3, date(2026, 3, 31), date(2026, 4, 2))
    assert propose(warehouse) == {"restore": 1}
    assert proposals(warehouse)[-1] == ("P:1", "restore", "restored_after_three_months", "2026-06-30", None)
    assert propose(warehouse) == {}
    days = [date(2026, 4, 1), date(2026, 4, 2), date(2026, 6, 29), JUNE]
    assert [status(warehouse, day) for day in days] == ["listed", "suspended", "suspended", "listed"]
    with pytest.raises(psycopg.errors.RaiseException, match="自动生效"):
        warehouse.execute(
            "insert into sharing.expert_decision (proposal_id, department_id, decision, reason, decided_by)"
            " select max(proposal_id), 'finance', 'refused', 'x', 'y' from sharing.expert_proposal"
        )


@pytest.mark.parametrize(
    ("months", "rule", "papers"),
    [
        (6, "restored_after_six_months", {"application_filed": True, "pledge_filed": True}),
        (
            12,
            "restored_after_twelve_months",
            {"application_filed": True, "pledge_filed": True, "legal_test_passed": True},
        ),
    ],
)
def test_longer_suspensions_end_when_the_papers_are_there(
    warehouse: psycopg.Connection[Any], months: int, rule: str, papers: dict[str, bool]
) -> None:
    release(warehouse, JUNE, procurement_expert=experts("P:1"), expert_review=reviews("P:1", 10))
    began = months_later(JUNE, -months)
    suspended(warehouse, months, began, began)
    # not promoted either, until it has ended
    assert propose(warehouse) == {"restore": 1}
    assert proposals(warehouse)[-1][1:3] == ("restore", rule)
    for missing in papers:
        with pytest.raises(psycopg.errors.RaiseException, match=missing):
            decide(warehouse, **papers | {missing: False})
    ended = date(2026, 7, 10)
    decide(warehouse, on=ended, **papers)
    days = [JUNE - timedelta(1), JUNE, ended - timedelta(1), ended]
    assert [status(warehouse, day) for day in days] == [
        "suspended", "awaiting_restoration", "awaiting_restoration", "listed",
    ]  # fmt: skip
    assert propose(warehouse) == {"promote": 1}
    decide(warehouse, on=ended)
    assert status(warehouse, ended) == "senior"


def test_a_failed_test_leads_to_a_proposal_to_dismiss(warehouse: psycopg.Connection[Any]) -> None:
    release(warehouse, JUNE, procurement_expert=experts("P:1"))
    suspended(warehouse, 12, date(2025, 6, 30), date(2025, 7, 1))
    propose(warehouse)
    decide(warehouse, "refused", application_filed=True, pledge_filed=True, legal_test_passed=False)
    assert propose(warehouse) == {"dismiss": 1}
    assert propose(warehouse) == {}
    assert proposals(warehouse)[-1][:3] == ("P:1", "dismiss", "failed_test")


def test_of_two_suspensions_the_end_of_the_last_ends_both(warehouse: psycopg.Connection[Any]) -> None:
    release(warehouse, JUNE, procurement_expert=experts("P:1"))
    suspended(warehouse, 3, date(2026, 1, 1), date(2026, 1, 1))
    suspended(warehouse, 6, date(2026, 2, 1), date(2026, 2, 1))
    # the first has run out, the second has not
    assert propose(warehouse) == {}
    assert status(warehouse, JUNE) == "suspended"
    release(warehouse, date(2026, 8, 1), procurement_expert=experts("P:1"))
    assert propose(warehouse) == {"restore": 1}
    decide(warehouse, on=date(2026, 8, 2), application_filed=True, pledge_filed=True)
    assert [status(warehouse, date(2026, 8, day)) for day in (1, 2)] == ["awaiting_restoration", "listed"]


def test_a_suspension_decided_after_a_restoration_is_not_ended_by_it(warehouse: psycopg.Connection[Any]) -> None:
    release(warehouse, date(2026, 8, 1), procurement_expert=experts("P:1"))
    suspended(warehouse, 6, date(2026, 1, 1), date(2026, 1, 1))
    assert propose(warehouse) == {"restore": 1}
    papers = {"application_filed": True, "pledge_filed": True}
    [(now,)] = warehouse.execute("select calendar.city_day(now())").fetchall()
    decide(warehouse, on=now, **papers)
    assert status(warehouse, now) == "listed"
    # begins before the end of the first, runs out before it as well, but was decided after its end was proposed
    tomorrow = now + timedelta(1)
    suspended(warehouse, 6, date(2025, 12, 1), tomorrow)
    assert [status(warehouse, day) for day in (now, tomorrow)] == ["listed", "awaiting_restoration"]
