"""A small world for the gate, made by hand: 20 subjects, one rulebook, one department, all of it right."""

from datetime import date

import psycopg

from credit_grading import paths
from credit_grading.department.model import Assertions, Department, Feed

AS_OF = date(2025, 6, 30)
SUBJECTS = 20

DEPARTMENTS = [
    Department(
        id="market_regulation",
        title_zh="市市场监督管理局",
        title_en="Market Regulation",
        owner="market-regulation-data",
        maintainers=["someone@example.org"],
        legal_basis=[],
        batch="improve",
        schedule=None,
        reads=["all"],
        feeds=[
            Feed(
                id="penalties",
                contract_id="administrative_penalty",
                title_zh="行政处罚",
                source={},
                grace_days=3,
                assertions=Assertions(minimum_rows=1, maximum_rows=1000, rejected_share_percent=10),
            )
        ],
    )
]

RULEBOOK = """
insert into rulebook.rulebook (
    rulebook_id, version, title_zh, title_en, authority_zh, legal_basis, in_force_from, cycle,
    population_subject_kinds, population_item_id, per_facet, start_score, lowest_score, highest_score, stage,
    content_hash, source_text
) values ('public_credit', '2025', '公共信用评价', 'Public credit', '市发展改革委', '["依据"]', '2025-01-01', 'daily',
    '{coded}', 'market_entity_registered', false, 0, 0, 100, 0, 'hash', 'text');
insert into rulebook.grade_band
select 'public_credit', '2025', rank, grade, grade, grade, lower, true, upper, false
from (values (1, 'A', 90, null), (2, 'B', 80, 90), (3, 'C', 70, 80), (4, 'D', 60, 70), (5, 'E', null, 60))
    as band (rank, grade, lower, upper);
insert into rulebook.grade_limit
values ('public_credit', '2025', 'listed', 'veto', 'E', '列入名单', 'Listed', 'serious_dishonesty');
insert into rulebook.measure
select 'public_credit', '2025', grade, 1, '措施' || grade, 'measure', null, null, null from rulebook.grade_band;
"""

# Subject n: value 100 - 5n in one indicator of factor 0.6, the other at its default; subject 2 is under a veto.
EVALUATION = """
create table evaluation.subject_index as
select 'public_credit'::text as rulebook_id, '2025'::text as rulebook_version, 0 as stage,
    '91500000MA5U' || lpad(n::text, 6, '0') as subject_key, ''::text as facet, n
from generate_series(0, 19) as n;
create table evaluation.active_record as select rulebook_id, subject_key from evaluation.subject_index where n > 0;
"""

CANDIDATES = """
create schema candidate;
create table candidate.indicator (like sharing.indicator);
insert into candidate.indicator (
    rulebook_id, indicator_id, rulebook_version, position, path_zh, title_zh, title_en, factor, default_value,
    default_status, default_contribution, unit_zh
)
values ('public_credit', 'compliance', '2025', 1, '守法', '守法', 'Compliance', 0.6, 100, 'clean', 60, '次'),
    ('public_credit', 'performance', '2025', 2, '履约', '履约', 'Performance', 0.4, 100, 'clean', 40, '次');
create table candidate.contribution (like sharing.contribution);
insert into candidate.contribution
select 'public_credit', subject_key, '', 'compliance', 'hit', n, 100 - 5 * n, 60 - 3.0 * n, '[{"record_key": "k"}]'
from evaluation.subject_index where n > 0;
create table candidate.grade (like sharing.grade);
alter table candidate.grade drop column publication_id;
insert into candidate.grade
select 'public_credit', subject_key, '', '某某公司' || n, '500103', '2025', '2025-06-30', 100 - 3 * n,
    case when n = 2 then 'E' else band.grade end, case when n = 2 then 'E' else band.grade end,
    case when n = 2 then 'veto' else 'by_score' end, case when n = 2 then 'listed' end, null, '2025-12-31'
from evaluation.subject_index
inner join rulebook.grade_band as band
    on 100 - 3 * n >= coalesce(band.lower, 0) and 100 - 3 * n < coalesce(band.upper, 101);
create table candidate.limit_hit (like sharing.limit_hit);
insert into candidate.limit_hit
select 'public_credit', subject_key, '', 'listed', '[]' from evaluation.subject_index where n = 2;
create table candidate.rulebook (like sharing.rulebook);
insert into candidate.rulebook
select rulebook_id, version, title_zh, title_en, authority_zh, legal_basis, in_force_from, in_force_until,
    start_score, lowest_score, highest_score, source_text from rulebook.rulebook;
create table candidate.measure (like sharing.measure);
insert into candidate.measure (rulebook_id, grade, position, city_grade, measure_zh, measure_en)
select rulebook_id, grade, position, grade, measure_zh, measure_en from rulebook.measure;
create table candidate.dictionary (like sharing.dictionary);
insert into candidate.dictionary
select table_name, column_name, ordinal_position, data_type, '名称', '说明'
from information_schema.columns where table_schema = 'sharing';
create table candidate.feed_age (like sharing.feed_age);
alter table candidate.feed_age drop column publication_id;
insert into candidate.feed_age values ('market_regulation', 'penalties', clock_timestamp(), 'loaded', 0, false);
"""

LANDED = """
insert into landing.batch (contract_id, department_id, feed_id, window_key, content_hash, source_name, row_count)
values ('administrative_penalty', 'market_regulation', 'penalties', '2025-06', 'hash', 'penalties.csv', 20);
insert into landing.feed_attempt (department_id, feed_id, outcome, batch_ids, rows_landed)
values ('market_regulation', 'penalties', 'loaded', '{1}', 20);
insert into staging.staged_batch (contract_id, batch_id, landed, accepted, quarantined)
values ('administrative_penalty', 1, 20, 19, 1);
insert into staging.administrative_penalty (batch_id, row_number, subject_key, subject_kind, decided_on)
select 1, n, '91500000MA5U' || lpad(n::text, 6, '0'), 'coded', '2025-06-01' from generate_series(1, 19) as n;
insert into quarantine.rejected_row
    (contract_id, batch_id, row_number, department_id, feed_id, source_name, reasons, received_row)
values ('administrative_penalty', 1, 20, 'market_regulation', 'penalties', 'penalties.csv',
    '[{"code": "missing_key"}]', '{}');
"""


def build_world(connection: psycopg.Connection) -> int:
    """Make the world and open a run on it; returns the run's id."""
    for contract in sorted(file.stem for file in paths.contracts().glob("*.yml")):
        connection.execute(
            f"""
            create table staging.{contract} (
                batch_id bigint, row_number bigint, subject_key text collate "C", subject_kind text collate "C",
                record_key text collate "C" default md5(random()::text),
                known_from timestamptz default clock_timestamp(), decided_on date, publicity_until date
            )
            """.encode()
        )
    connection.execute(LANDED.encode())
    connection.execute(RULEBOOK.encode())
    connection.execute(EVALUATION.encode())
    connection.execute(CANDIDATES.encode())
    return open_run(connection)


def open_run(connection: psycopg.Connection) -> int:
    """A new run, which knows everything received so far."""
    connection.execute("update evaluation.run set state = 'published' where state = 'open'")
    row = connection.execute(
        "insert into evaluation.run (as_of, knowledge_at) values (%s, clock_timestamp()) returning run_id", (AS_OF,)
    ).fetchone()
    assert row is not None
    return int(row[0])


def release(connection: psycopg.Connection, run_id: int, verdict_id: int) -> None:
    """Publish the candidates' grades, in the shortest way that later gates can compare with."""
    connection.execute(
        """
        insert into sharing.publication (publication_id, run_id, verdict_id, as_of, grades_added, grades_changed,
            grades_removed) values (%s, %s, %s, %s, 0, 0, 0)
        """,
        (run_id, run_id, verdict_id, AS_OF),
    )
    connection.execute("insert into sharing.grade select *, %s from candidate.grade", (run_id,))
