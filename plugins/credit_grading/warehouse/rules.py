"""Fill the tables of rules that officials keep as CSV files beside this module."""

import csv
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

# Table of schema supervision → file with a column for each of the table's. Not dbt seeds, as for holidays.
RULE_TABLES = {table: Path(__file__).parent / f"{table}.csv" for table in ("publicity_rule", "retention_rule")}


def load_rules(connection: psycopg.Connection) -> None:
    """Make each table of rules say what its file says, in the caller's transaction; rows that agree are not touched."""
    for name, file in RULE_TABLES.items():
        with file.open(encoding="utf-8", newline="") as lines:
            # an empty cell means nothing
            rows = [{column: cell or None for column, cell in row.items()} for row in csv.DictReader(lines)]
        parts = {"table": sql.Identifier("supervision", name)}
        connection.execute(
            sql.SQL(
                "delete from {table} as held where not exists (select from"
                " jsonb_populate_recordset(null::{table}, %s) as listed where listed is not distinct from held)"
            ).format(**parts),
            (Jsonb(rows),),
        )
        connection.execute(
            sql.SQL(
                "insert into {table} select listed.* from jsonb_populate_recordset(null::{table}, %s) as listed"
                " where not exists (select from {table} as held where held is not distinct from listed)"
            ).format(**parts),
            (Jsonb(rows),),
        )
