-- Closes cases whose gap is gone, with the cause: what became of each grade that lay apart stands in the evidence.
with gone as (
    select
        gap.case_id,
        gap.subject_key,
        side.evidence,
        side.levels,
        case
            when not side.is_changed then 'rule_changed'
            -- the newest release took an earlier one back
            when %(kind)s = 'roll_back' then 'roll_back'
            when side.is_withdrawn then 'grade_withdrawn'
            when side.is_other_version then 'rulebook_changed'
            else 'grade_changed'
        end as cause
    from supervision.review_gap as gap
    cross join lateral (
        select
            jsonb_agg(
                listed.side || jsonb_build_object(
                    'city_grade_now', grade.city_grade, 'rulebook_version_now', grade.rulebook_version
                )
                order by listed.place
            ) as evidence,
            gap.levels,
            bool_or(grade.city_grade is distinct from listed.side ->> 'city_grade') as is_changed,
            bool_or(grade.city_grade is null) as is_withdrawn,
            bool_or(
                grade.city_grade <> listed.side ->> 'city_grade'
                and grade.rulebook_version <> listed.side ->> 'rulebook_version'
            ) as is_other_version
        from jsonb_array_elements(gap.evidence) with ordinality as listed (side, place)
        left join sharing.grade
            on
                listed.side ->> 'rulebook_id' = grade.rulebook_id
                and gap.subject_key = grade.subject_key
                and listed.side ->> 'facet' = grade.facet
    ) as side
    where
        not gap.is_closed
        and not exists (select from review_diverging where review_diverging.subject_key = gap.subject_key)
)

insert into supervision.review_event (
    event_id, event, case_id, subject_key, publication_id, day, cause, evidence, levels
)
select
    (select coalesce(max(ledger.event_id), 0) from supervision.review_event as ledger)
    + row_number() over (order by case_id) as event_id,
    'case_closed',
    case_id,
    subject_key,
    %(publication_id)s,
    %(day)s,
    cause,
    evidence,
    levels
from gone
