-- What departments read of plans, draws and inspections. The department that inspects reads its own; who may read the
-- rulebook's grades everywhere reads them too, and so can repeat a draw; the owner reads all, a stranger nothing.
-- The views run as their owner and choose the rows themselves; security_barrier: a reader's own condition comes after.

-- Runs as whoever asks, who may read the own rows of sharing.entitlement and nothing of schema supervision. Read once,
-- here: nothing of the reader's own can take the place of what stands in it. A right to some divisions only is none to
-- a draw, which cannot be repeated from a part of its frame.
create or replace function sharing.may_read_inspections(wanted_department text, wanted_rulebook text) returns boolean
language sql stable
return wanted_department = sharing.current_department()
    or exists (
        select from sharing.entitlement as entitled
        where
            entitled.department_id = sharing.current_department()
            and entitled.rulebook_id = any(array[may_read_inspections.wanted_rulebook, 'all'])
            and entitled.divisions is null
            and calendar.city_day(now()) between coalesce(entitled.granted_from, '-infinity')
            and coalesce(entitled.granted_until, 'infinity')
    )
    or (
        select pg_has_role(current_user, relation.relowner, 'usage')
        from pg_catalog.pg_class as relation where relation.oid = 'sharing.grade'::regclass
    );

create or replace view sharing.draw with (security_barrier = true) as
select
    draw.draw_number,
    item.item_id,
    item.title_zh,
    item.department_id,
    item.rulebook_id,
    plan.publication_id,
    plan.period_from,
    plan.period_until,
    draw.seed_commitment,
    draw.frame_hash,
    draw.inspectors_per_subject,
    draw.workload_limit,
    draw.results_due_on,
    draw.committed_by,
    draw.committed_at,
    drawn.seed,
    drawn.recorded_at as drawn_at,
    cancelled.reason as cancelled_reason,
    cancelled.recorded_by as cancelled_by,
    cancelled.recorded_at as cancelled_at
from supervision.draw
inner join supervision.inspection_plan as plan using (plan_id)
inner join supervision.item_version as item using (version_id)
left join supervision.draw_event as drawn on draw.draw_number = drawn.draw_number and drawn.event = 'drawn'
left join supervision.draw_event as cancelled
    on draw.draw_number = cancelled.draw_number and cancelled.event = 'cancelled'
where sharing.may_read_inspections(item.department_id, item.rulebook_id);

create or replace view sharing.inspection_plan with (security_barrier = true) as
select
    plan.plan_id,
    item.item_id,
    item.department_id,
    item.rulebook_id,
    plan.period_from,
    plan.period_until,
    plan.publication_id,
    counted.grade,
    counted.city_grade,
    counted.inspection_ratio_percent,
    counted.inspections_per_year,
    place.division_code,
    place.subjects,
    place.expected_draws,
    counted.subjects as grade_subjects,
    counted.to_draw as grade_to_draw,
    plan.planned_at
from supervision.inspection_plan as plan
inner join supervision.item_version as item using (version_id)
inner join supervision.plan_grade as counted using (plan_id)
inner join supervision.plan_division as place using (plan_id, grade)
where sharing.may_read_inspections(item.department_id, item.rulebook_id);
