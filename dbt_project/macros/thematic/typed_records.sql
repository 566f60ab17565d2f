{#- Every typed table that says whom a record is about, with its columns that identify a subject beside the credit code:
    {model: {identifier: column}}. Identifiers: organisation_code, registration_number, local_id. -#}
{% macro typed_records() %}
    {{ return({
        'public_credit__market_entity': {'local_id': 'local_id'},
        'public_credit__entity_succession': {},
        'public_credit__administrative_penalty': {
            'organisation_code': 'organisation_code', 'registration_number': 'registration_number'
        },
        'public_credit__serious_dishonesty': {}, 'public_credit__honour': {}, 'bidding__bad_behaviour': {},
        'bidding__construction_integrity': {},
        'public_credit__administrative_licence': {
            'organisation_code': 'organisation_code', 'registration_number': 'registration_number'
        },
        'public_credit__abnormal_operation': {},
        'public_credit__judgment_debtor': {'organisation_code': 'organisation_code'},
        'public_credit__tax_credit_grade': {}, 'public_credit__arrears': {}, 'public_credit__credit_commitment': {},
        'public_credit__industry_grade': {}, 'public_credit__inspection_result': {},
        'public_credit__professional_title': {}, 'public_credit__self_declaration': {},
        'public_credit__industry_record': {}, 'bidding__contract_performance': {}, 'bidding__bid_award': {},
        'procurement__supplier': {}, 'procurement__contract': {}, 'procurement__complaint': {},
        'procurement__violation': {}, 'procurement__expert': {}, 'procurement__expert_review': {},
        'procurement__expert_violation': {},
    }) }}
{% endmacro %}
