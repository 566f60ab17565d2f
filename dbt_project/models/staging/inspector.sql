{{ stage_contract('inspector') }}
