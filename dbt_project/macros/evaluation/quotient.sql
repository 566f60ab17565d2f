{#- numerator / denominator to 20 decimal places, half away from zero; null where the denominator is 0 or null.
    The server would choose fewer places for large numbers: the scale of the numerator tells it to keep 40. -#}
{% macro quotient(numerator, denominator) -%}
round(round({{ numerator }}, 40) / nullif({{ denominator }}, 0), 20)
{%- endmacro %}
