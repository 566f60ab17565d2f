{{ stage_contract('procurement_supplier') }}
