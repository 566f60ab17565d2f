{{ stage_contract('arrears') }}
