-- What a department reads of reviews. The tables beneath are nobody's to read, so each view chooses the rows itself, as
-- sharing.rejected_row does: a department's own, to whoever coordinates those that were escalated, all to the owner.

-- Of the other side a notice tells rulebook, department and city grade, of this one subject and where it lies too far
-- apart from the department's own: without that nobody could explain a gap. Never score, reasons, facet or answer.
create or replace view sharing.review_notice with (security_barrier = true) as
select
    notice.notice_id,
    notice.case_id,
    notice.subject_key,
    side.subject_name,
    notice.department_id,
    notice.state,
    notice.sent_on,
    notice.due_on,
    side.own_grades,
    side.other_grades,
    case when notice.department_id = reader.department_id or reader.is_owner then notice.decision end as decision,
    notice.answered_on,
    notice.is_late,
    notice.correction_due_on,
    notice.escalated_on,
    notice.escalated_because,
    notice.closed_on,
    notice.closed_because
from supervision.review_notice as notice
cross join lateral (
    select
        sharing.current_department() as department_id,
        pg_has_role(current_user, relation.relowner, 'usage') as is_owner
    from pg_catalog.pg_class as relation
    where relation.oid = 'supervision.review_event'::regclass
) as reader
inner join supervision.review_gap as gap on notice.case_id = gap.case_id
cross join supervision.review_rule as rule
cross join lateral (
    select
        min(own.side ->> 'subject_name') as subject_name,
        jsonb_agg(distinct own.side - 'subject_name' - 'department_id') as own_grades,
        jsonb_agg(distinct jsonb_build_object(
            'rulebook_id', other.side -> 'rulebook_id',
            'department_id', other.side -> 'department_id',
            'city_grade', other.side -> 'city_grade'
        )) filter (where other.side is not null) as other_grades
    from jsonb_array_elements(gap.evidence) as own (side)
    left join jsonb_array_elements(gap.evidence) as other (side)
        on
            own.side ->> 'rulebook_id' <> other.side ->> 'rulebook_id'
            and own.side ->> 'department_id' <> other.side ->> 'department_id'
            and abs(
                strpos('ABCDE', own.side ->> 'city_grade') - strpos('ABCDE', other.side ->> 'city_grade')
            ) >= rule.minimum_gap
    where own.side ->> 'department_id' = notice.department_id
) as side
where
    notice.department_id = reader.department_id
    or (notice.escalated_on is not null and rule.escalates_to = reader.department_id)
    or reader.is_owner;

-- 答复处理结果: what became of each answer of the department. result: 'pending' 待处理, 'accepted' 已采纳, 'accepted_late'
-- 逾期采纳, 'rejected' 不采纳.
create or replace view sharing.review_outcome with (security_barrier = true) as
select
    answer.answer_id,
    answer.department_id,
    answer.notice_id,
    case
        when judged.event is null then 'pending'
        when judged.event = 'answer_rejected' then 'rejected'
        when judged.is_late then 'accepted_late'
        else 'accepted'
    end as result,
    judged.day as judged_on,
    judged.due_on as correction_due_on,
    judged.cause as reason_code,
    rejection.title_zh as reason_zh,
    rejection.advice_zh
from sharing.review_answer as answer
left join supervision.review_event as judged on answer.answer_id = judged.answer_id
left join supervision.review_rejection_reason as rejection on judged.cause = rejection.code
where
    answer.department_id = (select sharing.current_department())
    or (
        select pg_has_role(current_user, relation.relowner, 'usage')
        from pg_catalog.pg_class as relation where relation.oid = 'supervision.review_event'::regclass
    );
