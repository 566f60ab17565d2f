{{ stage_contract('procurement_contract') }}
