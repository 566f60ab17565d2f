-- The subjects of one side whose weights are shaken: those that have a grade from a score, at most so many per
-- rulebook. Beside each what no weight changes, because it looks at records: unfulfilled conditions, and its limit.
truncate side_sample, sample_line, side_noise, noisy_score, noisy_rank;

insert into side_sample
select
    sampled.rulebook_id, sampled.subject_key, sampled.facet, sampled.rank,
    coalesce(unfulfilled_grade.ranks, '{}'),
    case when deciding_limit.effect in ('veto', 'cap') then deciding_limit.grade_rank end
from (
    select
        side_grade.rulebook_id, side_grade.subject_key, side_grade.facet, side_grade.rank,
        row_number() over (
            partition by side_grade.rulebook_id
            order by
                hashtextextended(side_grade.subject_key, %(seed)s), side_grade.subject_key, side_grade.facet
        ) as place
    from side_grade
    inner join rulebook_in_force on side_grade.rulebook_id = rulebook_in_force.rulebook_id
    where
        side_grade.side = %(side)s and rulebook_in_force.kind = 'scored' and side_grade.rank is not null
        and side_grade.score is not null
) as sampled
left join unfulfilled_grade
    on
        sampled.rulebook_id = unfulfilled_grade.rulebook_id
        and sampled.subject_key = unfulfilled_grade.subject_key
        and sampled.facet = unfulfilled_grade.facet
left join deciding_limit
    on
        sampled.rulebook_id = deciding_limit.rulebook_id
        and sampled.subject_key = deciding_limit.subject_key
        and sampled.facet = deciding_limit.facet
where sampled.place <= %(sample_limit)s;

analyze side_sample;
