{{ stage_contract('expert_review', person_key_succession=source('landing_ledger', 'person_key_succession')) }}
