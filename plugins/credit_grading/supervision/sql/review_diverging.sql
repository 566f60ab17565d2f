-- Per subject, the grades that lie too far from a grade of another rulebook. Facets of one rulebook are about different
-- matters and are not compared with each other.
create temporary table review_diverging on commit drop as
select
    own.subject_key,
    jsonb_agg(
        jsonb_build_object(
            'rulebook_id', own.rulebook_id,
            'department_id', own.department_id,
            'subject_name', own.subject_name,
            'facet', own.facet,
            'rulebook_version', own.rulebook_version,
            'score', own.score,
            'grade', own.grade,
            'city_grade', own.city_grade
        )
        order by own.rulebook_id, own.facet
    ) as evidence,
    array_agg(
        concat_ws('|', own.department_id, own.rulebook_id, own.city_grade, own.facet)
        order by own.department_id, own.rulebook_id, own.facet
    ) as levels
from review_compared as own
where exists (
    select from review_compared as other
    where
        own.subject_key = other.subject_key
        and own.rulebook_id <> other.rulebook_id
        and abs(own.level - other.level) >= (select rule.minimum_gap from supervision.review_rule as rule)
)
group by own.subject_key
