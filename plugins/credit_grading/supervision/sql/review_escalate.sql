-- Escalates, once each, notices whose answer is overdue and corrections that were promised and not made in time.
with waiting as (
    select notice_id, case_id, subject_key, department_id, due_on, 'answer_overdue' as cause
    from supervision.review_notice
    where state = 'waiting' and due_on < %(day)s
    union all
    select notice_id, case_id, subject_key, department_id, correction_due_on, 'correction_overdue'
    from supervision.review_notice
    where state = 'correcting' and correction_due_on < %(day)s
),

deadline as (
    select overdue.due_on, calendar.add_working_days(overdue.due_on, rule.escalation_working_days) as last_day
    from (select distinct due_on from waiting) as overdue
    cross join supervision.review_rule as rule
),

overdue as (
    select waiting.*
    from waiting
    inner join deadline on waiting.due_on = deadline.due_on
    where
        deadline.last_day < %(day)s
        and not exists (
            select from supervision.review_event as told
            where told.notice_id = waiting.notice_id and told.event = 'escalated' and told.cause = waiting.cause
        )
)

insert into supervision.review_event (
    event_id, event, case_id, subject_key, notice_id, department_id, publication_id, day, cause
)
select
    (select coalesce(max(ledger.event_id), 0) from supervision.review_event as ledger)
    + row_number() over (order by notice_id) as event_id,
    'escalated',
    case_id,
    subject_key,
    notice_id,
    department_id,
    %(publication_id)s,
    %(day)s,
    cause
from overdue
