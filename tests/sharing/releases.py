"""Builds candidates by hand and lets the gate's verdict be what a test needs: publication is tried without dbt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from credit_grading.department.model import Subscription

BESIDE = (
    "grade", "contribution", "limit_hit", "crosswalk_level", "single_change", "indicator", "grade_limit", "grade_band",
    "grade_condition", "rulebook", "measure", "scenario_effect", "dictionary", "feed_age",
    "rulebook_data_age", "bidding_bad_behaviour", "procurement_supplier", "procurement_violation", "procurement_expert",
    "expert_review", "expert_violation",
)  # fmt: skip

DEPARTMENTS = {
    "market_regulation": ["public_credit"],
    "finance": ["bidding_participant"],
    "development_and_reform": ["all"],
    "weather": [],
}


@dataclass(frozen=True)
class Department:
    id: str
    reads: Sequence[str | Subscription]


def departments() -> list[Department]:
    return [Department(department_id, reads) for department_id, reads in DEPARTMENTS.items()]


@dataclass(frozen=True)
class Grade:
    rulebook_id: str
    subject_key: str
    score: Decimal
    grade: str = "A"
    facet: str = ""


RULES = """
insert into candidate.rulebook
select id, '2025-01', 'scored', title, id, '市发展改革委', '[{"document": "示例管理办法", "article": "第五条"}]',
    date '2025-01-01', null, 60, 0, 100, null, 'rule text of ' || id
from (values ('public_credit', '公共信用评价'), ('bidding_participant', '投标人信用评价')) as rulebook (id, title);
insert into candidate.indicator
select rulebook_id, indicator_id, rulebook_version, position, '守法 / ' || title, title, indicator_id, 0.5,
    true, null, 20, 'clean', 10, '分', null, '示例管理办法第八条'
from candidate.rulebook,
    (values ('penalty', 1, '行政处罚'), ('honour', 2, '荣誉')) as leaf (indicator_id, position, title);
insert into candidate.grade_band
select rulebook_id, rank, rulebook_version, grade, title, city_grade, lower, true, upper, false, null, null
from candidate.rulebook,
    (values (1, 'A', '优', 'A', 80, null), (2, 'B', '良', 'B', 60, 80), (3, 'D', '差', 'D', null, 60))
    as band (rank, grade, title, city_grade, lower, upper);
insert into candidate.grade_limit
select rulebook_id, 'dishonest', rulebook_version, 'veto', 'D', '列入严重失信主体名单', 'Listed',
    null, null, null, null, '分', '示例条例第三条'
from candidate.rulebook;
insert into candidate.grade_condition select rulebook_id, 'A', 1, 'honour', 1, null from candidate.rulebook;
insert into candidate.scenario_effect
select rulebook_id, 'public_resource_trading', 'D', 1, 'D', 'bid_points', -2, '评标减2分', 'Two points less',
    '示例条例第九条'
from candidate.rulebook;
insert into candidate.measure
select rulebook_id, 'D', 1, 'D', '列为重点检查对象', 'Key supervision', 100, 12, null from candidate.rulebook;
insert into candidate.dictionary values ('grade', 'score', 8, 'numeric', '得分', '精确数值');
insert into candidate.feed_age values ('finance', 'honour', timestamptz '2025-05-30', 'missing_file', 2, true);
insert into candidate.rulebook_data_age
select rulebook_id, 'finance', 'honour', '市财政局·荣誉', timestamptz '2025-05-30', 'missing_file', 2, true, null, null
from candidate.rulebook;
"""


def empty_candidates(connection: psycopg.Connection[Any]) -> None:
    """Candidates with the rules of two rulebooks and without any grade."""
    connection.execute("drop schema if exists candidate cascade; create schema candidate")
    for table in BESIDE:
        connection.execute(f"create table candidate.{table} (like sharing.{table})")
        connection.execute(f"alter table candidate.{table} drop column if exists publication_id")
    connection.execute(RULES)


def add_grades(connection: psycopg.Connection[Any], as_of: date, grades: list[Grade]) -> None:
    """Add grades, each with one penalty line that makes start 60 + penalty + honour's default 10 the score."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into candidate.grade values"
            " (%s, %s, %s, %s, '500101', '2025-01', %s, %s, %s, %s, 'by_score', null, null, null)",
            [
                (g.rulebook_id, g.subject_key, g.facet, f"企业{g.subject_key}", as_of, g.score, g.grade, g.grade)
                for g in grades
            ],
        )
        cursor.executemany(
            "insert into candidate.contribution values (%s, %s, %s, 'penalty', 'hit', 1, %s, 0.5, %s, %s)",
            [
                (g.rulebook_id, g.subject_key, g.facet, 2 * (g.score - 70), g.score - 70, _evidence(g.subject_key))
                for g in grades
            ],
        )


def set_candidates(connection: psycopg.Connection[Any], as_of: date, grades: list[Grade]) -> None:
    empty_candidates(connection)
    add_grades(connection, as_of, grades)


def open_run(connection: psycopg.Connection[Any], as_of: date) -> int:
    connection.execute("update evaluation.run set state = 'abandoned' where state in ('open', 'evaluated', 'verified')")
    return _one(
        connection,
        "insert into evaluation.run (as_of, knowledge_at) values (%s, clock_timestamp()) returning run_id",
        (as_of,),
    )


def add_verdict(connection: psycopg.Connection[Any], run_id: int, gate: str, outcome: str = "passed") -> int:
    verdict_id = _one(
        connection,
        "insert into quality.verdict (run_id, gate, outcome, reason, checks_expected, checks_executed, failed_fatal,"
        " failed_warning, candidate_fingerprint, started_at, finished_at)"
        " values (%s, %s, %s, 'because', 2, 2, 0, 0, quality.candidate_fingerprint(), now(), now())"
        " returning verdict_id",
        (run_id, gate, outcome),
    )
    connection.execute(
        "insert into quality.check_result (verdict_id, suite, check_id, title_zh, severity, status, owner)"
        " select %s, %s || '_suite', 'check_' || status, status, 'warning', status, 'quality'"
        " from unnest(array['passed', 'failed']) as status",
        (verdict_id, gate),
    )
    return verdict_id


def verified_run(connection: psycopg.Connection[Any], as_of: date) -> int:
    """A run that both gates let through, for the candidates as they stand."""
    run_id = open_run(connection, as_of)
    add_verdict(connection, run_id, "staging")
    add_verdict(connection, run_id, "publication")
    return run_id


def snapshot(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Every row of every sharing table, as text: two equal snapshots are one release."""
    tables = connection.execute(
        "select relname::text from pg_class where relnamespace = 'sharing'::regnamespace and relkind = 'r' order by 1"
    ).fetchall()
    return {
        table: [row for (row,) in connection.execute(f"select t::text from sharing.{table} as t order by 1")]
        for (table,) in tables
    }


def _evidence(subject_key: str) -> str:
    return (
        '[{"record_key": "k", "department_id": "market_regulation", "occurred_on": "2025-03-01", "points": 0.1,'
        f' "effective_until": "2026-03-01", "summary": "{subject_key} 的行政处罚", "batch_id": 7, "row_number": 9}}]'
    )


def _one(connection: psycopg.Connection[Any], statement: str, parameters: tuple[Any, ...]) -> int:
    row = connection.execute(statement, parameters).fetchone()
    assert row is not None
    return int(row[0])
