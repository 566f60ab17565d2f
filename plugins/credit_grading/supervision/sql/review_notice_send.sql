-- One notice for each department that has a grade among those that lie apart and no notice that is still open.
with concerned as (
    select distinct
        gap.case_id,
        gap.subject_key,
        split_part(own.level, '|', 1) as department_id
    from supervision.review_gap as gap
    cross join lateral unnest(gap.levels) as own (level)
    where not gap.is_closed
),

unnotified as (
    select concerned.case_id, concerned.subject_key, concerned.department_id
    from concerned
    where not exists (
        select from supervision.review_notice as notice
        where
            notice.case_id = concerned.case_id
            and notice.department_id = concerned.department_id
            and notice.state <> 'closed'
    )
)

insert into supervision.review_event (
    event_id, event, case_id, subject_key, notice_id, department_id, publication_id, day, due_on
)
select
    (select coalesce(max(ledger.event_id), 0) from supervision.review_event as ledger)
    + row_number() over (order by case_id, department_id) as event_id,
    'notice_sent',
    case_id,
    subject_key,
    (select coalesce(max(ledger.notice_id), 0) from supervision.review_event as ledger)
    + row_number() over (order by case_id, department_id) as notice_id,
    department_id,
    %(publication_id)s,
    %(day)s,
    (
        select calendar.add_working_days(%(day)s::date, rule.answer_working_days)
        from supervision.review_rule as rule
    ) as due_on
from unnotified
