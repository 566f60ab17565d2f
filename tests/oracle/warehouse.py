"""Put a world into a real warehouse, evaluate it there, and read back every result."""

from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from tests.oracle.compare import exact
from tests.oracle.records import Record

RULES_KNOWN_FROM = datetime(2000, 1, 1, tzinfo=UTC)
CREDIT_RECORD = {
    "record_id": "text primary key",
    "record_key": "text not null",
    "catalogue_item_id": "text not null",
    "subject_key": "text not null",
    "reported_subject_key": "text not null",
    "facet": "text not null default ''",
    "department_id": "text not null",
    "contract_id": "text not null",
    "behaviour_code": "text not null default ''",
    "severity": "text not null default ''",
    "occurred_on": "date not null",
    "effective_from": "date not null",
    "effective_until": "date",
    "points_declared": "numeric",
    "points_counted": "numeric",
    "quantity": "numeric not null default 1",
    "amount": "numeric",
    "case_id": "text",
    "repaired_on": "date",
    "withdrawn_on": "date",
    "summary": "text",
    "known_from": "timestamptz not null",
    "known_until": "timestamptz",
    "batch_id": "bigint",
    "row_number": "bigint",
}

SECTORS = {
    "thematic_bidding.bad_behaviour": "firm_name text, document_number text, qualification text, reason text,"
    " project_name text, ban_from date, ban_until date",
    "thematic_procurement.supplier": "entity_name text, supplier_kind text, division_code text, registered_on date,"
    " left_on date",
    "thematic_procurement.violation": "entity_name text, document_number text, behaviour_code text,"
    " circumstances text, penalty_result text, penalty_basis text, enforcement_authority text, penalised_on date,"
    " ban_from date, ban_until date",
    "thematic_procurement.expert": "person_name text, expert_number text, review_field text, title_level text,"
    " listed_on date, left_on date",
    "thematic_procurement.expert_review": "project_number text, evaluating_side text, score numeric, reviewed_on date",
    "thematic_procurement.expert_violation": "record_number text, behaviour_code text, behaviour text, severity text,"
    " points numeric, project_number text, deciding_authority text, occurred_on date",
}


def create_records(connection: psycopg.Connection) -> None:
    """The spine as the thematic models build it."""
    columns = ", ".join(f"{name} {kind}" for name, kind in CREDIT_RECORD.items())
    connection.execute("create schema if not exists thematic")
    connection.execute(f"create table if not exists thematic.credit_record ({columns})".encode())
    create_sectors(connection)


def create_sectors(connection: psycopg.Connection) -> None:
    """The sectors' own tables that the candidates read beside the spine, empty."""
    for table, columns in SECTORS.items():
        connection.execute(f"create schema if not exists {table.partition('.')[0]}".encode())
        identity = "record_key text, batch_id bigint, row_number bigint"
        connection.execute(f"create table if not exists {table} ({identity}, {columns})".encode())


def fill_records(connection: psycopg.Connection, records: list[Record]) -> None:
    columns = list(CREDIT_RECORD)
    connection.execute("truncate thematic.credit_record")
    statement = f"copy thematic.credit_record ({', '.join(columns)}) from stdin".encode()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for record in records:
            copy.write_row([record.get(column) for column in columns])
    connection.execute("analyze thematic.credit_record")


def evaluate(
    connection: psycopg.Connection, folder: Path, records: list[Record], as_of: date, knowledge_at: datetime
) -> int:
    """Load rulebooks and records, and run the evaluation models. Returns the run's id."""
    from credit_grading.evaluation.run import open_run
    from credit_grading.rulebook.load import load_rulebooks
    from credit_grading.transform.dbt import run_dbt

    create_records(connection)
    fill_records(connection, records)
    connection.execute("truncate rulebook.rulebook cascade")
    load_rulebooks(connection, folder)
    # worlds are evaluated as of the past: their rulebooks were known long before
    connection.execute("update rulebook.rulebook set loaded_at = %s", (RULES_KNOWN_FROM,))
    connection.execute(
        "update rulebook.rulebook set until_known_from = %s where in_force_until is not null", (RULES_KNOWN_FROM,)
    )
    run_id = open_run(connection, as_of, knowledge_at=knowledge_at)
    run_dbt("run", "--select", "path:models/evaluation")
    return run_id


def rows(connection: psycopg.Connection, query: str) -> list[dict]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode()).fetchall()


def read_results(connection: psycopg.Connection, schema: str = "evaluation") -> dict[tuple[str, str, str], dict]:
    """Grades, scores, all lines (defaults put back) and evidence, per rulebook, subject and facet.

    An entry is the row of the grade with `unclamped_score`, `lines` ({indicator: {status, raw, value, factor,
    contribution}}), `own_lines` (those that do not stand for a default) and `evidence` ({indicator: {(record id,
    points)}}).
    """
    results: dict[tuple[str, str, str], dict] = {}
    for row in rows(
        connection,
        f"""
        select grade.*, score.unclamped_score, score.score as score_of_score
        from {schema}.grade left join {schema}.score using (rulebook_id, rulebook_version, subject_key, facet)
        """,
    ):
        key = key_of(row)
        assert key not in results, f"two grades for {key}"
        assert row["score"] == row["score_of_score"], f"two scores for {key}"
        results[key] = row | {"lines": {}, "own_lines": set(), "evidence": {}}
    defaults = rows(connection, f"select * from {schema}.indicator_default")
    for (rulebook_id, _, _), result in results.items():
        for row in defaults:
            if row["rulebook_id"] == rulebook_id:
                result["lines"][row["indicator_id"]] = line(row, "default_")
    for row in rows(connection, f"select * from {schema}.contribution"):
        results[key_of(row)]["lines"][row["indicator_id"]] = line(row)
        results[key_of(row)]["own_lines"].add(row["indicator_id"])
    # what makes an indicator concern a subject is shown too, but does not count
    for row in rows(connection, f"select * from {schema}.contribution_evidence where role <> 'applies'"):
        evidence = results[key_of(row)]["evidence"]
        evidence.setdefault(row["indicator_id"], set()).add((row["record_id"], exact(row["points"])))
    return results


def key_of(row: dict) -> tuple[str, str, str]:
    return row["rulebook_id"], row["subject_key"], row["facet"]


def line(row: dict, prefix: str = "") -> dict:
    return {
        "status": row[f"{prefix}status"],
        "raw": exact(row.get("raw_value")),
        "value": exact(row[f"{prefix}value"]),
        "factor": exact(row["factor"]),
        "contribution": exact(row[f"{prefix}contribution"]),
    }
