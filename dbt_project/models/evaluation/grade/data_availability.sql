{{ config(materialized='by_subject', indexes=[{'columns': ['subject_key']}]) }}
-- In rulebooks that demand it: of the weight of the scored leaves that apply to a subject, how much is known.
-- is_sufficient compares without dividing.
{%- if no_availability_asked() %}
select score.rulebook_id, score.subject_key, score.facet, 0::numeric as known_factor, 0::numeric as applicable_factor,
    false as is_sufficient
from {{ ref('score') }} as score
where false
{%- else %}
with score as (
    select * from {{ ref('score') }}
    where {{ is_evaluated() }}
),

{{ contribution_line('score') }},

leaf_status as (
    select
        subject_index.rulebook_id,
        subject_index.subject_key,
        subject_index.facet,
        indicator_leaf.factor,
        coalesce(line.status, indicator_default.default_status) as status
    from subject_index
    inner join rulebook_in_force
        on
            subject_index.rulebook_id = rulebook_in_force.rulebook_id
            and rulebook_in_force.minimum_known_percent is not null
    inner join indicator_leaf
        on subject_index.rulebook_id = indicator_leaf.rulebook_id and indicator_leaf.is_scored
    inner join indicator_default
        on
            indicator_leaf.rulebook_id = indicator_default.rulebook_id
            and indicator_leaf.indicator_id = indicator_default.indicator_id
    left join line
        on
            subject_index.subject_key = line.subject_key
            and subject_index.rulebook_id = line.rulebook_id
            and subject_index.facet = line.facet
            and indicator_leaf.indicator_id = line.indicator_id
),

weighed as (
    select
        rulebook_id,
        subject_key,
        facet,
        coalesce(sum(factor) filter (where status not in ('missing', 'stale', 'not_applicable')), 0) as known_factor,
        coalesce(sum(factor) filter (where status <> 'not_applicable'), 0) as applicable_factor
    from leaf_status
    group by rulebook_id, subject_key, facet
)

select
    weighed.rulebook_id,
    weighed.subject_key,
    weighed.facet,
    weighed.known_factor,
    weighed.applicable_factor,
    weighed.applicable_factor > 0
    and weighed.known_factor * 100 >= weighed.applicable_factor * rulebook_in_force.minimum_known_percent
    as is_sufficient
from weighed
inner join rulebook_in_force on weighed.rulebook_id = rulebook_in_force.rulebook_id
{%- endif %}
