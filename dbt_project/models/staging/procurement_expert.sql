{{ stage_contract('procurement_expert', person_key_succession=source('landing_ledger', 'person_key_succession')) }}
