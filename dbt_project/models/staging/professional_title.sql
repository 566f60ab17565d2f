{{ stage_contract('professional_title') }}
