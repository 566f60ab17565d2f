{#- Whether a grade band holds a score; each bound says itself whether it belongs to the band. -#}
{% macro band_holds_score(band, score) -%}
(
    {{ band }}.lower is null or {{ score }} > {{ band }}.lower
    or ({{ score }} = {{ band }}.lower and {{ band }}.lower_included)
)
and (
    {{ band }}.upper is null or {{ score }} < {{ band }}.upper
    or ({{ score }} = {{ band }}.upper and {{ band }}.upper_included)
)
{%- endmacro %}
