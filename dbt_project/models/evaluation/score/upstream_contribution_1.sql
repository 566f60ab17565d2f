{{ config(unlogged=true) }}
{{ upstream_contribution(1) }}
