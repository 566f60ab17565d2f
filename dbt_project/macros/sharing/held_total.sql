{#- Totals of targets like total_of_targets, also those of which only the upper part of a ratio has records, of the
    subjects of CTE `subjects`: a condition on subjects must stand beside the tables, or all totals would be unfolded. -#}
{% macro held_total(subjects) %}
select
    subject_total.subject_key, total.target_no, ''::text collate "C" as facet, total.records, total.total,
    total.numbers, total.weight_total, total.numerator_total, total.highest, total.lowest,
    null::numeric as latest, null::numeric as amount_total, null::numeric as quantity_total, null::date as stale_from
from {{ subjects }} as subject
inner join {{ ref('subject_total') }} as subject_total on subject.subject_key = subject_total.subject_key
cross join lateral (
    values
    {% set rows = compiled_total_rows() -%}
    {{ rows if rows else '(0, 0::bigint, 0.0, 0::bigint, 0.0, 0.0, 0.0, 0.0)' }}
) as total (target_no, records, total, numbers, weight_total, numerator_total, highest, lowest)
where total.records > 0 or total.numerator_total is not null
union all
select
    subject_key, target_no, facet, records, total, numbers, weight_total, numerator_total, highest, lowest, latest,
    amount_total, quantity_total, stale_from
from {{ subjects }} as subject
inner join {{ ref('ordered_total') }} as ordered_total using (subject_key)
where records > 0 or numerator_total is not null
{% endmacro %}
