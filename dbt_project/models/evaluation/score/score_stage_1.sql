{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
{{ score_stage(1) }}
