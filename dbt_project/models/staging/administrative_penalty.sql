{{ stage_contract('administrative_penalty') }}
