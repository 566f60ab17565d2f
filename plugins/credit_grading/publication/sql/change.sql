-- Append the difference to the change feed: what a grade was stands in superseded.grade, what it is now in
-- sharing.grade. The next number is read from the feed itself, under the publication's lock: a database sequence would
-- leave a gap behind every publication that did not come about.
with last as (select coalesce(max(sequence), 0) as sequence from sharing.grade_change),

appended as (
    insert into sharing.grade_change (
        sequence, publication_id, change, rulebook_id, subject_key, facet, as_of, rulebook_version,
        previous_score, previous_grade, previous_city_grade, score, grade, city_grade,
        previous_division_code, division_code
    )
    select
        last.sequence
        + row_number() over (order by previous.rulebook_id, previous.subject_key, previous.facet) as sequence,
        %(publication_id)s as publication_id,
        previous.change,
        previous.rulebook_id,
        previous.subject_key,
        previous.facet,
        %(as_of)s as as_of,
        coalesce(released.rulebook_version, previous.rulebook_version) as rulebook_version,
        previous.score as previous_score,
        previous.grade as previous_grade,
        previous.city_grade as previous_city_grade,
        released.score,
        released.grade,
        released.city_grade,
        previous.division_code as previous_division_code,
        released.division_code
    from superseded.grade as previous
    left join sharing.grade as released using (rulebook_id, subject_key, facet)
    cross join last
    where previous.superseded_by = %(publication_id)s
    returning sequence
)

select
    min(sequence) as first_sequence,
    max(sequence) as last_sequence
from appended
