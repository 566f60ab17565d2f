{{ stage_contract('serious_dishonesty') }}
