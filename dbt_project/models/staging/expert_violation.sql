{{ stage_contract('expert_violation') }}
