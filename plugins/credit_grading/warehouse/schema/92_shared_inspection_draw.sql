-- The frame of each draw and what it gave, for whoever may read sharing.draw: everything that repeating it takes.
create or replace view sharing.draw_stratum with (security_barrier = true) as
select draw_number, stratum, subjects, to_draw
from supervision.draw_stratum
where draw_number in (select readable.draw_number from sharing.draw as readable);

create or replace view sharing.draw_frame with (security_barrier = true) as
select draw_number, subject_key, stratum
from supervision.draw_frame
where draw_number in (select readable.draw_number from sharing.draw as readable);

-- Codes only; the certificate, which leads to the person, is for the department that sends it.
create or replace view sharing.draw_inspector with (security_barrier = true) as
select
    listed.draw_number,
    listed.inspector_code,
    listed.department_name,
    case when readable.department_id = sharing.current_department() then listed.certificate_number end
        as certificate_number
from supervision.draw_inspector as listed
inner join sharing.draw as readable on listed.draw_number = readable.draw_number;

create or replace view sharing.draw_recusal with (security_barrier = true) as
select draw_number, inspector_code, subject_key, ground
from supervision.draw_recusal
where draw_number in (select readable.draw_number from sharing.draw as readable);

create or replace view sharing.drawn_subject with (security_barrier = true) as
select
    drawn.draw_number,
    drawn.subject_key,
    frame.subject_name,
    frame.division_code,
    drawn.stratum,
    drawn.position,
    drawn.lot,
    -- null: the draw was cancelled after it was made
    inspected.state,
    inspected.inspected_on,
    inspected.result,
    inspected.rectified_on
from supervision.drawn_subject as drawn
inner join supervision.draw_frame as frame using (draw_number, subject_key)
left join supervision.inspection_state as inspected using (draw_number, subject_key)
where draw_number in (select readable.draw_number from sharing.draw as readable);

create or replace view sharing.draw_assignment with (security_barrier = true) as
select draw_number, subject_key, place, inspector_code, unassigned_reason
from supervision.draw_assignment
where draw_number in (select readable.draw_number from sharing.draw as readable);

-- Per draw that stands, division and grade: drawn, done, what was found, what is late and by how many working days.
create or replace view sharing.inspection_progress with (security_barrier = true) as
select
    inspected.draw_number,
    readable.item_id,
    readable.department_id,
    inspected.division_code,
    inspected.stratum,
    inspected.results_due_on,
    count(*) as drawn,
    count(*) filter (where inspected.state = 'done') as done,
    count(*) filter (where inspected.result = 'failed') as problems_found,
    count(*) filter (where inspected.result = 'failed' and inspected.rectified_on is null) as problems_open,
    count(*) filter (where inspected.state = 'overdue') as overdue,
    case when count(*) filter (where inspected.state = 'overdue') > 0
        then (
            -- as calendar.working_days_between does; a function here would need the reader's right to the calendar
            calendar.weekdays_between(inspected.results_due_on, calendar.city_day(now())) + coalesce((
                select sum(shifted_day.shift)
                from calendar.shifted_day
                where shifted_day.date > inspected.results_due_on and shifted_day.date <= calendar.city_day(now())
            ), 0)
        )::integer else 0 end
        as overdue_working_days
from supervision.inspection_state as inspected
inner join sharing.draw as readable on inspected.draw_number = readable.draw_number
group by
    inspected.draw_number, readable.item_id, readable.department_id, inspected.division_code, inspected.stratum,
    inspected.results_due_on;
