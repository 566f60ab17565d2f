{{ stage_contract('market_entity') }}
