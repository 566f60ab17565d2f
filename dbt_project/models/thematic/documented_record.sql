-- Every version of every record that a decision can name by the number of its document, whoever reported it.
{%- set documents = [
    ('administrative_penalty', 'public_credit__administrative_penalty', 'decision_number', 'decided_on'),
    ('administrative_licence', 'public_credit__administrative_licence', 'decision_number', 'decided_on'),
    ('serious_dishonesty', 'public_credit__serious_dishonesty', 'document_number', 'listed_on'),
    ('abnormal_operation', 'public_credit__abnormal_operation', 'document_number', 'listed_on'),
    ('judgment_debtor', 'public_credit__judgment_debtor', 'case_number', 'published_on'),
    ('arrears', 'public_credit__arrears', 'document_number', 'published_on'),
    ('credit_commitment', 'public_credit__credit_commitment', 'commitment_number', 'made_on'),
    ('inspection_result', 'public_credit__inspection_result', 'inspection_number', 'inspected_on'),
    ('honour', 'public_credit__honour', 'document_number', 'awarded_on'),
    ('industry_grade', 'public_credit__industry_grade', 'document_number', 'evaluated_on'),
    ('industry_record', 'public_credit__industry_record', 'case_number', 'occurred_on'),
    ('bidding_bad_behaviour', 'bidding__bad_behaviour', 'document_number', 'start_on'),
    ('contract_performance', 'bidding__contract_performance', 'contract_number', 'assessed_on'),
    ('procurement_violation', 'procurement__violation', 'document_number', 'penalised_on'),
    ('procurement_complaint', 'procurement__complaint', 'decision_number', 'decided_on'),
] %}
{%- for contract_id, model_name, number, day in documents %}
select
    '{{ contract_id }}'::text collate "C" as contract_id, record_key, subject_key, subject_kind, subject_name,
    {{ number }} as document_number, {{ day }} as occurred_on, known_from, known_until
from {{ ref(model_name) }}
where {{ number }} is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
