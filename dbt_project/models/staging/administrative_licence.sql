{{ stage_contract('administrative_licence') }}
