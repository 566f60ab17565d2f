{{ stage_contract('expert_violation', person_key_succession=source('landing_ledger', 'person_key_succession')) }}
