{{ config(materialized='view') }}
-- Every line of a score that differs from the rulebook's default; the defaults stand in indicator_default.
select * from {{ ref('record_contribution') }}
union all
select * from {{ ref('upstream_contribution_1') }}
union all
select * from {{ ref('upstream_contribution_2') }}
