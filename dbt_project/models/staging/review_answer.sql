{{ stage_contract('review_answer') }}
