-- Everything a publication reads or writes holds still until its transaction ends. Readers are not hindered:
-- none of these locks stands in the way of a select. One publication at a time comes first, so that two of them
-- wait for each other here and nowhere else.
select pg_advisory_xact_lock(7220131);
-- A release that was reported must survive a crash of the machine, whatever the server's habit is.
set local synchronous_commit = on;
set local lock_timeout = '10min';
lock table quality.verdict, quality.check_result in share mode;
lock table
    candidate.grade, candidate.contribution, candidate.limit_hit, candidate.crosswalk_level, candidate.single_change,
    candidate.indicator, candidate.grade_limit, candidate.grade_band, candidate.grade_condition, candidate.rulebook,
    candidate.measure, candidate.scenario_effect, candidate.dictionary, candidate.feed_age,
    candidate.rulebook_data_age, candidate.bidding_bad_behaviour, candidate.procurement_supplier,
    candidate.procurement_violation, candidate.procurement_expert, candidate.expert_review, candidate.expert_violation
in share mode;
lock table
    sharing.publication, sharing.grade, sharing.grade_change, sharing.contribution, sharing.limit_hit,
    sharing.crosswalk_level, sharing.single_change, sharing.indicator, sharing.grade_limit, sharing.grade_band,
    sharing.grade_condition, sharing.rulebook, sharing.measure, sharing.scenario_effect, sharing.dictionary,
    sharing.verdict, sharing.feed_age, sharing.rulebook_data_age, sharing.bidding_bad_behaviour,
    sharing.procurement_supplier, sharing.procurement_violation, sharing.procurement_expert, sharing.expert_review,
    sharing.expert_violation
in share row exclusive mode;
