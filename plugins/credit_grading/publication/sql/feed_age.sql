-- How old each feed was when this release went out; kept for every release.
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
from candidate.feed_age
