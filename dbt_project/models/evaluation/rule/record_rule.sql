{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- The lines of every target in force, ready to be laid beside records. The most exact line that fits a record wins
-- (behaviour and severity, then behaviour, then severity, then any): each line therefore carries the pairs of
-- behaviour and severity that more exact lines of its target claim; '' claims all of them.
with target_in_force as (
    select * from {{ ref('target_in_force') }}
),

record_line as (
    select * from {{ source('rulebook', 'record_line') }}
),

line as (
    select
        target_in_force.target_no,
        record_line.*,
        (case when record_line.behaviour_code <> '' then 2 else 0 end)
        + (case when record_line.severity <> '' then 1 else 0 end) as exactness
    from record_line
    inner join target_in_force
        on
            record_line.rulebook_id = target_in_force.rulebook_id
            and record_line.version = target_in_force.rulebook_version
            and record_line.purpose = target_in_force.purpose
            and record_line.target_id = target_in_force.target_id
),

claimed as (
    select
        line.target_no,
        line.is_numerator,
        line.catalogue_item_id,
        line.behaviour_code,
        line.severity,
        array_agg(other.behaviour_code order by other.behaviour_code, other.severity) as claimed_behaviours,
        array_agg(other.severity order by other.behaviour_code, other.severity) as claimed_severities
    from line
    inner join line as other
        on
            line.target_no = other.target_no
            and line.is_numerator = other.is_numerator
            and line.catalogue_item_id = other.catalogue_item_id
            and line.exactness < other.exactness
    group by line.target_no, line.is_numerator, line.catalogue_item_id, line.behaviour_code, line.severity
)

select
    target_in_force.target_no,
    target_in_force.rulebook_id,
    target_in_force.purpose,
    target_in_force.target_id,
    target_in_force.per_facet,
    target_in_force.is_ordered,
    target_in_force.aggregate,
    target_in_force.once_per_case,
    target_in_force.lasts_months,
    target_in_force.stale_after_months,
    target_in_force.weighted_by,
    target_in_force.year_begins_month,
    target_in_force.year_begins_day,
    line.is_numerator,
    line.catalogue_item_id,
    line.behaviour_code,
    line.severity,
    claimed.claimed_behaviours,
    claimed.claimed_severities,
    make_interval(months => line.validity_months) as validity,
    make_interval(months => line.longest_months) as longest,
    line.until_cycle_end,
    -- what counts records gives each a 1
    case
        when target_in_force.aggregate = 'count' then 1
        when target_in_force.aggregate = 'ratio' and target_in_force.quantity is null then 1
        else line.points
    end as points,
    target_in_force.quantity,
    line.decay_months,
    line.decay_percent,
    line.repair_percent is not null as keeps_repaired,
    line.repair_within_days,
    line.repair_within_years,
    line.repair_amount_at_most,
    line.repair_percent
from line
inner join target_in_force on line.target_no = target_in_force.target_no
left join claimed
    on
        line.target_no = claimed.target_no
        and line.is_numerator = claimed.is_numerator
        and line.catalogue_item_id = claimed.catalogue_item_id
        and line.behaviour_code = claimed.behaviour_code
        and line.severity = claimed.severity
