-- Everything a publication reads or writes holds still until its transaction ends. Readers are not hindered:
-- none of these locks stands in the way of a select.
lock table quality.verdict, quality.check_result in share mode;
lock table
    candidate.grade, candidate.contribution, candidate.limit_hit, candidate.crosswalk_level, candidate.single_change,
    candidate.indicator, candidate.grade_limit, candidate.grade_band, candidate.grade_condition, candidate.rulebook,
    candidate.measure, candidate.scenario_effect, candidate.dictionary, candidate.feed_age,
    candidate.rulebook_data_age, candidate.bidding_bad_behaviour, candidate.procurement_supplier,
    candidate.procurement_violation, candidate.procurement_expert, candidate.expert_review, candidate.expert_violation
in share mode
