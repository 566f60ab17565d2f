{{ stage_contract('credit_commitment') }}
