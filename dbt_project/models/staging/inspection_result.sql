{{ stage_contract('inspection_result') }}
