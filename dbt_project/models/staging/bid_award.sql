{{ stage_contract('bid_award') }}
