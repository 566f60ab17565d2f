{{ config(materialized='view') }}
-- What a subject's records that count today come to, one row per target and facet.
{{ total_of_targets(of_everybody=true) }}
