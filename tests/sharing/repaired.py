"""Thematic tables as the steps after a publication read them, filled by hand, and releases with chosen evidence."""

from datetime import date
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from credit_grading.publication.publish import Publication, publish
from tests.sharing.releases import Grade, set_candidates, verified_run

TABLES = """
create schema thematic; create schema thematic_public_credit;
create table thematic.credit_record (
    record_key text collate "C", catalogue_item_id text collate "C", department_id text collate "C",
    severity text collate "C" default '', occurred_on date, effective_until date, case_id text collate "C",
    repaired_on date, withdrawn_on date, known_from timestamptz default '2020-01-01', known_until timestamptz,
    batch_id bigint default 1, row_number bigint default 1
);
create table thematic_public_credit.administrative_penalty (
    record_key text collate "C", offence_kind text, penalty_basis text, penalty_authority text,
    known_until timestamptz
);
create table thematic_public_credit.objection (
    record_key text collate "C", disputed_record_key text collate "C", objection_number text, document_number text,
    filed_on date, status text collate "C", outcome text collate "C", decided_on date, handling_authority text,
    known_from timestamptz default '2020-01-01', known_until timestamptz
);
create table thematic_public_credit.credit_repair_decision (
    repaired_record_key text collate "C", document_number text, decision_number text, outcome text collate "C",
    decided_on date, withdrawn_on date, deciding_authority text,
    known_from timestamptz default '2020-01-01', known_until timestamptz
);
"""

# for every published grade what is written beside it after a publication
MARKS = """
insert into sharing.publicity (
    rulebook_id, subject_key, record_key, department_id, catalogue_item_id, document_day, severity, is_under_objection
)
select rulebook_id, subject_key, 'k', 'finance', 'honour', as_of, '', true from sharing.grade;
insert into sharing.objection (
    rulebook_id, subject_key, facet, record_key, objection_key, objection_number, document_number, filed_on, status,
    is_open
)
select rulebook_id, subject_key, facet, 'k', 'o', '异1', '文1', as_of, 'accepted', true from sharing.grade;
insert into sharing.grade_correction (
    sequence, publication_id, rulebook_id, subject_key, facet, cause, record_key, evidence_number, has_other_causes
)
select sequence, 1, rulebook_id, subject_key, facet, 'repair', 'k', '修1', false from sharing.grade_change;
insert into sharing.roll_back values (1, 1, '误发', '张三');
"""


def add(connection: psycopg.Connection[Any], table: str, **row: object) -> None:
    """One row of a thematic table; what is not named keeps its default."""
    names, places = ", ".join(row), ", ".join(["%s"] * len(row))
    connection.execute(f"insert into {table} ({names}) values ({places})", list(row.values()))


def record(key: str, **said: object) -> dict[str, object]:
    """A record as evidence of a grade."""
    return {"record_key": key, "points": -1, "batch_id": 1, "row_number": 1} | said


def release(
    connection: psycopg.Connection[Any],
    as_of: date,
    grades: list[Grade],
    evidence: dict[str, list[dict[str, object]]],
    *changes: str,
) -> Publication:
    """Publish grades whose penalty line was made with these records (subject → records; default none)."""
    set_candidates(connection, as_of, grades)
    connection.execute("update candidate.contribution set records = '[]'")
    for subject, records in evidence.items():
        connection.execute(
            "update candidate.contribution set records = %s where subject_key = %s", (Jsonb(records), subject)
        )
    for change in changes:
        connection.execute(change)
    return publish(connection, verified_run(connection, as_of))
