{{ stage_contract('credit_repair_decision') }}
