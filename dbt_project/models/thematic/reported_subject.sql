{%- set typed = [
    'public_credit__market_entity', 'public_credit__administrative_penalty',
    'public_credit__serious_dishonesty', 'public_credit__honour', 'bidding__bad_behaviour',
    'bidding__construction_integrity', 'public_credit__administrative_licence',
    'public_credit__abnormal_operation', 'public_credit__judgment_debtor', 'public_credit__tax_credit_grade',
    'public_credit__arrears', 'public_credit__credit_commitment', 'public_credit__industry_grade',
    'public_credit__inspection_result', 'public_credit__professional_title', 'public_credit__self_declaration',
    'public_credit__industry_record', 'bidding__contract_performance', 'bidding__bid_award',
    'procurement__supplier', 'procurement__contract', 'procurement__complaint', 'procurement__violation',
    'procurement__expert', 'procurement__expert_review', 'procurement__expert_violation',
] -%}
with report as (
    {%- for model_name in typed %}
    select subject_key, subject_kind, subject_name, department_id, known_from from {{ ref(model_name) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    subject_key, min(subject_kind) as subject_kind,
    -- the newest name; of several that came together the first in order, so that a rebuild gives the same
    (array_agg(subject_name order by known_from desc, subject_name collate "C"))[1] as subject_name,
    -- a person is the same person to every department
    case when min(subject_kind) in ('department_local', 'name_only') then min(department_id) end as department_id,
    min(known_from) as first_known_from
from report
group by subject_key
