-- The rulebooks that the trial compares. The search path says the after side, whose titles are told.
with title as (
    select distinct on (rulebook_id) rulebook_id, title_zh, title_en
    from rulebook
    order by rulebook_id asc, in_force_from desc
)

insert into what_if.rulebook
select
    %(trial_id)s,
    title.rulebook_id,
    title.title_zh,
    title.title_en,
    title.rulebook_id = any(%(draft_rulebooks)s) as is_draft,
    former.version as version_before,
    later.version as version_after
from title
left join side_version as former on former.side = 'before' and title.rulebook_id = former.rulebook_id
left join side_version as later on later.side = 'after' and title.rulebook_id = later.rulebook_id
where title.rulebook_id = any(%(rulebooks)s);
