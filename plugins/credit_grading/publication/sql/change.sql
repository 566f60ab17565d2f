-- Append the difference to the change feed. The next number is read from the table itself, under the publication's
-- lock: a database sequence would leave a gap behind every publication that was rolled back.
with last as (select coalesce(max(sequence), 0) as sequence from sharing.grade_change),

appended as (
    insert into sharing.grade_change (
        sequence, publication_id, change, rulebook_id, subject_key, facet, as_of, rulebook_version,
        previous_score, previous_grade, previous_city_grade, score, grade, city_grade,
        previous_division_code, division_code
    )
    select
        last.sequence
        + row_number() over (order by difference.rulebook_id, difference.subject_key, difference.facet) as sequence,
        %(publication_id)s as publication_id,
        difference.change,
        difference.rulebook_id,
        difference.subject_key,
        difference.facet,
        %(as_of)s as as_of,
        coalesce(candidate.rulebook_version, previous.rulebook_version) as rulebook_version,
        previous.score as previous_score,
        previous.grade as previous_grade,
        previous.city_grade as previous_city_grade,
        candidate.score,
        candidate.grade,
        candidate.city_grade,
        previous.division_code as previous_division_code,
        candidate.division_code
    from pg_temp.difference_grade as difference
    left join sharing.grade as previous using (rulebook_id, subject_key, facet)
    left join candidate.grade as candidate using (rulebook_id, subject_key, facet)
    cross join last
    returning sequence
)

select
    min(sequence) as first_sequence,
    max(sequence) as last_sequence
from appended
