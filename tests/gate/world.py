"""A small world for the gate, made by hand: 24 subjects, one rulebook with every situation a grade can come from, and
three subjects graded elsewhere (a crosswalk); one department, all of it right."""

from datetime import date

import psycopg

from credit_grading import paths
from credit_grading.department.model import Assertions, Department, Feed

AS_OF = date(2025, 6, 30)

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
                assertions=Assertions(
                    minimum_rows=1, maximum_rows=1000, rejected_share_percent=10, filled_percent={"decided_on": 90}
                ),
            )
        ],
    )
]

RULEBOOK = """
insert into rulebook.rulebook (
    rulebook_id, version, kind, title_zh, title_en, authority_zh, legal_basis, in_force_from, cycle,
    population_subject_kinds, population_item_id, per_facet, start_score, lowest_score, highest_score,
    minimum_known_percent, stage, content_hash, source_text
) values ('public_credit', '2025', 'scored', '公共信用评价', 'Public credit', '市发展改革委', '["依据"]', '2025-01-01',
    'daily', '{coded}', 'market_entity_registered', false, 0, 0, 100, 50, 0, 'hash', 'text'),
    ('tax_credit', '2025', 'crosswalk', '纳税信用', 'Tax credit', '市税务局', '["依据"]', '2025-01-01', 'daily',
    '{coded}', 'tax_credit_grade', false, null, null, null, null, 0, 'hash', 'text');
insert into rulebook.grade_band (rulebook_id, version, rank, grade, title_zh, city_grade, lower, lower_included, upper)
select 'public_credit', '2025', rank, grade, grade, grade, lower, true, upper
from (values (1, 'A', 90, null), (2, 'B', 80, 90), (3, 'C', 70, 80), (4, 'D', 60, 70), (5, 'E', null, 60))
    as band (rank, grade, lower, upper);
insert into rulebook.grade_band (rulebook_id, version, rank, grade, title_zh, city_grade, level, level_score)
values ('tax_credit', '2025', 1, 'A', '甲', 'A', 'A', 100), ('tax_credit', '2025', 2, 'M', '新设立', null, 'M', null);
insert into rulebook.indicator (
    rulebook_id, version, indicator_id, position, title_zh, title_en, is_leaf, is_scored, redistributes, once_per_case,
    has_exemption, has_applicability
) select 'public_credit', '2025', id, 1, id, id, true, true, false, false, false, false
from unnest(array['compliance', 'performance']) as id;
insert into rulebook.grade_condition values ('public_credit', '2025', 'A', 1, 'compliance', null, 2);
insert into rulebook.grade_limit (rulebook_id, version, limit_id, effect, grade, title_zh, title_en, lasts_months)
values ('public_credit', '2025', 'listed', 'veto', 'E', '列入名单', 'Listed', null),
    ('public_credit', '2025', 'suspended', 'no_grade', null, '暂停', 'Suspended', 6);
insert into rulebook.measure
select rulebook_id, '2025', grade, 1, '措施' || grade, 'measure', null, null, null from rulebook.grade_band;
insert into rulebook.target (rulebook_id, version, purpose, target_id)
values ('public_credit', '2025', 'indicator', 'compliance');
insert into rulebook.record_line (rulebook_id, version, purpose, target_id, catalogue_item_id, until_cycle_end)
values ('public_credit', '2025', 'indicator', 'compliance', 'administrative_penalty', false);
create schema reference;
create table reference.catalogue_item as
select 'administrative_penalty' as catalogue_item_id, 'administrative_penalty' as contract_id;
insert into rulebook.scenario_effect
values ('public_credit', '2025', 'approval', 'A', 1, 'deposit_percent', 50, '保证金减半', 'Half the deposit', null);
"""

# Subject n: value 100 - 5n in one indicator of factor 0.6, the others alike for everybody. Subject 2 is under a veto, 3
# lacks the condition of A, 12 is suspended; of 13 the record is missing and of 14 it is stale, so that too little is
# known; 15 is exempt, and to 16 the indicator does not apply. Of the tax office, subject 0 has level A, 1 level M, and
# 2 one that no grade names.
EVALUATION = """
create table evaluation.subject_index as
select 'public_credit'::text as rulebook_id, '2025'::text as rulebook_version, 0 as stage,
    '91500000MA5U' || lpad(n::text, 6, '0') as subject_key, ''::text as facet, n
from generate_series(0, 23) as n
union all
select 'tax_credit', '2025', 0, '91500000MA5U' || lpad(n::text, 6, '0'), '', n from generate_series(0, 2) as n;
create table evaluation.record_total as select subject_key, 1 as records from evaluation.subject_index where n > 0;
"""

CANDIDATES = """
create schema candidate;
create table candidate.rulebook (like sharing.rulebook);
insert into candidate.rulebook
select rulebook_id, version, kind, title_zh, title_en, authority_zh, legal_basis, in_force_from, in_force_until,
    start_score, lowest_score, highest_score, minimum_known_percent, source_text from rulebook.rulebook;
create table candidate.indicator (like sharing.indicator);
insert into candidate.indicator (
    rulebook_id, indicator_id, rulebook_version, position, path_zh, title_zh, title_en, factor, is_scored,
    redistributing_group_id, default_value, default_status, default_contribution, unit_zh
)
values
    ('public_credit', 'compliance', '2025', 1, '守法', '守法', 'Compliance', 0.6, true, null, 100, 'clean', 60, '次'),
    ('public_credit', 'performance', '2025', 2, '履约', '履约', 'Performance', 0.3, true, null, 100, 'clean', 30, '次'),
    ('public_credit', 'lent', '2025', 3, '借', '借', 'Lent', 0.04, true, 'shared', null, 'missing', 0, '次'),
    ('public_credit', 'paid', '2025', 4, '还', '还', 'Paid', 0.06, true, 'shared', null, 'missing', 0, '次');
create table candidate.contribution (like sharing.contribution);
insert into candidate.contribution
select 'public_credit', subject_key, '', 'compliance',
    case n when 13 then 'missing' when 14 then 'stale' when 15 then 'exempt' when 16 then 'not_applicable'
        else 'hit' end,
    case when n not between 13 and 16 then n end, 100 - 5 * n, 0.6, 60 - 3.0 * n,
    case n when 13 then '[]' when 15 then '[{"record_key": "k", "role": "exempts"}]' when 16 then '[]'
        else '[{"record_key": "k"}]' end::jsonb
from evaluation.subject_index where rulebook_id = 'public_credit' and n > 0
union all
-- what is not known of one gives its weight to the other
select 'public_credit', subject_key, '', 'lent', 'missing', null, null, 0, 0, '[]'
from evaluation.subject_index where rulebook_id = 'public_credit'
union all
select 'public_credit', subject_key, '', 'paid', 'hit', 1, 100, 0.1, 10, '[{"record_key": "k"}]'
from evaluation.subject_index where rulebook_id = 'public_credit';
create table candidate.grade (like sharing.grade);
alter table candidate.grade drop column publication_id;
insert into candidate.grade
select 'public_credit', subject_key, '', '某某公司' || n, '500103', '2025', date '2025-06-30', 100 - 3 * n,
    decided.grade, decided.grade, status.of_grade,
    case n when 2 then 'listed' when 12 then 'suspended' end, null::numeric, date '2025-12-31'
from evaluation.subject_index
inner join rulebook.grade_band as band
    on
        band.rulebook_id = 'public_credit'
        and 100 - 3 * n >= coalesce(band.lower, 0) and 100 - 3 * n < coalesce(band.upper, 101)
cross join lateral (
    select case n when 2 then 'veto' when 3 then 'condition' when 12 then 'no_grade' when 13 then 'insufficient_data'
        when 14 then 'insufficient_data' else 'by_score' end as of_grade
) as status
cross join lateral (
    select case status.of_grade when 'veto' then 'E' when 'condition' then 'B' when 'by_score' then band.grade end
        as grade
) as decided
where subject_index.rulebook_id = 'public_credit'
union all
select 'tax_credit', subject_key, '', '某某公司' || n, '500103', '2025', date '2025-06-30', case n when 0 then 100 end,
    case n when 0 then 'A' when 1 then 'M' end, case n when 0 then 'A' end,
    case when n < 2 then 'crosswalk' else 'no_grade' end, null, null, null
from evaluation.subject_index where rulebook_id = 'tax_credit';
create table candidate.crosswalk_level (like sharing.crosswalk_level);
insert into candidate.crosswalk_level
select 'tax_credit', subject_key, '', (array['A', 'M', '未评'])[n + 1], '[{"record_key": "k"}]'
from evaluation.subject_index where rulebook_id = 'tax_credit';
create table candidate.limit_hit (like sharing.limit_hit);
insert into candidate.limit_hit
select 'public_credit', subject_key, '', case n when 2 then 'listed' else 'suspended' end,
    case n when 12 then date '2025-10-01' end, '[{"record_key": "k"}]'
from evaluation.subject_index where rulebook_id = 'public_credit' and n in (2, 12);
create table candidate.grade_limit (like sharing.grade_limit);
insert into candidate.grade_limit
select rulebook_id, limit_id, version, effect, grade, title_zh, title_en, null, null, null, lasts_months, '分', null
from rulebook.grade_limit;
create table candidate.grade_band (like sharing.grade_band);
insert into candidate.grade_band
select rulebook_id, rank, version, grade, title_zh, city_grade, lower, lower_included, upper, upper_included, level,
    level_score
from rulebook.grade_band;
create table candidate.grade_condition (like sharing.grade_condition);
insert into candidate.grade_condition
select rulebook_id, grade, position, indicator_id, at_least, at_most from rulebook.grade_condition;
create table candidate.single_change (like sharing.single_change);
insert into candidate.single_change (rulebook_id, subject_key, facet, direction, kind, record, score, grade, city_grade)
select 'public_credit', subject_key, '', 'up', 'record_ends', '{"record_key": "k"}', 100, 'A', 'A'
from evaluation.subject_index where rulebook_id = 'public_credit' and n in (2, 3);
insert into candidate.single_change (rulebook_id, subject_key, facet, direction, kind, catalogue_item_id,
    behaviour_code, severity, score, grade, city_grade)
select 'public_credit', subject_key, '', 'down', 'record_added', 'administrative_penalty', '', '', 88, 'B', 'B'
from evaluation.subject_index where rulebook_id = 'public_credit' and n = 1;
create table candidate.measure (like sharing.measure);
insert into candidate.measure (rulebook_id, grade, position, city_grade, measure_zh, measure_en)
select rulebook_id, grade, position, city_grade, measure_zh, measure_en
from rulebook.measure inner join rulebook.grade_band using (rulebook_id, grade);
create table candidate.scenario_effect (like sharing.scenario_effect);
insert into candidate.scenario_effect
select rulebook_id, scenario, grade, position, grade, effect, value, effect_zh, effect_en, legal_basis
from rulebook.scenario_effect;
create table candidate.dictionary (like sharing.dictionary);
insert into candidate.dictionary
select table_name, column_name, ordinal_position, data_type, '名称', '说明'
from information_schema.columns where table_schema = 'sharing';
create table candidate.feed_age (like sharing.feed_age);
alter table candidate.feed_age drop column publication_id;
insert into candidate.feed_age values ('market_regulation', 'penalties', clock_timestamp(), 'loaded', 0, false);
create table candidate.rulebook_data_age (like sharing.rulebook_data_age);
insert into candidate.rulebook_data_age
select 'public_credit', department_id, feed_id, '行政处罚', last_received_at, last_outcome, age_days, is_carried_over
from candidate.feed_age;
create table candidate.bidding_bad_behaviour (like sharing.bidding_bad_behaviour);
create table candidate.procurement_supplier (like sharing.procurement_supplier);
create table candidate.procurement_violation (like sharing.procurement_violation);
create table candidate.procurement_expert (like sharing.procurement_expert);
create table candidate.expert_review (like sharing.expert_review);
create table candidate.expert_violation (like sharing.expert_violation);
"""

LANDED = """
insert into landing.batch (contract_id, department_id, feed_id, window_key, content_hash, source_name, row_count)
values ('administrative_penalty', 'market_regulation', 'penalties', '2025-06', 'hash', 'penalties.csv', 20);
insert into landing.feed_attempt (department_id, feed_id, outcome, batch_ids, rows_landed)
values ('market_regulation', 'penalties', 'loaded', '{1}', 20);
insert into staging.staged_batch (contract_id, batch_id, landed, accepted, quarantined)
values ('administrative_penalty', 1, 20, 19, 1);
insert into staging.batch_fill values ('administrative_penalty', 1, 'decided_on', 19);
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
                known_from timestamptz default clock_timestamp(), decided_on date, publicity_until date,
                is_deletion boolean default false
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
