{#- The raw value that totals come to under a leaf's way of aggregating; null where nothing is known. -#}
{% macro raw_value(leaf='indicator_leaf', total='record_total') -%}
case {{ leaf }}.aggregate
    when 'count' then {{ total }}.records::numeric
    when 'sum' then coalesce({{ total }}.total, 0)
    when 'maximum' then {{ total }}.highest
    when 'minimum' then {{ total }}.lowest
    when 'latest' then {{ total }}.latest
    when 'mean' then case
        when {{ leaf }}.weighted_by is null then {{ quotient(total ~ '.total', total ~ '.numbers') }}
        else {{ quotient(total ~ '.total', total ~ '.weight_total') }}
    end
    when 'ratio' then {{ quotient('coalesce(' ~ total ~ '.numerator_total, 0)', total ~ '.total') }}
end
{%- endmacro %}
