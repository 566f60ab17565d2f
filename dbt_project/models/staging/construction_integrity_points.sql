{{ stage_contract('construction_integrity_points') }}
