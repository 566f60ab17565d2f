{{ config(materialized='view') }}
-- The records behind each contribution: those that count for it or make it apply; where some excuse the subject from
-- it, those instead; where it does not apply, none.
with {{ evidence("'indicator', 'exempt', 'applicable'") }},

indicator_leaf as (
    select * from {{ ref('indicator_leaf') }}
),

other_target as (
    select * from {{ ref('target_in_force') }} where purpose in ('exempt', 'applicable')
)

select
    evidence.rulebook_id,
    evidence.rulebook_version,
    evidence.subject_key,
    evidence.facet,
    evidence.target_id as indicator_id,
    evidence.record_id,
    evidence.record_key,
    evidence.catalogue_item_id,
    evidence.department_id,
    evidence.occurred_on,
    evidence.counts_from,
    evidence.effective_until,
    evidence.points,
    evidence.points_full,
    evidence.is_numerator,
    case evidence.purpose when 'indicator' then 'counts' when 'exempt' then 'exempts' else 'applies' end as role,
    evidence.summary,
    evidence.batch_id,
    evidence.row_number
from evidence
inner join indicator_leaf
    on evidence.rulebook_id = indicator_leaf.rulebook_id and evidence.target_id = indicator_leaf.indicator_id
where
    -- asked only of leaves that have such records: `case` keeps the server from asking for all
    case
        when indicator_leaf.has_applicability and evidence.purpose <> 'applicable'
            then exists ({{ counting_total('applicable') }})
        else true
    end
    and case
        when indicator_leaf.has_exemption and evidence.purpose = 'indicator'
            then not exists ({{ counting_total('exempt') }})
        else true
    end
