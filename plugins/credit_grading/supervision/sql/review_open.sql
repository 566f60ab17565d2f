-- Opens a case for every subject whose grades lie apart, opens it again where the gap has come back, and notes where
-- other grades, or other levels, lie apart now. Nothing where the same grades still do: their scores may move.
with changed as (
    select
        diverging.subject_key,
        diverging.evidence,
        diverging.levels,
        gap.case_id,
        case
            when gap.case_id is null then 'case_opened' when gap.is_closed then 'case_reopened' else 'gap_changed'
        end as event
    from review_diverging as diverging
    left join supervision.review_gap as gap on diverging.subject_key = gap.subject_key
    where gap.case_id is null or gap.is_closed or gap.levels <> diverging.levels
)

insert into supervision.review_event (event_id, event, case_id, subject_key, publication_id, day, evidence, levels)
select
    (select coalesce(max(ledger.event_id), 0) from supervision.review_event as ledger)
    + row_number() over (order by subject_key) as event_id,
    event,
    coalesce(
        case_id,
        (select coalesce(max(ledger.case_id), 0) from supervision.review_event as ledger)
        + row_number() over (partition by case_id is null order by subject_key)
    ) as case_id,
    subject_key,
    %(publication_id)s,
    %(day)s,
    evidence,
    levels
from changed
