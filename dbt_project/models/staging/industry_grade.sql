{{ stage_contract('industry_grade') }}
