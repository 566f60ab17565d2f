{#- CTE `placement`, after a CTE `link` over subject_link: where a record of a linked subject stands at each moment of
    knowledge, under the entity it is linked to or, before, between and after links, under the subject as reported.
    A subject or day that no link names is not listed. Ends are null where open, beginnings are -infinity. -#}
{% macro placement() %}
link_change as (
    select
        *,
        -- the same entity for another reason is the same place
        (
            subject_key is distinct from lag(subject_key) over earlier
            or known_from is distinct from lag(known_until) over earlier
        ) as is_change
    from link
    window earlier as (partition by reported_subject_key, day_from order by known_from)
),

link_run as (
    select
        *,
        count(*) filter (where is_change) over (partition by reported_subject_key, day_from order by known_from) as run
    from link_change
),

place as (
    select
        reported_subject_key, subject_key, day_from, day_until, min(known_from) as known_from,
        nullif(max(coalesce(known_until, 'infinity')), 'infinity') as known_until
    from link_run
    group by reported_subject_key, subject_key, day_from, day_until, run
),

link_end as (
    select
        reported_subject_key, day_from, day_until,
        '-infinity'::timestamptz as gap_from, min(known_from) as gap_until
    from place
    group by reported_subject_key, day_from, day_until
    union all
    select
        reported_subject_key, day_from, day_until,
        known_until as gap_from,
        lead(known_from) over (partition by reported_subject_key, day_from order by known_from) as gap_until
    from place
),

placement as (
    select reported_subject_key, subject_key, day_from, day_until, known_from, known_until from place
    union all
    select reported_subject_key, reported_subject_key, day_from, day_until, gap_from, gap_until
    from link_end
    where gap_from is not null and (gap_until is null or gap_from < gap_until)
)
{%- endmacro %}


{#- Condition of a join: a row with the two clocks and a day stands at a place for some of the time. -#}
{% macro stands_at(row, key, day) -%}
    {{ row }}.{{ key }} = placement.reported_subject_key
    and {{ row }}.{{ day }} >= placement.day_from and ({{ row }}.{{ day }} < placement.day_until) is not false
    and ({{ row }}.known_until > placement.known_from) is not false
    and ({{ row }}.known_from < placement.known_until) is not false
{%- endmacro %}


{#- Condition: a period of knowledge, from and until, lies within that of another. Periods were cut so that it lies
    either within or outside. -#}
{% macro known_during(period, whole) -%}
    {{ whole }}.known_from <= {{ period }}.known_from
    and ({{ period }}.known_from < {{ whole }}.known_until) is not false
{%- endmacro %}


{#- CTE `<relation>_period`, after a CTE of that relation: for each key the periods of knowledge between any two moments
    at which one of its rows begins or ends. -#}
{% macro cut_periods(relation, key) %}
{{ relation }}_moment as (
    select {{ key }}, known_from as moment from {{ relation }}
    union
    select {{ key }}, known_until from {{ relation }} where known_until is not null
),

{{ relation }}_period as (
    select
        {{ key }}, moment as known_from, lead(moment) over (partition by {{ key }} order by moment) as known_until
    from {{ relation }}_moment
)
{%- endmacro %}
