{{ config(
    materialized='by_subject',
    indexes=[{'columns': ['subject_key']}, {'columns': ['changes_on']}]
) }}
-- What a subject's records come to for the targets whose records are looked at one by one. Records that count today
-- make the totals; those that will count, fade or end later make changes_on. A limit that lasts changes when it ends,
-- also where none of its records counts any more. The newest record of a crosswalk decides even without a number: that
-- is a level which no grade names.
with target_in_force as (
    select * from {{ ref('target_in_force') }} where stale_after_months is not null
),

run as (
    select * from {{ source('evaluation', 'current_run') }}
),

own as (
    select
        subject_key, target_no, facet, is_numerator, purpose, occurred_on, known_from, record_id, quantity, amount,
        points, is_weighted, weight, changes_on, is_active, is_chosen
    from {{ ref('ordered_record') }}
    where {{ is_evaluated() }}
    union all
    select
        -- it holds until the last of its months ends
        subject_key, target_no, facet, false, 'limit', null::date, null::timestamptz, min(record_id), null, null,
        null, false, null, max(holds_until), false, false
    from {{ ref('lasting_limit') }}
    where {{ is_evaluated() }}
    group by subject_key, target_no, facet
),

totalled as (
    select
        subject_key,
        target_no,
        facet,
        {{ record_aggregates('is_chosen') }},
        (
            array_agg(points order by occurred_on desc, known_from desc, record_id desc)
            filter (where is_chosen and (points is not null or purpose = 'crosswalk'))
        )[1] as latest,
        sum(amount) filter (where is_active) as amount_total,
        sum(quantity) filter (where is_active) as quantity_total
    from own
    group by subject_key, target_no, facet
),

dated as (
    select
        totalled.*,
        (totalled.newest_on + make_interval(months => target_in_force.stale_after_months))::date as stale_from
    from totalled
    left join target_in_force on totalled.target_no = target_in_force.target_no
)

select
    subject_key, target_no, facet, records, total, numbers, weight_total, numerator_total, highest, lowest, latest,
    amount_total, quantity_total, stale_from,
    least(changes_on, case when stale_from > (select run.as_of from run) then stale_from end) as changes_on
from dated
