{# The kinds of subject whose keys begin with something that says so; any other key is that of a coded subject. #}
{% macro kinds_by_prefix() %}
    {{ return({
        'O:': 'organisation_code', 'R:': 'registration_number', 'L:': 'department_local', 'N:': 'name_only', 'P:': 'person'
    }) }}
{% endmacro %}


{# The kind of subject that a key stands for: its form says so, hence a subject that no register lists is not lost. #}
{% macro subject_kind(key) %}
case
    {%- for prefix, kind in kinds_by_prefix().items() %}
    when {{ key }} like '{{ prefix }}%' then '{{ kind }}'
    {%- endfor %}
    else 'coded'
end
{% endmacro %}


{# SQL that writes SQL: that the subject of a row of subject_total is of one of some kinds. Written as comparisons of
   the key alone, because the planner knows how many rows those leave. #}
{% macro written_subject_kind(kinds) %}
(
    select
        case
            when 'coded' = any({{ kinds }})
                then coalesce(string_agg(known.other, ' and ' order by known.kind)
                    filter (where known.kind <> all({{ kinds }})), 'true')
            else coalesce('(' || string_agg(known.own, ' or ' order by known.kind)
                filter (where known.kind = any({{ kinds }})) || ')', 'false')
        end
    from (
        values
        {%- for prefix, kind in kinds_by_prefix().items() %}
        (
            '{{ kind }}', 'subject_total.subject_key like ''{{ prefix }}%''',
            'subject_total.subject_key not like ''{{ prefix }}%'''
        ){{ ',' if not loop.last }}
        {%- endfor %}
    ) as known (kind, own, other)
)
{% endmacro %}
