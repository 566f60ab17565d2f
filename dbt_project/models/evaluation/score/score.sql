{{ config(materialized='view') }}
-- Scores of all stages.
select * from {{ ref('score_stage_0') }}
union all
select * from {{ ref('score_stage_1') }}
union all
select * from {{ ref('score_stage_2') }}
