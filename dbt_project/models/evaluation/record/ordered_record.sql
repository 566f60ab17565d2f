{{ config(materialized='by_subject', indexes=[{'columns': ['subject_key']}]) }}
-- Records of the targets that look at records one by one, for each facet in which they count: in a rulebook per
-- facet, a record without a facet counts in every facet that the subject is graded in. Of the records of one case
-- that count once, the one with the most points is chosen (then the earlier, then the first by id).
with {{ known_record() }},

rule as (
    select * from {{ ref('record_rule') }} where is_ordered
),

{{ matched_record() }},

dated as (
    select
        matched.*,
        rule.rulebook_id,
        rule.purpose,
        rule.per_facet,
        rule.once_per_case,
        {{ points_on('(select run.as_of from run)') }} as points_now,
        {{ record_changes_on('(select run.as_of from run)') }} as changes_on,
        coalesce(matched.counts_from <= (select run.as_of from run), false)
        and coalesce(matched.counts_until > (select run.as_of from run), true) as is_active,
        rule.lasts_months
    from matched
    inner join (
        select distinct
            target_no, rulebook_id, purpose, per_facet, once_per_case, lasts_months
        from rule
    ) as rule on matched.target_no = rule.target_no
    where
        (matched.counts_until is null or matched.counts_until > matched.counts_from)
        and (
            matched.counts_until is null
            or matched.counts_until > (select run.as_of from run)
            -- ended, but what it brought about may last
            or rule.lasts_months is not null
        )
),

graded_facet as (
    select distinct rulebook_id, subject_key, facet
    from dated
    where purpose = 'population' and per_facet and is_active
),

placed as (
    select dated.*, dated.facet as counts_in_facet
    from dated
    where dated.purpose = 'population' or not dated.per_facet
    union all
    select dated.*, graded_facet.facet as counts_in_facet
    from dated
    inner join graded_facet
        on
            dated.subject_key = graded_facet.subject_key
            and dated.rulebook_id = graded_facet.rulebook_id
            and dated.facet in ('', graded_facet.facet)
    where dated.purpose <> 'population' and dated.per_facet
)

select
    subject_key,
    target_no,
    counts_in_facet as facet,
    record_id,
    is_numerator,
    purpose,
    occurred_on,
    known_from,
    quantity,
    amount,
    points_now as points,
    points as points_full,
    is_weighted,
    weight,
    counts_from,
    counts_until,
    changes_on,
    is_active,
    is_active and (
        not once_per_case or case_id is null or case_id = ''
        or row_number() over (
            partition by target_no, is_numerator, subject_key, counts_in_facet, case_id, is_active
            order by points_now desc nulls last, occurred_on, record_id
        ) = 1
    ) as is_chosen
from placed
