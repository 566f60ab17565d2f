{{ config(materialized='view') }}
-- Whose records can move a rulebook's score: itself, and every rulebook whose score it reads, at any depth.
-- next_version_change_on: the first day after as_of on which a version of that rulebook begins or ends.
-- is_whole: on the way stands a rulebook with one score per subject, through which every facet of what it reads moves
-- every facet of its readers.
with recursive rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

indicator_leaf as (
    select * from {{ ref('indicator_leaf') }}
),

rulebook as (
    select * from {{ ref('rulebook_known') }}
),

reads as (
    select
        rulebook_id,
        rulebook_id as reads_rulebook_id,
        false as is_whole
    from rulebook_in_force
    union
    select
        reads.rulebook_id,
        indicator_leaf.source_rulebook_id as reads_rulebook_id,
        reads.is_whole or not between_them.per_facet as is_whole
    from reads
    inner join rulebook_in_force as between_them on reads.reads_rulebook_id = between_them.rulebook_id
    inner join indicator_leaf
        on
            reads.reads_rulebook_id = indicator_leaf.rulebook_id
            and indicator_leaf.source = 'rulebook_score'
),

version_change as (
    select
        rulebook.rulebook_id,
        least(
            min(rulebook.in_force_from) filter (where rulebook.in_force_from > rulebook.as_of),
            min(rulebook.in_force_until) filter (where rulebook.in_force_until > rulebook.as_of)
        ) as next_version_change_on
    from rulebook
    group by rulebook.rulebook_id
)

select
    reads.rulebook_id,
    reads.reads_rulebook_id,
    coalesce(bool_or(reads.is_whole), false) as is_whole,
    version_change.next_version_change_on
from reads
left join version_change on reads.reads_rulebook_id = version_change.rulebook_id
group by reads.rulebook_id, reads.reads_rulebook_id, version_change.next_version_change_on
