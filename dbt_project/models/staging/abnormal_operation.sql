{{ stage_contract('abnormal_operation') }}
