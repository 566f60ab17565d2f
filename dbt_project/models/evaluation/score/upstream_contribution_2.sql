{{ config(unlogged=true) }}
{{ upstream_contribution(2) }}
