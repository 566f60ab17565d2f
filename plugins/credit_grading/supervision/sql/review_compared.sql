-- Every city grade of the subjects whose grades spread over enough levels; grades without a place on A–E are ignored.
create temporary table review_compared on commit drop as
with suspect as (
    select grade.subject_key
    from sharing.grade
    inner join supervision.review_rulebook on grade.rulebook_id = review_rulebook.rulebook_id
    where grade.city_grade is not null
    group by grade.subject_key
    having
        max(strpos('ABCDE', grade.city_grade)) - min(strpos('ABCDE', grade.city_grade))
        >= (select rule.minimum_gap from supervision.review_rule as rule)
)

select
    grade.subject_key,
    grade.subject_name,
    grade.rulebook_id,
    review_rulebook.department_id,
    grade.facet,
    grade.rulebook_version,
    grade.score,
    grade.grade,
    grade.city_grade,
    strpos('ABCDE', grade.city_grade) as level
from suspect
inner join sharing.grade on suspect.subject_key = grade.subject_key
inner join supervision.review_rulebook on grade.rulebook_id = review_rulebook.rulebook_id
where grade.city_grade is not null
