{{ stage_contract('entity_succession') }}
