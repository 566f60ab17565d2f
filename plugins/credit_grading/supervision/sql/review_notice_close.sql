-- Closes notices of open cases that ask for nothing any more: the department's grades no longer lie apart, or it kept a
-- grade that has changed since, so that its reason explains another grade than the one that lies apart now.
with concerned as (
    select
        gap.case_id,
        split_part(own.level, '|', 1) as department_id,
        array_agg(own.level order by own.place) as levels
    from supervision.review_gap as gap
    cross join lateral unnest(gap.levels) with ordinality as own (level, place)
    where not gap.is_closed
    group by gap.case_id, split_part(own.level, '|', 1)
),

over as (
    select
        notice.notice_id,
        notice.case_id,
        notice.subject_key,
        notice.department_id,
        case when concerned.case_id is null then 'no_longer_concerned' else 'explained_grade_changed' end as cause
    from supervision.review_notice as notice
    left join concerned
        on notice.case_id = concerned.case_id and notice.department_id = concerned.department_id
    where
        notice.state <> 'closed'
        and (
            concerned.case_id is null
            or (notice.state = 'kept' and notice.answered_levels <> concerned.levels)
        )
)

insert into supervision.review_event (
    event_id, event, case_id, subject_key, notice_id, department_id, publication_id, day, cause
)
select
    (select coalesce(max(ledger.event_id), 0) from supervision.review_event as ledger)
    + row_number() over (order by notice_id) as event_id,
    'notice_closed',
    case_id,
    subject_key,
    notice_id,
    department_id,
    %(publication_id)s,
    %(day)s,
    cause
from over
