-- Every landed row of some batches, its published score and grade beside ours, compared as exact numbers.
-- The published cells are read from landing: a row that staging refused or lost counts as a mismatch.
-- The setting acceptance.batches names the batches, as an array literal.
with published as (
    select
        batch_id, row_number, firm_name, qualification_category, qualification_detail,
        nullif(trim(published_score), '') as score_text,
        case when pg_input_is_valid(trim(published_score), 'numeric') then trim(published_score)::numeric end as score,
        nullif(regexp_replace(trim(published_grade), '级$', ''), '') as grade
    from landing.construction_integrity_points
    where batch_id = any(current_setting('acceptance.batches')::bigint[])
),

ours as (
    select record.batch_id, record.row_number, grade.rulebook_version, grade.score, grade.grade
    from thematic.credit_record as record
    inner join evaluation.grade
        on
            grade.rulebook_id = 'construction_integrity'
            and grade.subject_key = record.subject_key and grade.facet = record.facet
    where
        record.catalogue_item_id = 'construction_firm' and record.known_until is null
        and record.batch_id = any(current_setting('acceptance.batches')::bigint[])
)

select
    published.row_number, published.firm_name,
    concat_ws('/', published.qualification_category, published.qualification_detail) as qualification,
    ours.rulebook_version,
    published.score_text as published_score, ours.score::text as our_score,
    published.grade as published_grade, ours.grade as our_grade,
    ours.row_number is not null as is_evaluated,
    published.score_text is not null as is_scored,
    -- graded although the detail only repeats the trade: shows that the parts alone cannot say who is graded
    published.grade is not null and published.qualification_detail = published.qualification_category
        as is_graded_without_detail,
    ours.row_number is not null and not (published.score is distinct from ours.score) as score_matches,
    ours.row_number is not null and not (published.grade is distinct from ours.grade) as grade_matches
from published
left join ours on published.batch_id = ours.batch_id and published.row_number = ours.row_number
order by published.row_number
