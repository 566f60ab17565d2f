{{ config(materialized='view') }}
-- Every line of a score that differs from the rulebook's default, and every line of a redistributing group; the
-- defaults stand in indicator_default.
with score as (
    select * from {{ ref('score') }}
),

{{ contribution_line('score', of_everybody=true) }}

select
    rulebook_id,
    rulebook_version,
    subject_key,
    facet,
    indicator_id,
    status,
    raw_value,
    value,
    factor,
    coalesce(contribution, 0) as contribution
from line
