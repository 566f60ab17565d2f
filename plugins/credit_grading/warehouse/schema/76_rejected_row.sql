-- What a department's own feeds brought that was sent back: one row per rejected row and reason, with the whole row.
-- It stands on tables that no department may read, so the view itself chooses the rows: its own to a department, all
-- to the owner, none to anybody else. security_barrier: a condition of the reader's own is applied after the choice.
create or replace view sharing.rejected_row with (security_barrier = true) as
select
    row_state.reference,
    row_state.department_id,
    row_state.feed_id,
    row_state.contract_id,
    row_state.source_name,
    row_state.batch_id,
    row_state.row_number,
    reason.place::integer as reason_number,
    reason.content ->> 'code' as reason_code,
    reason.content ->> 'column' as column_name,
    column_heading.heading as column_zh,
    reason.content ->> 'value' as value,
    coalesce(rejection_reason.title_zh, reason.content ->> 'code') as reason_zh,
    rejection_reason.advice_zh,
    row_state.received_on,
    calendar.city_day(now()) - row_state.received_on as age_days,
    -- calendar.working_days_between, read with the view's rights
    (
        calendar.weekdays_between(row_state.received_on, calendar.city_day(now())) + coalesce((
            select sum(listed_day.worked)
            from calendar.listed_day
            where listed_day.date > row_state.received_on and listed_day.date <= calendar.city_day(now())
        ), 0)
    )::integer / 5 as age_working_weeks,
    row_state.state,
    row_state.cleared_by_batch_id,
    row_state.cleared_on,
    row_state.void_reason,
    row_state.voided_by,
    row_state.received_row
from quarantine.row_state
cross join lateral jsonb_array_elements(row_state.reasons) with ordinality as reason (content, place)
left join quarantine.rejection_reason on reason.content ->> 'code' = rejection_reason.code
left join quarantine.column_heading
    on row_state.contract_id = column_heading.contract_id and reason.content ->> 'column' = column_heading.column_name
where
    row_state.department_id = (select sharing.current_department())
    or (
        select pg_has_role(current_user, relation.relowner, 'usage')
        from pg_catalog.pg_class as relation where relation.oid = 'quarantine.rejected_row'::regclass
    );
-- of an earlier version of this view; the calendar counts working days
drop function if exists quarantine.weekdays_between(date, date);
