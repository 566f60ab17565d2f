"""Staging on a real Postgres through real dbt: every landed row ends in exactly one place, with its reasons."""

from random import Random

import psycopg
import pytest

from credit_grading.transform.dbt import DbtFailed, run_dbt
from tests.sql.landed import INVALID_CODE, OTHER_CODE, VALID_CODE, land, prepare_seeds, reasons_of, rows_of, stage

CONTRACTS = (
    "market_entity", "administrative_penalty", "bidding_bad_behaviour", "serious_dishonesty", "honour",
    "construction_integrity_points", "professional_title", "industry_record", "bid_award", "procurement_expert",
)  # fmt: skip


def penalty(number: str, **changes: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "decision_number": number,
        "penalised_name": "重庆甲建设有限公司",
        "penalised_credit_code": VALID_CODE,
        "penalty_kind": "罚款",
        "fine_amount": "0.2",
        "decided_on": "2024/1/5",
        "publicity_until": "2025-01-05",
        "penalty_authority": "重庆市市场监督管理局",
    }
    return row | changes


def everything_in_one_place(connection: psycopg.Connection, contract_id: str) -> tuple[int, int]:
    """Check row by row that landing = staging + quarantine without overlap; return (accepted, quarantined)."""
    place = "select batch_id, row_number from {} {}"
    landed = set(rows_of(connection, place.format(f"landing.{contract_id}", "")))
    accepted = rows_of(connection, place.format(f"staging.{contract_id}", ""))
    rejected = rows_of(connection, place.format("quarantine.rejected_row", f"where contract_id = '{contract_id}'"))
    assert len(accepted) == len(set(accepted))
    assert set(accepted).isdisjoint(rejected)
    assert set(accepted) | set(rejected) == landed
    ledger = "select coalesce(sum(landed), 0), coalesce(sum(accepted), 0), coalesce(sum(quarantined), 0)"
    assert rows_of(connection, f"{ledger} from staging.staged_batch where contract_id = '{contract_id}'") == [
        (len(landed), len(accepted), len(rejected))
    ]
    return len(accepted), len(rejected)


def test_bad_input_then_late_correction(warehouse: psycopg.Connection) -> None:
    prepare_seeds(warehouse)
    first = land(
        warehouse,
        "administrative_penalty",
        [
            penalty("1"),
            penalty("1"),
            penalty("2", penalised_credit_code=INVALID_CODE),
            penalty("3", publicity_until="2099-12-31", penalty_valid_until="无处罚期限"),
            penalty("4", fine_amount="20000"),
            penalty("5", decided_on="2024-02-30"),
            penalty("6", penalised_credit_code="暂无"),
            penalty("7", decided_on="1900-01-01"),
            penalty("8", decided_on="2199-01-01"),
            penalty("9", penalised_kind="自然人"),
            penalty("10", penalised_credit_code="12345", fine_amount="二千元"),
            penalty("11", penalised_name="\\N"),
            penalty("12", fine_amount="-1"),
        ],
    )
    results = stage()
    assert {node.name: node.rows for node in results}["administrative_penalty"] == 4
    code, fine, day = "penalised_credit_code", "fine_amount", "decided_on"
    assert reasons_of(warehouse, "administrative_penalty") == {
        3: [("credit_code_check_digit", code, INVALID_CODE)],
        5: [("unit_suspect", fine, "20000")],
        6: [("not_a_date", day, "2024-02-30")],
        8: [("missing_required_value", day, "1900-01-01")],
        9: [("date_in_future", day, "2199-01-01")],
        10: [("unknown_value", "penalised_kind", "自然人")],
        11: [("credit_code_form", code, "12345"), ("not_a_number", fine, "二千元")],
        12: [("missing_key", "penalised_name", None)],
        13: [("negative_amount", fine, "-1")],
    }
    accepted = rows_of(
        warehouse,
        "select row_number, subject_key, fine_amount, publicity_until is null, warnings"
        " from staging.administrative_penalty order by row_number",
    )
    assert accepted == [
        (1, VALID_CODE, 2000, False, []),
        (2, VALID_CODE, 2000, False, ["repeated_record"]),
        (4, VALID_CODE, 2000, True, []),
        (7, "N:market_regulation:重庆甲建设有限公司", 2000, False, ["no_credit_code"]),
    ]
    kept_whole = rows_of(
        warehouse,
        "select source_name, received_row ->> 'decision_number', received_row ->> 'fine_amount', cleared_by_batch_id"
        " from quarantine.rejected_row where row_number = 5",
    )
    assert kept_whole == [("administrative_penalty.csv", "4", "20000", None)]

    assert {node.rows for node in stage()} == {0}, "a second run must stage nothing"
    late = land(warehouse, "administrative_penalty", [penalty("2"), penalty("1")])
    assert {node.name: node.rows for node in stage()}["administrative_penalty"] == 2
    assert everything_in_one_place(warehouse, "administrative_penalty") == (6, 9)
    cleared = rows_of(warehouse, "select row_number, cleared_by_batch_id from quarantine.rejected_row"
                                 " where cleared_by_batch_id is not null")  # fmt: skip
    assert cleared == [(3, late)]
    repeated = "select row_number from staging.administrative_penalty where batch_id = %s and warnings <> '{}'"
    assert rows_of(warehouse, repeated, late) == [(2,)], "a row an earlier batch already brought is marked"

    run_dbt("test", "--select", "administrative_penalty", "--exclude-resource-type", "unit_test")
    warehouse.execute(b"delete from staging.administrative_penalty where batch_id = %s and row_number = 1", (first,))
    with pytest.raises(DbtFailed, match="nothing_lost"):
        run_dbt("test", "--select", "administrative_penalty", "--exclude-resource-type", "unit_test")

    # a rebuild finds the row again, and a rejected row keeps what is known of it
    stage("administrative_penalty", full_refresh=True)
    assert everything_in_one_place(warehouse, "administrative_penalty") == (6, 9)
    assert rows_of(
        warehouse, "select row_number from quarantine.rejected_row where cleared_by_batch_id = %s", late
    ) == [(3,)]


def test_a_batch_that_does_not_add_up_stages_nothing(warehouse: psycopg.Connection) -> None:
    prepare_seeds(warehouse)
    batch = land(warehouse, "administrative_penalty", [penalty("1"), penalty("2", fine_amount="x")])
    warehouse.execute(b"update landing.batch set row_count = 3 where batch_id = %s", (batch,))
    with pytest.raises(DbtFailed, match="staged_batch"):
        stage("administrative_penalty")
    assert rows_of(warehouse, "select to_regclass('staging.administrative_penalty') is null") == [(True,)]
    for table in ("quarantine.rejected_row", "staging.staged_batch"):
        assert rows_of(warehouse, f"select count(*) from {table}") == [(0,)]


def test_missing_landing_table_is_named(warehouse: psycopg.Connection) -> None:
    prepare_seeds(warehouse)
    warehouse.execute(b"drop table landing.honour")
    with pytest.raises(DbtFailed, match=r"landing\.honour does not exist"):
        stage("honour")


def test_a_contract_that_grows_adds_its_column(warehouse: psycopg.Connection) -> None:
    prepare_seeds(warehouse)
    land(warehouse, "administrative_penalty", [penalty("1")])
    stage("administrative_penalty")
    warehouse.execute(b"alter table staging.administrative_penalty drop column remarks")
    land(warehouse, "administrative_penalty", [penalty("2", remarks="备注")])
    stage("administrative_penalty")
    remarks = rows_of(warehouse, "select decision_number, remarks from staging.administrative_penalty order by 1")
    assert remarks == [("1", None), ("2", "备注")]


def random_value(random: Random, column: str, data_type: str) -> str | None:
    dirt = (None, "", "暂无", "\\N", "1900-01-01", "9999-09-09", "x", "-1", "２０２４-01-01", " ", "NaN", "1e400")
    if random.random() < 0.12:
        return random.choice(dirt)
    if "credit_code" in column:
        return random.choice((VALID_CODE, OTHER_CODE, INVALID_CODE, VALID_CODE.lower()))
    if column == "person_key":
        return random.choice("PX") + ":" + random.choice("ab") * 32
    if column == "catalogue_item_id":
        return random.choice(("water_static_score", "tax_violation", "honour"))
    clean = {
        "date": ("2024-01-05", "2024/1/5", "20240105", "2024年1月5日", "2199-01-01"),
        "numeric": ("0.2", "1,000", "99999", "0"),
        "integer": ("6", "12", "6.5"),
        "boolean": ("是", "否", "1", "中"),
    }
    return random.choice(
        clean.get(data_type, ("罚款", "开业", "国家级", "失信被执行人", "500101", "甲", "（乙） 公司", "E47"))
    )


def test_no_row_is_ever_lost(warehouse: psycopg.Connection) -> None:
    """Random rows, clean and dirty, over all contracts and several batches, staged in two runs."""
    from credit_grading.contract.load import load_contracts

    prepare_seeds(warehouse)
    contracts = load_contracts()
    random = Random(20260101)
    for _ in range(2):
        for contract_id in CONTRACTS:
            columns = [column for column in contracts[contract_id].columns if not column.personal]
            for _ in range(3):
                rows = [
                    {column.name: random_value(random, column.name, column.data_type) for column in columns}
                    for _ in range(random.choice((0, 1, 40)))
                ]
                land(warehouse, contract_id, rows, department_id=random.choice(("a", "b")))
        stage()
        counts = [everything_in_one_place(warehouse, contract_id) for contract_id in CONTRACTS]
    assert all(rejected for _, rejected in counts)
    assert sum(accepted for accepted, _ in counts) > 0
    unknown = "select distinct reason ->> 'code' from quarantine.rejected_row, jsonb_array_elements(reasons) as reason"
    known = "select code from reference.rejection_reason"
    assert set(rows_of(warehouse, unknown)) <= set(rows_of(warehouse, known))


def test_values_are_counted_per_batch_and_column(warehouse: psycopg.Connection) -> None:
    """Accepted and rejected rows count alike; what was null, a marker or unreadable is no value."""
    prepare_seeds(warehouse)
    batch = land(
        warehouse,
        "administrative_penalty",
        [
            penalty("1"),
            penalty("2", fine_amount="暂无"),
            penalty("3", fine_amount="二千元"),
            penalty("4", decided_on=None),
            # what a deletion leaves out is not missing
            {"decision_number": "5", "extra_columns": '{"_operation": "deleted"}'},
        ],
    )
    stage("administrative_penalty")
    counted = "select column_name, filled from staging.batch_fill where batch_id = %s"
    expected = {"decision_number": 4, "fine_amount": 2, "decided_on": 3, "penalty_valid_until": 0}
    assert dict(rows_of(warehouse, counted, batch)).items() >= expected.items()
    assert rows_of(warehouse, "select distinct asked from staging.batch_fill where batch_id = %s", batch) == [(4,)]
    stage("administrative_penalty", full_refresh=True)
    assert dict(rows_of(warehouse, counted, batch)).items() >= expected.items()
