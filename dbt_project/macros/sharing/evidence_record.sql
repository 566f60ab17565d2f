{#-
    One record of the evidence as departments read it, from a row like those of contribution_evidence.
    What is so for few records only (points that fade or were given back, an exemption, the upper part of a ratio)
    is said only there, so that a million plain records stay small.
-#}
{% macro evidence_record() -%}
jsonb_build_object(
            'record_key', record_key,
            'department_id', department_id,
            'catalogue_item_id', catalogue_item_id,
            'occurred_on', occurred_on,
            'effective_until', effective_until,
            'points', points,
            'summary', summary,
            'batch_id', batch_id,
            'row_number', row_number
        )
        || case
            when points_full is distinct from points then jsonb_build_object('points_full', points_full)
            else '{}'::jsonb
        end
        || case when role <> 'counts' then jsonb_build_object('role', role) else '{}'::jsonb end
        || case when is_numerator then '{"is_numerator": true}'::jsonb else '{}'::jsonb end
{%- endmacro %}
