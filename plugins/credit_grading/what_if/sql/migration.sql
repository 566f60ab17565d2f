-- From which grade to which, for everybody whom either side grades.
insert into what_if.migration
select
    %(trial_id)s, rulebook_id, direction,
    present_before, grade_before, city_grade_before, present_after, grade_after, city_grade_after,
    count(*) as subjects
from side_move
group by 2, 3, 4, 5, 6, 7, 8, 9;
