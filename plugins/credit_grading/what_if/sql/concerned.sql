-- The rulebooks whose scores a draft can change (the drafts and whatever reads them, at any depth), and those that must
-- be evaluated for it: these and whatever they read. The search path says which rulebooks are meant.
with recursive reads as (
    select distinct rulebook_id, source_rulebook_id from indicator where source_rulebook_id is not null
),

concerned as (
    select unnest(%(drafts)s::text[]) collate "C" as rulebook_id
    union
    select reads.rulebook_id from concerned inner join reads on concerned.rulebook_id = reads.source_rulebook_id
),

needed as (
    select rulebook_id from concerned
    union
    select reads.source_rulebook_id from needed inner join reads on needed.rulebook_id = reads.rulebook_id
)

select
    needed.rulebook_id,
    bool_or(concerned.rulebook_id is not null) as is_concerned
from needed
left join concerned on needed.rulebook_id = concerned.rulebook_id
group by needed.rulebook_id;
