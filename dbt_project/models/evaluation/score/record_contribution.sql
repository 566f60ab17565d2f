{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- Contributions of leaves that have records, for rulebooks of every stage.
with indicator_leaf as (
    select * from {{ ref('indicator_leaf') }}
),

indicator_band as (
    select * from {{ source('rulebook', 'indicator_band') }}
),

record_value as (
    select * from {{ ref('record_value') }}
),

{{ value_of_raw('record_value', 'indicator_leaf', 'indicator_band', ['subject_key', 'facet']) }}

select
    rulebook_id,
    rulebook_version,
    subject_key,
    facet,
    indicator_id,
    case when raw_value is null then 'missing' else 'hit' end as status,
    raw_value,
    value,
    value * factor as contribution
from scaled
