-- What departments read, and every publication writes.
lock table
    sharing.publication, sharing.grade, sharing.grade_change, sharing.contribution, sharing.limit_hit,
    sharing.crosswalk_level, sharing.single_change, sharing.indicator, sharing.grade_limit, sharing.grade_band,
    sharing.grade_condition, sharing.rulebook, sharing.measure, sharing.scenario_effect, sharing.dictionary,
    sharing.verdict, sharing.feed_age, sharing.rulebook_data_age, sharing.bidding_bad_behaviour,
    sharing.procurement_supplier, sharing.procurement_violation, sharing.procurement_expert, sharing.expert_review,
    sharing.expert_violation
in share row exclusive mode
