{#- The totals of targets, one row per subject, target and facet, of which records count today.

    A macro and not only a view: a condition on subjects must stand beside the tables themselves, or a run over few
    subjects would unfold the totals of all. of_everybody: also of subjects that this run does not evaluate; purposes:
    only targets of these, such as "'limit'". -#}
{% macro total_of_targets(of_everybody=false, purposes=none) %}
select
    subject_total.subject_key, total.target_no, ''::text collate "C" as facet, total.records, total.total,
    total.numbers, total.weight_total, total.numerator_total, total.highest, total.lowest,
    null::numeric as latest, null::numeric as amount_total, null::numeric as quantity_total, null::date as stale_from
from {{ ref('subject_total') }} as subject_total
cross join lateral (
    values
    {% set rows = compiled_total_rows(purposes) -%}
    {{ rows if rows else '(0, 0::bigint, 0.0, 0::bigint, 0.0, 0.0, 0.0, 0.0)' }}
) as total (target_no, records, total, numbers, weight_total, numerator_total, highest, lowest)
where total.records > 0 and {{ 'true' if of_everybody else is_evaluated('subject_total.subject_key') }}
union all
select
    subject_key, target_no, facet, records, total, numbers, weight_total, numerator_total, highest, lowest, latest,
    amount_total, quantity_total, stale_from
from {{ ref('ordered_total') }}
where records > 0 and {{ 'true' if of_everybody else is_evaluated() }}
{% endmacro %}
