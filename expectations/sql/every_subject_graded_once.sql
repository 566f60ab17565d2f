-- Subjects of the index without exactly one grade, and grades of subjects that are not in the index.
with due as (
    select rulebook_id, subject_key, facet, count(*) as times
    from evaluation.subject_index
    group by rulebook_id, subject_key, facet
),

graded as (
    select rulebook_id, subject_key, facet, count(*) as times
    from candidate.grade
    group by rulebook_id, subject_key, facet
)

select rulebook_id, subject_key, facet
from due
full join graded using (rulebook_id, subject_key, facet)
where due.times is distinct from 1 or graded.times is distinct from 1
