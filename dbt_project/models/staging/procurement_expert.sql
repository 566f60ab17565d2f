{{ stage_contract('procurement_expert') }}
