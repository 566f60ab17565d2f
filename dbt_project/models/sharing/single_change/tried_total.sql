{{ config(materialized='table', unlogged=true, schema='evaluation', post_hook='analyze {{ this }}') }}
-- What the subject's records would come to after each change that is tried, in the rulebook itself and in those whose
-- scores it reads: columns like record_total, with the change in the subject's place.
with tried_change as (
    select * from {{ ref('tried_change') }}
),

rulebook_dependency as (
    select * from {{ ref('rulebook_dependency') }}
),

target_in_force as (
    select * from {{ ref('target_in_force') }}
),

run as (
    select * from {{ source('evaluation', 'current_run') }}
),

looked_at as (
    select tried_change.*, target_in_force.target_no, target_in_force.stale_after_months
    from tried_change
    inner join rulebook_dependency on tried_change.rulebook_id = rulebook_dependency.rulebook_id
    inner join target_in_force on rulebook_dependency.reads_rulebook_id = target_in_force.rulebook_id
),

subject as (
    select distinct subject_key from tried_change
),

held_total as (
    {{ held_total('subject') }}
),

held as (
    select looked_at.change_key, looked_at.kind, looked_at.record_id, looked_at.stale_after_months, held_total.*
    from looked_at
    inner join held_total
        on looked_at.subject_key = held_total.subject_key and looked_at.target_no = held_total.target_no
),

-- an imagined record has no facet: it counts in every facet that the subject is graded in
added as (
    select
        looked_at.change_key,
        looked_at.target_no,
        coalesce(subject_index.facet, '') as facet,
        min(looked_at.stale_after_months) as stale_after_months,
        count(*) filter (where not new_record.is_numerator) as records,
        -- without a known weight it adds nothing to a weighted mean
        sum(new_record.points) filter (where not new_record.is_numerator and not new_record.is_weighted) as total,
        count(new_record.points) filter (where not new_record.is_numerator) as numbers,
        sum(new_record.points) filter (where new_record.is_numerator) as numerator_total,
        max(new_record.points) filter (where not new_record.is_numerator) as points
    from looked_at
    inner join {{ ref('new_record') }} as new_record
        on looked_at.record_id = new_record.kind_of_record and looked_at.target_no = new_record.target_no
    left join {{ ref('score') }} as subject_index
        on
            new_record.per_facet
            and looked_at.subject_key = subject_index.subject_key
            and new_record.rulebook_id = subject_index.rulebook_id
    where looked_at.kind = 'record_added' and new_record.purpose <> 'population'
    group by looked_at.change_key, looked_at.target_no, coalesce(subject_index.facet, '')
)

select
    held.change_key as subject_key,
    held.target_no,
    held.facet,
    {%- for column in ['records', 'total', 'numbers', 'weight_total', 'numerator_total', 'highest', 'lowest', 'latest',
        'amount_total', 'quantity_total'] %}
    case when removed.record_id is null then held.{{ column }} else removed.{{ column }} end as {{ column }},
    {%- endfor %}
    case
        when removed.record_id is null then held.stale_from
        else (removed.newest_on + make_interval(months => held.stale_after_months))::date
    end as stale_from,
    false as is_added,
    null::numeric as added_points
from held
left join {{ ref('record_removed') }} as removed
    on
        held.subject_key = removed.subject_key
        and held.record_id = removed.record_id
        and held.target_no = removed.target_no
        and held.facet = removed.facet
where held.kind = 'record_ends'
union all
select
    change_key as subject_key,
    target_no,
    facet,
    coalesce(held.records, 0) + coalesce(added.records, 0) as records,
    case when added.total is null then held.total else coalesce(held.total, 0) + added.total end as total,
    coalesce(held.numbers, 0) + coalesce(added.numbers, 0) as numbers,
    held.weight_total,
    case
        when added.numerator_total is null then held.numerator_total
        else coalesce(held.numerator_total, 0) + added.numerator_total
    end as numerator_total,
    greatest(held.highest, added.points) as highest,
    least(held.lowest, added.points) as lowest,
    -- it occurred on the as-of date and reached us last
    coalesce(added.points, held.latest) as latest,
    held.amount_total,
    held.quantity_total,
    case
        when added.records > 0
            then ((select run.as_of from run) + make_interval(months => added.stale_after_months))::date
        else held.stale_from
    end as stale_from,
    coalesce(added.records > 0, false) as is_added,
    added.points as added_points
from (select * from held where kind = 'record_added') as held
full join added using (change_key, target_no, facet)
