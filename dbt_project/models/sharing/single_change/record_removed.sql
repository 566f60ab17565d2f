{{ config(materialized='table', unlogged=true, schema='evaluation', post_hook='analyze {{ this }}') }}
-- What each total of a subject would be without one of its records (columns like record_total). One pass over the
-- records of a total, however many there are: the extremes are replaced by the runner-up where the record was alone
-- at the top.
with removable_record as (
    select * from {{ ref('removable_record') }}
),

added as (
    select
        *,
        case when is_weighted then points * weight else points end as summand,
        case when is_weighted then next_points * next_weight else next_points end as next_summand,
        case when records > 0 then occurred_on end as counted_on,
        is_chosen and (latest_points is not null or purpose = 'crosswalk') as is_latest_candidate
    from removable_record
),

placed as (
    select
        *,
        max(points) over own_total as highest_points,
        min(points) over own_total as lowest_points,
        max(counted_on) over own_total as newest_on,
        row_number() over (
            partition by subject_key, target_no, facet
            order by is_latest_candidate desc, occurred_on desc, known_from desc, record_id desc
        ) as latest_place
    from added
    window own_total as (partition by subject_key, target_no, facet)
),

runner_up as (
    select
        *,
        max(points) filter (where points < highest_points) over own_total as second_highest,
        count(*) filter (where points = highest_points) over own_total as times_highest,
        min(points) filter (where points > lowest_points) over own_total as second_lowest,
        count(*) filter (where points = lowest_points) over own_total as times_lowest,
        max(counted_on) filter (where counted_on < newest_on) over own_total as second_newest,
        count(*) filter (where counted_on = newest_on) over own_total as times_newest,
        -- the latest of the others: the first place, or the second of whoever has the first
        {%- for column in ['latest_points', 'occurred_on', 'known_from', 'record_id'] %}
        case when latest_place = 1
            then max({{ column }}) filter (where latest_place = 2 and is_latest_candidate) over own_total
            else max({{ column }}) filter (where latest_place = 1 and is_latest_candidate) over own_total
        end as rest_{{ column | replace('latest_points', 'latest') }},
        {%- endfor %}
        sum(records) over own_total as all_records,
        sum(summand) over own_total as all_summands,
        count(summand) over own_total as summands,
        count(points) over own_total as all_numbers,
        sum(weight) filter (where is_weighted) over own_total as all_weights,
        sum(numerator_points) over own_total as all_numerators,
        sum(amount) over own_total as all_amounts,
        sum(quantity) over own_total as all_quantities
    from placed
    window own_total as (partition by subject_key, target_no, facet)
)

select
    rulebook_id,
    target_no,
    purpose,
    subject_key,
    facet,
    record_id,
    all_records - records + has_successor::integer as records,
    case
        when summands - (summand is not null)::integer + (next_summand is not null)::integer > 0
            then all_summands - coalesce(summand, 0) + coalesce(next_summand, 0)
    end as total,
    all_numbers - (points is not null)::integer + (next_points is not null)::integer as numbers,
    coalesce(all_weights, 0) - case when is_weighted then coalesce(weight, 0) else 0 end
    + case when is_weighted then coalesce(next_weight, 0) else 0 end as weight_total,
    all_numerators - coalesce(numerator_points, 0) + coalesce(next_numerator_points, 0) as numerator_total,
    greatest(
        case when points = highest_points and times_highest = 1 then second_highest else highest_points end, next_points
    ) as highest,
    least(
        case when points = lowest_points and times_lowest = 1 then second_lowest else lowest_points end, next_points
    ) as lowest,
    case
        when next_points is not null and coalesce((next_occurred_on, next_known_from, next_record_id) > (
            rest_occurred_on, rest_known_from, rest_record_id
        ), true)
            then next_points
        else rest_latest
    end as latest,
    greatest(
        case when counted_on = newest_on and times_newest = 1 then second_newest else newest_on end, next_occurred_on
    ) as newest_on,
    all_amounts - coalesce(amount, 0) as amount_total,
    all_quantities - coalesce(quantity, 0) as quantity_total
from runner_up
