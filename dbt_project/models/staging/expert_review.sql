{{ stage_contract('expert_review') }}
