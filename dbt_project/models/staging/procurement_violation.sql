{{ stage_contract('procurement_violation') }}
