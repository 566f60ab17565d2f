{{ stage_contract('self_declaration') }}
