{{ config(materialized='view') }}
-- Raw values of leaves fed by records, for everybody.
{{ record_value(of_everybody=true) }}
