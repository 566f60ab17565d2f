-- The release itself, numbered without gaps, and what the gate said of it, suite by suite.
with newest_verdict as (
    select verdict_id
    from quality.verdict
    where run_id = %(run_id)s and gate = 'publication'
    order by verdict_id desc
    limit 1
),

released as (
    insert into sharing.publication (
        publication_id, run_id, verdict_id, as_of, grades_added, grades_changed, grades_removed,
        first_sequence, last_sequence
    )
    select
        %(publication_id)s,
        %(run_id)s,
        newest_verdict.verdict_id,
        %(as_of)s,
        %(added)s,
        %(changed)s,
        %(removed)s,
        %(first_sequence)s::bigint,
        %(last_sequence)s::bigint
    from newest_verdict
),

demanded as (
    select distinct on (gate) verdict_id
    from quality.verdict
    where run_id = %(run_id)s
    order by gate, verdict_id desc
)

insert into sharing.verdict (publication_id, suite, checks, passed, failed_warning, not_applicable)
select
    %(publication_id)s,
    check_result.suite,
    count(*),
    count(*) filter (where check_result.status = 'passed'),
    count(*) filter (where check_result.status = 'failed'),
    count(*) filter (where check_result.status = 'not_applicable')
from quality.check_result
inner join demanded on check_result.verdict_id = demanded.verdict_id
group by check_result.suite
