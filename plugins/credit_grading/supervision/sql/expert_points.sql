-- Experts whose points of a year fulfil a rule: as for a lasting limit of a rulebook, on the first day of each record
-- it is asked whether the total of that day or the record alone is enough, and the newest such day begins the months.
-- What has been withdrawn by the day of the release is no ground, also where it counted then.
with release as (
    select as_of from sharing.publication order by publication_id desc limit 1
),

rule as (
    select
        stated.id as rule_id, stated.suspended_months, (stated.points ->> 'total_at_least')::numeric as total_at_least,
        (stated.points ->> 'single_at_least')::numeric as single_at_least,
        (stated.points ->> 'serious_points')::numeric as serious_points,
        split_part(stated.points ->> 'year_begins', '-', 1)::integer as begins_month,
        split_part(stated.points ->> 'year_begins', '-', 2)::integer as begins_day
    from release
    cross join jsonb_to_recordset(%(expert_rules)s::jsonb)
        as stated (id text, "from" date, until date, points jsonb, suspended_months integer)
    where stated.points is not null and stated."from" <= release.as_of and (stated.until > release.as_of) is not false
),

act as (
    select
        rule.*, violation.subject_key, violation.record_key, violation.occurred_on,
        least(violation.valid_until, violation.repaired_on) as ends_on,
        coalesce(violation.points, case when violation.severity = 'serious' then rule.serious_points end, 0) as points,
        rulebook.next_year_begin(violation.occurred_on, rule.begins_month, rule.begins_day) as year_ends
    from rule
    cross join release
    inner join sharing.expert_violation as violation
        on
            violation.occurred_on <= release.as_of
            and (violation.withdrawn_on > release.as_of) is not false
            and (violation.valid_until > violation.occurred_on) is not false
            and (violation.repaired_on > violation.occurred_on) is not false
),

enough as (
    select
        act.rule_id, act.subject_key, act.record_key, act.occurred_on, act.suspended_months, act.points,
        sum(other.points) as total,
        jsonb_agg(other.record_key || '=' || trim_scale(other.points) order by other.record_key) as facts
    from act
    cross join release
    inner join act as other
        on
            act.rule_id = other.rule_id
            and act.subject_key = other.subject_key
            and act.year_ends = other.year_ends
            and act.occurred_on >= other.occurred_on
            and (other.ends_on > act.occurred_on) is not false
    where (act.occurred_on + make_interval(months => act.suspended_months))::date > release.as_of
    group by
        act.rule_id, act.subject_key, act.record_key, act.occurred_on, act.suspended_months, act.points,
        act.total_at_least, act.single_at_least
    having sum(other.points) >= act.total_at_least or act.points >= act.single_at_least
)

insert into pg_temp.expert_fulfilled (subject_key, rule_id, effective_from, effective_until, evidence, facts)
select distinct on (rule_id, subject_key)
    subject_key, rule_id, occurred_on, (occurred_on + make_interval(months => suspended_months))::date,
    jsonb_build_object(
        'record_key', record_key, 'points', points, 'total_of_year', total, 'suspended_months', suspended_months
    ),
    facts
from enough
order by rule_id, subject_key, occurred_on desc, points desc, record_key
