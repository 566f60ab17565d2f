{{ stage_contract('honour') }}
