-- The present state of cases and notices, computed from the ledger.

-- The last word on each case's gap: what lies apart, since which release, or why no longer.
create or replace view supervision.review_gap as
select distinct on (case_id)
    case_id,
    subject_key,
    event = 'case_closed' as is_closed,
    day,
    publication_id,
    cause,
    evidence,
    levels
from supervision.review_event
where event in ('case_opened', 'gap_changed', 'case_closed', 'case_reopened')
order by case_id asc, event_id desc;

-- 核查通知. state: 'waiting' 待答复, 'kept' 已说明维持, 'correcting' 待更正, 'closed' 已关闭.
create or replace view supervision.review_notice as
with answer as (
    -- the newest counts
    select distinct on (notice_id) notice_id, answer_id, decision, is_late, day, levels
    from supervision.review_event
    where event = 'answered'
    order by notice_id asc, event_id desc
),

correction as (
    -- a promise that is repeated is not put off
    select notice_id, min(due_on) as due_on
    from supervision.review_event
    where event = 'answered' and decision = 'correct'
    group by notice_id
),

escalation as (
    select notice_id, min(day) as day, array_agg(cause order by event_id) as causes
    from supervision.review_event
    where event = 'escalated'
    group by notice_id
)

select
    sent.notice_id,
    sent.case_id,
    sent.subject_key,
    sent.department_id,
    case
        when closing.event_id is not null then 'closed'
        when answer.decision = 'keep' then 'kept'
        when answer.decision = 'correct' then 'correcting'
        else 'waiting'
    end as state,
    sent.day as sent_on,
    sent.due_on,
    answer.answer_id,
    answer.decision,
    answer.day as answered_on,
    answer.is_late,
    answer.levels as answered_levels,
    correction.due_on as correction_due_on,
    escalation.day as escalated_on,
    escalation.causes as escalated_because,
    closing.day as closed_on,
    closing.cause as closed_because
from supervision.review_event as sent
left join answer on sent.notice_id = answer.notice_id
left join correction on sent.notice_id = correction.notice_id
left join escalation on sent.notice_id = escalation.notice_id
left join lateral (
    select later.event_id, later.day, later.cause
    from supervision.review_event as later
    where
        later.case_id = sent.case_id
        and later.event_id > sent.event_id
        and (later.event = 'case_closed' or (later.event = 'notice_closed' and later.notice_id = sent.notice_id))
    order by later.event_id
    limit 1
) as closing on true
where sent.event = 'notice_sent';

-- 核查案件. state: 'open' 办理中, 'explained' 已说明理由 (every department keeps its grade and said why; the gap is still
-- there), 'closed' 已关闭 (the gap is gone).
create or replace view supervision.review_case as
with opening as (
    select case_id, count(*) as times_opened, min(day) as first_opened_on, max(day) as opened_on
    from supervision.review_event
    where event in ('case_opened', 'case_reopened')
    group by case_id
),

notice as (
    select
        case_id,
        count(*) as notices,
        bool_and(state = 'kept') as all_kept,
        bool_or(escalated_on is not null) as is_escalated
    from supervision.review_notice
    where state <> 'closed'
    group by case_id
)

select
    gap.case_id,
    gap.subject_key,
    case when gap.is_closed then 'closed' when notice.all_kept then 'explained' else 'open' end as state,
    opening.times_opened,
    opening.first_opened_on,
    opening.opened_on,
    coalesce(notice.notices, 0) as notices,
    coalesce(notice.is_escalated, false) as is_escalated,
    case when gap.is_closed then gap.day end as closed_on,
    gap.cause as closed_because,
    gap.publication_id,
    gap.evidence,
    gap.levels
from supervision.review_gap as gap
inner join opening on gap.case_id = opening.case_id
left join notice on gap.case_id = notice.case_id;
