"""Bidding and procurement from what departments send to what is released, by the real dbt, in one build."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest

from credit_grading.evaluation.run import open_run
from credit_grading.transform.dbt import run_dbt
from credit_grading.warehouse.connection import VARIABLE
from tests.sql.landed import OTHER_CODE, VALID_CODE, build_thematic, land, prepare_seeds, rows_of

MODELS = (
    "candidate_bidding_bad_behaviour", "candidate_procurement_supplier", "candidate_procurement_violation",
    "candidate_procurement_expert", "candidate_expert_review", "candidate_expert_violation",
)  # fmt: skip
PERSON = "P:0123456789abcdef0123456789abcdef"
NAMED = {"person_key": PERSON, "person_name": "张*"}
BEHAVIOUR = {
    "document_number": "1号", "firm_credit_code": VALID_CODE, "firm_name": "某建设公司", "behaviour_code": "B1",
    "reason": "未到岗履责", "points_declared": "5", "start_on": "2026-01-31", "validity_months": "1",
}  # fmt: skip
VIOLATION = {
    "entity_name": "某供应商", "credit_code": VALID_CODE, "circumstances": "虚假材料", "penalty_result": "罚款",
    "penalised_on": "2026-01-15", "enforcement_authority": "市财政局",
}  # fmt: skip
PERFORMANCE = {
    "credit_code": VALID_CODE, "entity_name": "某供应商", "assessed_on": "2026-02-01", "assessing_authority": "某局",
}  # fmt: skip


@pytest.fixture(scope="module")
def released(cluster: Any, prepared_template: str) -> Iterator[psycopg.Connection[Any]]:
    with pytest.MonkeyPatch.context() as patch:
        cluster.create_database("sector_candidates", template=prepared_template)
        url = cluster.url("sector_candidates")
        patch.setenv(VARIABLE, url)
        with psycopg.connect(url, autocommit=True) as connection:
            prepare_seeds(connection)
            land_everything(connection)
            build_thematic()
            open_run(connection, date(2026, 6, 30), None)
            run_dbt("run", "--select", *MODELS)
            yield connection
        with psycopg.connect(cluster.url(), autocommit=True) as owner:
            owner.execute("drop database sector_candidates with (force)")


def land_everything(connection: psycopg.Connection[Any]) -> None:
    land(connection, "bidding_bad_behaviour", [
        BEHAVIOUR | {"ban_from": "2026-02-01", "ban_until": "2027-02-01", "qualification": "施工"},
        BEHAVIOUR | {"document_number": "2号", "start_on": "2024-01-31"},
        BEHAVIOUR | {"document_number": "3号", "points_counted": "0", "validity_months": None},
        BEHAVIOUR | {"document_number": "4号", "withdrawn_on": "2026-03-01"},
    ], known_from="2026-06-01 08:00+08")  # fmt: skip
    # a correction counts instead of what it corrects; what comes after the run's knowledge does not
    land(connection, "bidding_bad_behaviour", [BEHAVIOUR | {"document_number": "2号", "points_declared": "7",
         "start_on": "2024-01-31"}], known_from="2026-06-02 08:00+08")  # fmt: skip
    land(connection, "procurement_supplier", [
        {"credit_code": VALID_CODE, "entity_name": "某供应商", "registered_on": "2025-01-01"},
        {"credit_code": OTHER_CODE, "entity_name": "另一公司", "registered_on": "2025-01-01", "left_on": "2026-01-01"},
    ])  # fmt: skip
    land(connection, "procurement_violation", [VIOLATION | {"ban_from": "2026-02-01", "ban_until": "长期"}])
    land(connection, "procurement_contract", [
        {"contract_number": f"合{n}", "credit_code": VALID_CODE, "entity_name": "某供应商", "buyer_name": "某局",
         "amount": "100.25", "signed_on": "2026-02-01", "withdrawn_on": "2026-03-01" if n == 3 else None}
        for n in (1, 2, 3)
    ])  # fmt: skip
    land(connection, "contract_performance", [
        PERFORMANCE | {"contract_number": "合1", "performance": "按期履约"},
        PERFORMANCE | {"contract_number": "合2", "performance": "逾期履约"},
        PERFORMANCE | {"contract_number": "合4", "performance": "按期履约", "valid_until": "2026-06-30"},
    ])  # fmt: skip
    land(connection, "procurement_complaint", [
        {"decision_number": f"投{outcome}", "credit_code": VALID_CODE, "entity_name": "某供应商",
         "complaint_matter": "资格", "outcome": outcome, "deciding_authority": "市财政局", "decided_on": "2026-03-01"}
        for outcome in ("成立", "部分成立", "驳回")
    ])  # fmt: skip
    land(connection, "procurement_expert", [
        {"person_key": PERSON, "person_name": "张*", "expert_number": "专1", "listed_on": "2024-01-01"},
    ])  # fmt: skip
    land(connection, "expert_review", [
        NAMED | {"evaluation_number": "评1", "project_number": "项1", "evaluating_side": "代理机构",
         "score": "95", "reviewed_on": "2026-03-01"},
    ])  # fmt: skip
    land(connection, "expert_violation", [
        NAMED | {"record_number": "处1", "behaviour_code": "ZJ508", "behaviour": "不按规定评审",
         "severity": "严重", "occurred_on": "2026-03-01", "deciding_authority": "市财政局"},
    ])  # fmt: skip


def test_the_ledger_holds_every_known_entry_with_its_window(released: psycopg.Connection[Any]) -> None:
    assert rows_of(
        released,
        "select document_number, subject_key, qualification, points_declared, points_counted, valid_from::text,"
        " valid_until::text, ban_until::text, withdrawn_on::text from candidate.bidding_bad_behaviour order by 1",
    ) == [
        # 31 January and one month, and so in a leap year
        ("1号", VALID_CODE, "施工", 5, 5, "2026-01-31", "2026-02-28", "2027-02-01", None),
        ("2号", VALID_CODE, "", 7, 7, "2024-01-31", "2024-02-29", None, None),
        ("3号", VALID_CODE, "", 5, 0, "2026-01-31", None, None, None),
        ("4号", VALID_CODE, "", 5, 5, "2026-01-31", "2026-02-28", None, "2026-03-01"),
    ]  # fmt: skip


def test_suppliers_carry_what_is_known_of_their_work_on_the_day(released: psycopg.Connection[Any]) -> None:
    assert rows_of(
        released,
        "select subject_key, left_on::text, contracts_signed, contract_amount, contracts_assessed, contracts_on_time,"
        " complaints_upheld from candidate.procurement_supplier order by supplier_name desc",
    ) == sorted([
        (VALID_CODE, None, 2, 200.5, 2, 1, 2), (OTHER_CODE, "2026-01-01", 0, 0, 0, 0, 0),
    ], key=lambda row: row[1] is not None)  # fmt: skip
    assert rows_of(
        released,
        "select subject_key, severity, ban_from::text, ban_until::text from candidate.procurement_violation",
    ) == [(VALID_CODE, "serious", "2026-02-01", None)]


def test_experts_are_keys_and_masked_names(released: psycopg.Connection[Any]) -> None:
    experts = rows_of(released, "select subject_key, person_name, left_on from candidate.procurement_expert")
    assert experts == [(PERSON, "张*", None)]
    assert rows_of(
        released, "select subject_key, project_number, evaluating_side, score from candidate.expert_review"
    ) == [(PERSON, "项1", "agency", 95)]
    assert rows_of(
        released,
        "select subject_key, record_number, severity, points, occurred_on::text from candidate.expert_violation",
    ) == [(PERSON, "处1", "serious", None, "2026-03-01")]
