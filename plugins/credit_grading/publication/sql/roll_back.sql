-- The roll-back as a publication: run, verdict and as-of date are those of the release that it puts back, and so is
-- what was said of its checks and of the age of its data.
with restored as (select * from sharing.publication where publication_id = %(restored)s),

released as (
    insert into sharing.publication (
        publication_id, run_id, verdict_id, as_of, kind, grades_added, grades_changed, grades_removed,
        first_sequence, last_sequence
    )
    select
        %(publication_id)s,
        run_id,
        verdict_id,
        as_of,
        'roll_back',
        %(added)s,
        %(changed)s,
        %(removed)s,
        %(first_sequence)s::bigint,
        %(last_sequence)s::bigint
    from restored
),

explained as (
    insert into sharing.roll_back (publication_id, restored_publication_id, reason, ordered_by, holds_releases)
    -- a roll-back to a roll-back puts back what that one put back
    select
        %(publication_id)s,
        coalesce(earlier.restored_publication_id, restored.publication_id),
        %(reason)s::text,
        %(ordered_by)s::text,
        %(holds_releases)s::boolean
    from restored
    left join sharing.roll_back as earlier on restored.publication_id = earlier.publication_id
),

judged as (
    insert into sharing.verdict (publication_id, suite, checks, passed, failed_warning, not_applicable)
    select
        %(publication_id)s,
        suite,
        checks,
        passed,
        failed_warning,
        not_applicable
    from sharing.verdict
    where publication_id = %(restored)s
)

insert into sharing.feed_age (
    publication_id, department_id, feed_id, last_received_at, last_outcome, age_days, is_carried_over,
    feed_state, due_on
)
select
    %(publication_id)s,
    department_id,
    feed_id,
    last_received_at,
    last_outcome,
    age_days,
    is_carried_over,
    feed_state,
    due_on
from sharing.feed_age
where publication_id = %(restored)s
