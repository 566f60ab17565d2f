{{ stage_contract('procurement_complaint') }}
