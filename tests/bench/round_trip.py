"""What both round trips share: reading the records from Postgres as Arrow, and writing the grades back.

Runs in the environment of requirements-bench.txt. Reading asks Postgres for the needed columns of the rows that a
filter on single columns leaves, over two connections at once, each for one half of the table's pages; of the ways
tried (connectorx, ADBC, COPY as CSV, each with one and with two connections) this was the fastest. Numbers with
decimals travel as exact decimals.
"""

import io
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import connectorx
import psycopg
import pyarrow
import pyarrow.csv

from tests.bench.memory import peak_mib

SQL = Path(__file__).parent / "sql"
CONNECTIONS = 2
WRITTEN_ROWS = 100_000


def read_records(url: str, as_of: str, knowledge_at: str) -> pyarrow.Table:
    """Records that a run knows and that have not ended on their own dates, as an Arrow table."""
    query = (SQL / "read_records.sql").read_text(encoding="utf-8")
    with psycopg.connect(url) as connection:
        pages = connection.execute(
            "select pg_relation_size('thematic.credit_record') / current_setting('block_size')::bigint + 1"
        ).fetchone()[0]
    step = pages // CONNECTIONS + 1
    halves = [
        query.format(as_of=as_of, knowledge_at=knowledge_at, first_page=step * part, last_page=step * (part + 1))
        for part in range(CONNECTIONS)
    ]
    # connectorx insists on a password; the bench's server asks for none
    return connectorx.read_sql(url.replace("@", ":unused@", 1), halves, return_type="arrow")


def write_grades(url: str, name: str, grades: pyarrow.Table) -> None:
    """Write the grades into the unlogged table ``bench.<name>``, over two connections at once.

    Columns are those of ``sql/hand_written.sql``, in its order. An older table of that name is replaced.
    """
    with psycopg.connect(url) as connection:
        connection.execute(f"drop table if exists bench.{name}")
        connection.execute(
            f"""
            create unlogged table bench.{name} (
                rulebook_id text collate "C", subject_key text collate "C", score numeric,
                grade text collate "C", city_grade text collate "C", grade_status text collate "C",
                gap_to_next_band numeric, next_change_on date
            )
            """
        )

    def write(part: pyarrow.Table) -> None:
        statement = f"copy bench.{name} from stdin (format csv)"
        with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(statement) as copy:
            for batch in part.to_batches(WRITTEN_ROWS):
                text = io.BytesIO()
                pyarrow.csv.write_csv(batch, text, pyarrow.csv.WriteOptions(include_header=False))
                copy.write(text.getvalue())

    half = grades.num_rows // CONNECTIONS + 1
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(write, [grades.slice(half * part, half) for part in range(CONNECTIONS)]))


def main(name: str, compute: Callable[[pyarrow.Table, str], pyarrow.Table]) -> None:
    """Read, compute, write back; prints seconds and peak memory as one line of JSON.

    Arguments of the process: address of the warehouse, as-of date, moment of knowledge (with time zone).
    """
    url, as_of, knowledge_at = sys.argv[1:4]
    moments = [time.perf_counter()]
    records = read_records(url, as_of, knowledge_at)
    moments.append(time.perf_counter())
    grades = compute(records, as_of)
    moments.append(time.perf_counter())
    write_grades(url, name, grades)
    moments.append(time.perf_counter())
    seconds = {stage: moments[place + 1] - moments[place] for place, stage in enumerate(("read", "compute", "write"))}
    print(json.dumps({"seconds": seconds, "rows_read": records.num_rows, "peak_mib": peak_mib()}))
