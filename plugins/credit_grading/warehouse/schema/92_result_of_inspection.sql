-- What came back from inspections of drawn subjects (feed inspection_result, column draw_number), and what did not.

-- Append-only: each version of a result as it became known.
create table if not exists supervision.inspection_outcome (
    draw_number text collate "C" not null,
    subject_key text collate "C" not null,
    record_key text collate "C" not null,
    known_from timestamptz not null,
    result text collate "C" not null,
    inspected_on date not null,
    rectified_on date,
    withdrawn_on date,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (draw_number, subject_key, record_key, known_from)
);

-- Take in results that are new; returns how many. Safe to repeat.
create or replace function supervision.record_inspections() returns bigint
language plpgsql
as $$
declare
    recorded bigint := 0;
begin
    if to_regclass('thematic_public_credit.inspection_result') is not null then
        insert into supervision.inspection_outcome
        select draw_number, subject_key, record_key, known_from, result, inspected_on, rectified_on, withdrawn_on
        from thematic_public_credit.inspection_result
        where draw_number is not null
        on conflict do nothing;
        get diagnostics recorded = row_count;
    end if;
    return recorded;
end
$$;

-- The newest version of each result, unless it was withdrawn.
create or replace view supervision.valid_outcome as
select newest.*
from (
    select distinct on (draw_number, subject_key, record_key) *
    from supervision.inspection_outcome
    order by draw_number, subject_key, record_key, known_from desc
) as newest
where newest.withdrawn_on is null;

-- Results that name a draw they do not belong to: for the department that delivered them.
create or replace view supervision.stray_outcome as
select
    outcome.*,
    case when draw.draw_number is null then 'unknown_draw' else 'not_drawn' end as stray_reason
from supervision.valid_outcome as outcome
left join supervision.draw using (draw_number)
where not exists (
    select from supervision.drawn_subject as drawn
    where outcome.draw_number = drawn.draw_number and outcome.subject_key = drawn.subject_key
);

-- Each drawn subject of the draws that stand: what is known of its inspection today.
create or replace view supervision.inspection_state as
select
    drawn.draw_number,
    drawn.subject_key,
    drawn.stratum,
    frame.subject_name,
    frame.division_code,
    draw.results_due_on,
    outcome.inspected_on,
    outcome.result,
    outcome.rectified_on,
    case
        when outcome.subject_key is not null then 'done'
        when calendar.city_day(now()) > draw.results_due_on then 'overdue'
        else 'open'
    end as state
from supervision.drawn_subject as drawn
inner join supervision.draw using (draw_number)
inner join supervision.draw_frame as frame using (draw_number, subject_key)
left join lateral (
    -- of several results a failed one counts, put right when the last of them was
    select
        valid.subject_key, max(valid.inspected_on) as inspected_on,
        case when bool_or(valid.result = 'failed') then 'failed' else 'passed' end as result,
        case when count(*) filter (where valid.result = 'failed' and valid.rectified_on is null) = 0
            then max(valid.rectified_on) filter (where valid.result = 'failed') end as rectified_on
    from supervision.valid_outcome as valid
    where drawn.draw_number = valid.draw_number and drawn.subject_key = valid.subject_key
    group by valid.subject_key
) as outcome on true
-- stated here, and not by function: departments read this view through others, and functions run as whoever asks
where not exists (
    select from supervision.draw_event as cancelled
    where drawn.draw_number = cancelled.draw_number and cancelled.event = 'cancelled'
);
