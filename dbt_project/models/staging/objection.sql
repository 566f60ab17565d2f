{{ stage_contract('objection') }}
