{{ stage_contract('bidding_bad_behaviour') }}
