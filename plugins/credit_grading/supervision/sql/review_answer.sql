-- Judges every answer once, in the order in which they came, against the notices as the departments saw them: before
-- this step looks at the newest grades. What came after the day of this step (a step for a past day) counts for it.
with pending as (
    select
        answer_id, department_id, notice_id, credit_code, decision, reason,
        least(calendar.city_day(answered_at), %(day)s::date) as answered_on
    from sharing.review_answer as answer
    where not exists (
        select from supervision.review_event as judged where judged.answer_id = answer.answer_id
    )
),

deadline as (
    select
        answered.answered_on,
        calendar.add_working_days(answered.answered_on, rule.correction_working_days) as correction_due_on
    from (select distinct answered_on from pending) as answered
    cross join supervision.review_rule as rule
),

judged as (
    select
        pending.*, notice.case_id, notice.subject_key, notice.due_on, gap.levels, notice.correction_due_on,
        case
            when notice.notice_id is null then 'not_own_notice'
            when notice.state = 'closed' then 'closed_notice'
            when pending.credit_code <> notice.subject_key then 'other_subject'
            when pending.decision is null or pending.decision not in ('keep', 'correct') then 'unknown_decision'
            when coalesce(btrim(pending.reason, E' \t\r\n　'), '') = '' then 'missing_reason'
        end as cause
    from pending
    left join supervision.review_notice as notice
        on pending.notice_id = notice.notice_id and pending.department_id = notice.department_id
    left join supervision.review_gap as gap on notice.case_id = gap.case_id
)

insert into supervision.review_event (
    event_id, event, case_id, subject_key, notice_id, department_id, answer_id, publication_id, day, due_on, cause,
    decision, is_late, levels
)
select
    (select coalesce(max(ledger.event_id), 0) from supervision.review_event as ledger)
    + row_number() over (order by judged.answer_id) as event_id,
    case when judged.cause is null then 'answered' else 'answer_rejected' end as event,
    judged.case_id,
    judged.subject_key,
    judged.notice_id,
    judged.department_id,
    judged.answer_id,
    %(publication_id)s,
    judged.answered_on,
    -- the first promise sets the day
    case
        when judged.cause is null and judged.decision = 'correct'
            then coalesce(judged.correction_due_on, deadline.correction_due_on)
    end as due_on,
    judged.cause,
    case when judged.cause is null then judged.decision end as decision,
    case when judged.cause is null then judged.answered_on > judged.due_on end as is_late,
    case
        when judged.cause is null
            then array(
                select own.level
                from unnest(judged.levels) with ordinality as own (level, place)
                where split_part(own.level, '|', 1) = judged.department_id
                order by own.place
            )
    end as levels
from judged
inner join deadline on judged.answered_on = deadline.answered_on
