-- The lines of the sampled subjects. Written down first: what follows is planned on what is there, not on a guess.
insert into sample_line
select
    known.rulebook_id, known.subject_key, known.facet, known.indicator_id, known.contribution,
    known.value is not null as is_present
from contribution as known
inner join side_sample as sampled
    on
        known.rulebook_id = sampled.rulebook_id
        and known.subject_key = sampled.subject_key
        and known.facet = sampled.facet
where known.subject_key = any(%(subjects)s) and known.rulebook_id = any(%(rulebooks)s);

analyze sample_line, side_noise;
