"""The gate over the ledgers of bidding and procurement: each fault is refused, and what is right is let through."""

import pytest


def evidence(rulebook_id: str, item: str, points: str = "4") -> str:
    return (
        f'update candidate.contribution set rulebook_id = \'{rulebook_id}\', records = \'[{{"record_key": "k",'
        f' "catalogue_item_id": "{item}", "points": {points}}}]\''
        " where indicator_id = 'compliance' and subject_key like '%05'"
    )


# what a grade of another rulebook needs, for the checks that ask for nothing else
GRADE = (
    "insert into candidate.grade select '{}', '{}', facet, subject_name, division_code, '1', as_of, null, null, null,"
    " 'insufficient_data' from candidate.grade limit 1;"
)
# of somebody else: where rows are due an empty table would be an error of its own
ACT = (
    "insert into candidate.bidding_bad_behaviour"
    " values ('o', 'O', 'x', 'd', '1', '', 'B', 'r', null, 5, 5, '2025-01-01');"
)
VIOLATION = (
    "insert into candidate.procurement_violation"
    " values ('o', 'O', 'x', 'd', null, null, 'serious', 'c', 'p', null, 'a', '2025-01-01');"
)
SUPPLIER = (
    "insert into candidate.procurement_supplier values ('O', 'x', null, null, '2025-01-01', null, 0, 0, 0, 0, 0);"
)
EXPERT = "insert into candidate.procurement_expert values ('P:O', '张*', null, null, null, '2025-01-01');"
FAULTS = {
    "an act that took points, and is in no ledger": (
        ACT + evidence("bidding_participant", "bidding_bad_behaviour"),
        "candidate.bidding_bad_behaviour/ledger_covers_evidence",
    ),
    "a graded supplier who cannot be looked up": (
        SUPPLIER + GRADE.format("procurement_supplier", "S"),
        "candidate.procurement_supplier/graded_supplier_listed",
    ),
    "more contracts kept on time than were assessed": (
        "insert into candidate.procurement_supplier values ('S', 'x', null, null, '2025-01-01', null, 1, 1, 1, 2, 0)",
        "candidate.procurement_supplier/on_time_within_assessed",
    ),
    "a violation that took points, and is not listed": (
        VIOLATION + evidence("procurement_supplier", "procurement_violation"),
        "candidate.procurement_violation/violation_of_evidence_listed",
    ),
    "a graded expert who is not listed": (
        EXPERT + GRADE.format("procurement_expert", "P:1"),
        "candidate.procurement_expert/graded_expert_listed",
    ),
    "an expert's whole name": (
        "insert into candidate.procurement_expert values ('P:1', '张三丰', null, null, null, '2025-01-01', null)",
        "candidate.procurement_expert/expert_name_masked",
    ),
    "an act of an expert with other points than the score was made of": (
        evidence("procurement_expert", "expert_violation") + "; insert into candidate.expert_violation select 'k',"
        " subject_key, '1', 'ZJ508', 'x', null, 5, null, 'y', '2025-01-01' from candidate.contribution"
        " where rulebook_id = 'procurement_expert'",
        "candidate.expert_violation/expert_violation_of_evidence_listed",
    ),
}
WARNINGS = {
    "bidding_bad_behaviour": (
        "'k', 'S', 'x', 'd', '1', '', 'B', 'r', null, 5, 5, '2025-01-01', '2025-01-01', '2025-02-01', '2025-02-01'",
        {"ledger_window_ordered", "bidding_ban_ordered"},
    ),
    "procurement_violation": (
        "'k', 'S', 'x', 'd', null, null, 'serious', 'c', 'p', null, 'a', '2025-01-01', null, null, '2028-01-02'",
        {"procurement_ban_within_law"},
    ),
    "expert_review": ("'k', 'P:1', '1', 'agency', 100.5, '2025-01-01'", {"review_score_in_range"}),
}
RULE = """
insert into rulebook.rulebook
select (jsonb_populate_record(known, '{"rulebook_id": "bidding_participant"}')).*
from rulebook.rulebook as known where rulebook_id = 'public_credit';
insert into rulebook.target (rulebook_id, version, purpose, target_id)
values ('bidding_participant', '2025', 'indicator', 'compliance');
insert into rulebook.record_line (rulebook_id, version, purpose, target_id, catalogue_item_id, longest_months)
values ('bidding_participant', '2025', 'indicator', 'compliance', 'bidding_bad_behaviour', 24);
insert into candidate.rulebook
select rulebook_id, version, kind, title_zh, title_en, authority_zh, legal_basis, in_force_from, in_force_until,
    start_score, lowest_score, highest_score, minimum_known_percent, source_text
from rulebook.rulebook where rulebook_id = 'bidding_participant';
insert into candidate.grade
select 'bidding_participant', subject_key, facet, subject_name, division_code, '1', as_of, null, null, null,
    'insufficient_data'
from candidate.grade where rulebook_id = 'public_credit' and subject_key like '%05';
"""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_by_its_check(world, result_of, fault):
    statement, check = FAULTS[fault]
    world.sql(statement)
    verdict = world.gate("publication")
    assert result_of(verdict, check).status == "failed"
    assert verdict.outcome == "failed"


@pytest.mark.parametrize("table", WARNINGS)
def test_a_window_that_cannot_be_right_is_told_and_lets_the_release_through(world, table):
    values, expected = WARNINGS[table]
    world.sql(f"insert into candidate.{table} values ({values})")
    verdict = world.gate("publication")
    failed = {r.check_id for r in verdict.results if r.suite == f"candidate.{table}" and r.status == "failed"}
    assert failed == expected
    assert verdict.outcome == "passed"


@pytest.mark.parametrize(
    ("entries", "status"),
    [
        # the run is of 2025-06-30
        (["4, 4, '2025-01-01', null"], "passed"),
        (["4, 3.99, '2025-01-01', null"], "failed"),
        (["4, 1.5, '2025-06-30', '2025-07-01'", "4, 2.5, '2023-07-01', null"], "passed"),
        # ended on the day, not begun, older than the rule looks
        (["4, 4, '2025-01-01', null", "1, 1, '2025-01-01', '2025-06-30'"], "passed"),
        (["4, 4, '2025-01-01', null", "1, 1, '2025-07-01', null"], "passed"),
        (["4, 4, '2025-01-01', null", "1, 1, '2023-06-30', null"], "passed"),
        (["4, 4, '2025-01-01', null", "1, 1, '2023-07-01', null"], "failed"),
        (["4, 4, '2025-01-01', '2025-06-30'"], "failed"),
    ],
)
def test_the_ledger_adds_up_to_what_the_score_stands_on(world, result_of, entries, status):
    world.sql(RULE)
    world.sql(evidence("bidding_participant", "bidding_bad_behaviour"))
    for number, entry in enumerate(entries):
        key = "k" if number == 0 else f"k{number}"
        world.sql(
            f"insert into candidate.bidding_bad_behaviour select '{key}', subject_key, 'x', 'd', '1', '', 'B', 'r',"
            f" null, {entry} from candidate.grade where rulebook_id = 'bidding_participant'"
        )
    found = result_of(world.gate("publication"), "candidate.bidding_bad_behaviour/ledger_total_equals_evidence")
    assert found.status == status, found.detail


@pytest.mark.parametrize(("points", "status"), [("4", "passed"), ("3", "failed")])
def test_an_act_that_counts_in_two_facets_is_one_entry(world, result_of, points, status):
    world.sql(RULE)
    world.sql(evidence("bidding_participant", "bidding_bad_behaviour"))
    world.sql(
        "insert into candidate.contribution select (jsonb_populate_record(one, jsonb_build_object('facet', 'second',"
        f" 'records', jsonb_set(one.records, '{{0,points}}', '{points}')))).* from candidate.contribution as one"
        " where rulebook_id = 'bidding_participant'"
    )
    world.sql(
        "insert into candidate.bidding_bad_behaviour select 'k', subject_key, 'x', 'd', '1', '', 'B', 'r', null, 4, 4,"
        " '2025-01-01', null from candidate.grade where rulebook_id = 'bidding_participant'"
    )
    found = result_of(world.gate("publication"), "candidate.bidding_bad_behaviour/ledger_total_equals_evidence")
    assert found.status == status, found.detail
