-- The grades and bands of one side. The search path says which side's evaluation and rulebooks are meant.
insert into side_grade
select
    %(side)s, grade.rulebook_id, grade.rulebook_version, grade.subject_key, grade.facet, grade.score, grade.grade,
    grade.city_grade, grade_band.rank, grade.grade_status, grade.limit_id
from grade
left join grade_band
    on
        grade.rulebook_id = grade_band.rulebook_id
        and grade.rulebook_version = grade_band.version
        and grade.grade = grade_band.grade
where grade.rulebook_id = any(%(rulebooks)s);

insert into side_version
select %(side)s, rulebook_id, rulebook_version from rulebook_in_force where rulebook_id = any(%(rulebooks)s);

insert into side_band
select
    %(side)s, grade_band.rulebook_id, grade_band.rank, grade_band.grade, grade_band.city_grade, grade_band.lower,
    grade_band.lower_included, grade_band.upper, grade_band.upper_included
from grade_band
inner join rulebook_in_force
    on
        grade_band.rulebook_id = rulebook_in_force.rulebook_id
        and grade_band.version = rulebook_in_force.rulebook_version
where grade_band.rulebook_id = any(%(rulebooks)s);

analyze side_grade, side_band;
