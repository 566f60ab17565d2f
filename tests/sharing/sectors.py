"""Rows of bidding and procurement among the candidates, each with only what a test cares about."""

from datetime import date, timedelta
from typing import Any

import psycopg

from credit_grading.publication.publish import publish
from tests.sharing.releases import Grade, set_candidates, verified_run

# whole tables by one rulebook: what each department sees of them is tested beside what they are for
SECTOR_VIEWS = ("disqualification", "expert_pool", "expert_suspension", "expert_proposal")
SECTORS = (
    "bidding_bad_behaviour", "procurement_supplier", "procurement_violation", "procurement_expert", "expert_review",
    "expert_violation", "expert_decision", *SECTOR_VIEWS,
)  # fmt: skip
DEFAULTS: dict[str, dict[str, Any]] = {
    "bidding_bad_behaviour": {
        "subject_key": "S1", "firm_name": "某建设公司", "department_id": "development_and_reform",
        "document_number": "渝住建罚1号", "qualification": "", "behaviour_code": "B1", "reason": "未到岗履责",
        "points_declared": 5, "points_counted": 5, "valid_from": date(2026, 1, 1),
    },
    "procurement_supplier": {
        "subject_key": "S1", "supplier_name": "某供应商", "registered_on": date(2025, 1, 1), "contracts_signed": 0,
        "contract_amount": 0, "contracts_assessed": 0, "contracts_on_time": 0, "complaints_upheld": 0,
    },
    "procurement_violation": {
        "subject_key": "S1", "entity_name": "某供应商", "department_id": "finance", "severity": "serious",
        "circumstances": "提供虚假材料谋取中标", "penalty_result": "罚款", "enforcement_authority": "市财政局",
        "penalised_on": date(2026, 1, 15),
    },
    "procurement_expert": {"subject_key": "P:1", "person_name": "张*", "listed_on": date(2024, 1, 1)},
    "expert_review": {
        "subject_key": "P:1", "evaluating_side": "agency", "score": 95, "reviewed_on": date(2026, 3, 1),
    },
    "expert_violation": {
        "subject_key": "P:1", "record_number": "处1号", "behaviour_code": "ZJ508", "behaviour": "不按规定评审",
        "deciding_authority": "市财政局", "occurred_on": date(2026, 3, 1),
    },
}  # fmt: skip
WITHOUT_RECORD = ("procurement_supplier", "procurement_expert")


def add(connection: psycopg.Connection[Any], table: str, *rows: dict[str, Any]) -> None:
    """Add candidates; a record without key is numbered, a review without project is of a project of its own."""
    for row in rows:
        values = DEFAULTS[table] | row
        if table not in WITHOUT_RECORD and "record_key" not in values:
            [(number,)] = connection.execute(f"select count(*) from candidate.{table}").fetchall()
            values["record_key"] = f"{table}-{number}"
        if table == "expert_review":
            values.setdefault("project_number", f"P{values['record_key']}")
        connection.execute(
            f"insert into candidate.{table} ({', '.join(values)}) values ({', '.join(['%s'] * len(values))})".encode(),
            list(values.values()),
        )


def release(connection: psycopg.Connection[Any], as_of: date, grades: list[Grade] | None = None, **tables: Any) -> int:
    """Publish these candidates, and nothing of former releases; returns the publication's number."""
    set_candidates(connection, as_of, grades or [])
    for table, rows in tables.items():
        add(connection, table, *rows)
    return publish(connection, verified_run(connection, as_of)).publication_id


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month: said here once more, without Postgres."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(1)).day
    return date(year, month + 1, min(day.day, last))
