-- A department reads the drift of its own feeds, always as it stands now: it is about deliveries and not about grades,
-- so no publication releases it. The view runs as its owner; the condition lets a department's role see nobody else's.
create or replace view sharing.schema_drift with (security_barrier = true) as
select
    feed_id,
    kind,
    column_name,
    suggested_column,
    similarity,
    first_seen_at,
    last_seen_at,
    state,
    is_refused
from quality.schema_drift
where department_id = (select sharing.current_department());
