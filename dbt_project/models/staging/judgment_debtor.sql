{{ stage_contract('judgment_debtor') }}
