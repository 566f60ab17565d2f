{{ stage_contract('contract_performance') }}
