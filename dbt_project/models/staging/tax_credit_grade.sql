{{ stage_contract('tax_credit_grade') }}
