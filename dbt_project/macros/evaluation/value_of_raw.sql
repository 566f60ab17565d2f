{#-
    CTE `valued`: the lines of CTE `raw` with status, value and factor, for every leaf alike.

    raw: name of a CTE (rulebook_id, indicator_id, raw_value, is_known, is_stale, is_exempt, is_applicable, …), leaf:
    of a CTE like indicator_leaf, band: of a CTE like source rulebook.indicator_band, key: further columns of `raw`
    to carry along. is_known: records or a score stand behind the raw value; a null raw value means that nothing is.
    A null value means that the leaf is left out of its redistributing group.
    Bands are half-open [lower, upper); the loader guarantees that exactly one holds any number.
-#}
{% macro value_of_raw(raw, leaf, band, key) %}
stated as not materialized (
    select
        {{ raw }}.*,
        case
            when not {{ raw }}.is_applicable then 'not_applicable'
            when {{ raw }}.is_exempt then 'exempt'
            when {{ raw }}.is_stale then 'stale'
            when {{ raw }}.raw_value is null then 'missing'
            when {{ raw }}.is_known then 'hit'
            else 'clean'
        end as status
    from {{ raw }}
),

valued as not materialized (
    select
        stated.rulebook_id,
        {{ leaf }}.rulebook_version,
        {% for column in key -%}
        stated.{{ column }},
        {% endfor -%}
        stated.indicator_id,
        stated.status,
        case when stated.status in ('hit', 'clean') then stated.raw_value end as raw_value,
        {{ leaf }}.factor,
        case stated.status
            when 'not_applicable' then {{ leaf }}.value_when_not_applicable
            when 'exempt' then {{ leaf }}.value_when_exempt
            when 'stale' then {{ leaf }}.value_when_stale
            when 'missing' then {{ leaf }}.value_when_missing
            else case {{ leaf }}.scale
                when 'bands' then {{ band }}.value
                when 'goalposts' then greatest(0, least(100, {{ quotient(
                    '100 * (stated.raw_value - ' ~ leaf ~ '.goalpost_worst)',
                    leaf ~ '.goalpost_best - ' ~ leaf ~ '.goalpost_worst'
                ) }}))
                else least(
                    greatest(
                        {{ leaf }}.linear_intercept + {{ leaf }}.linear_slope * stated.raw_value,
                        {{ leaf }}.lowest_value
                    ),
                    {{ leaf }}.highest_value
                )
            end
        end as value
    from stated
    inner join {{ leaf }}
        on stated.rulebook_id = {{ leaf }}.rulebook_id and stated.indicator_id = {{ leaf }}.indicator_id
    left join {{ band }}
        on
            {{ leaf }}.scale = 'bands'
            and {{ leaf }}.rulebook_id = {{ band }}.rulebook_id
            and {{ leaf }}.rulebook_version = {{ band }}.version
            and {{ leaf }}.indicator_id = {{ band }}.indicator_id
            and ({{ band }}.lower is null or {{ band }}.lower <= stated.raw_value)
            and ({{ band }}.upper is null or {{ band }}.upper > stated.raw_value)
            and stated.raw_value is not null
)
{% endmacro %}
