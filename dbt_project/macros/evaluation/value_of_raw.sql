{#
    Turns raw values into values and contributions, for every leaf alike.

    raw: name of a CTE (rulebook_id, indicator_id, raw_value, …), leaf: of a CTE like indicator_leaf,
    band: of a CTE like source rulebook.indicator_band, key: further columns of `raw` to carry along.
    A null raw value means that nothing is known: the rulebook's value for that case applies.
    Bands are half-open [lower, upper); the loader guarantees that exactly one holds any number.
#}
{% macro value_of_raw(raw, leaf, band, key) %}
scaled as (
    select
        {{ raw }}.rulebook_id,
        {{ leaf }}.rulebook_version,
        {% for column in key %}
        {{ raw }}.{{ column }},
        {% endfor %}
        {{ raw }}.indicator_id,
        {{ raw }}.raw_value,
        {{ leaf }}.factor,
        case
            when {{ raw }}.raw_value is null then {{ leaf }}.value_when_missing
            when {{ leaf }}.scale = 'bands' then {{ band }}.value
            else least(
                greatest(
                    {{ leaf }}.linear_intercept + {{ leaf }}.linear_slope * {{ raw }}.raw_value,
                    {{ leaf }}.lowest_value
                ),
                {{ leaf }}.highest_value
            )
        end as value
    from {{ raw }}
    inner join {{ leaf }}
        on {{ raw }}.rulebook_id = {{ leaf }}.rulebook_id and {{ raw }}.indicator_id = {{ leaf }}.indicator_id
    left join {{ band }}
        on
            {{ leaf }}.rulebook_id = {{ band }}.rulebook_id
            and {{ leaf }}.rulebook_version = {{ band }}.version
            and {{ leaf }}.indicator_id = {{ band }}.indicator_id
            and ({{ band }}.lower is null or {{ band }}.lower <= {{ raw }}.raw_value)
            and ({{ band }}.upper is null or {{ band }}.upper > {{ raw }}.raw_value)
            and {{ raw }}.raw_value is not null
)
{% endmacro %}
