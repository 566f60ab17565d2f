"""Compare receiving with a bare COPY of the same bytes: python -m tests.bench.landing <state folder> <rows> [kinds].

The same rows arrive as CSV, as JSON Lines and as a table of another database. Each is received as in production (header
mapping, row hash, content hash, ledger); the bytes of the CSV are also copied, without any of that, into a table of
the same columns and the same key. Every kind is received in a process of its own, so that its peak memory is its own.

Environment:
    ROUNDS  how often each is run (default 2); the fastest counts.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from credit_grading.department.model import Assertions, Department, Feed
from tests.bench.memory import peak_mib
from tests.bench.report import table
from tests.bench.server import start_server

DATABASE = "receiving"
CONTRACT = "administrative_penalty"
# heading → contract column; as many columns as a penalty's short form has
COLUMNS = {
    "行政处罚决定书文号": "decision_number",
    "行政相对人名称": "penalised_name",
    "行政相对人代码_1(统一社会信用代码)": "penalised_credit_code",
    "处罚类别": "penalty_kind",
    "处罚决定日期": "decided_on",
    "处罚机关": "penalty_authority",
}
KINDS = ("csv", "json_lines", "sql")
KEYED = (
    "create table bare (batch_id bigint not null default 1, row_number bigint generated always as identity,"
    " extra_columns jsonb, row_hash text collate \"C\" not null default '', {columns},"
    " primary key (batch_id, row_number))"
)


def rows(count: int) -> Iterator[list[str]]:
    """Penalties that differ in number, name, code and day."""
    for number in range(count):
        yield [
            f"渝市监处字〔2025〕第{number}号",
            f"重庆市第{number % 99991}建设工程有限公司",
            f"91500000{number % 1000000000:09d}X",
            "罚款",
            f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "重庆市市场监督管理局",
        ]


def make_files(folder: Path, count: int) -> None:
    """The same rows as CSV and as JSON Lines."""
    for kind in ("csv", "json_lines"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    with (
        (folder / "csv" / "a.csv").open("w", encoding="utf-8") as plain,
        (folder / "json_lines" / "a.jsonl").open("w", encoding="utf-8") as lines,
    ):
        plain.write(",".join(COLUMNS) + "\n")
        for row in rows(count):
            plain.write(",".join(row) + "\n")
            lines.write(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) + "\n")


def feed(kind: str) -> tuple[Department, Feed]:
    """A department with one feed of this kind."""
    sources = {
        "csv": {"kind": "csv", "location": "feeds://csv/*.csv"},
        "json_lines": {"kind": "json_lines", "location": "feeds://json_lines/*.jsonl"},
        "sql": {"kind": "sql", "connection": "other", "table": "source"},
    }
    one = Feed(
        id=kind, contract_id=CONTRACT, title_zh=kind, source=sources[kind], assertions=Assertions(minimum_rows=1)
    )
    department = Department(
        id="bench", title_zh="", title_en="", owner="", maintainers=[], legal_basis=[], batch="improve",
        schedule=None, reads=[], feeds=[one],
    )  # fmt: skip
    return department, one


def receive(url: str, kind: str) -> None:
    """In a process of its own: receive the feed once, print seconds, processor seconds and peak MiB as JSON."""
    from credit_grading.landing.receive import receive_feed

    department, one = feed(kind)
    address = url.replace("postgresql://", "postgresql+psycopg://")
    with psycopg.connect(url, autocommit=True) as connection:
        started = time.perf_counter()
        outcome = receive_feed(connection, department, one, open_connection=lambda _: address)
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "cpu": time.process_time(), "mib": peak_mib(), "rows": outcome.rows}))


def bare_copy(url: str, file: Path) -> float:
    """Seconds of the plainest client there is: blocks of the file into COPY."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(b"drop table if exists bare")
        columns = ", ".join(f'{name} text collate "C"' for name in COLUMNS.values())
        connection.execute(KEYED.format(columns=columns).encode())
        started = time.perf_counter()
        statement = f"copy bare ({', '.join(COLUMNS.values())}) from stdin with (format csv, header)"
        _send(connection, statement.encode(), file)
        return time.perf_counter() - started


def _send(connection: psycopg.Connection, statement: bytes, file: Path) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy, file.open("rb") as stream:
        while block := stream.read(1 << 18):
            copy.write(block)


def prepare(url: str, folder: Path, kinds: list[str]) -> None:
    """A prepared warehouse and, for the query, a table of the same rows."""
    from credit_grading.warehouse.prepare import prepare as prepare_warehouse

    with psycopg.connect(url, autocommit=True) as connection:
        prepare_warehouse(connection)
        connection.execute(b"drop table if exists source")
        if "sql" in kinds:
            columns = ", ".join(f'"{name}" text' for name in COLUMNS)
            connection.execute(f"create table source ({columns})".encode())
            _send(connection, b"copy source from stdin with (format csv, header)", folder / "csv" / "a.csv")


def measured(url: str, folder: Path, kind: str) -> dict[str, float]:
    """One feed, received into empty tables."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(b"truncate landing.batch, landing.feed_attempt cascade")
        connection.execute(f"drop table if exists landing.{CONTRACT}".encode())
    found = subprocess.run(
        [sys.executable, "-m", "tests.bench.landing", "receive", url, kind],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"CREDIT_GRADING_FEEDS": str(folder.resolve())},
    )
    result: dict[str, float] = json.loads(found.stdout)
    return result


def main() -> None:
    """Measure all kinds, print the table."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    kinds = sys.argv[3].split(",") if len(sys.argv) > 3 else list(KINDS)
    rounds = int(os.environ.get("ROUNDS", "2"))
    make_files(folder, count)
    server = start_server(folder / "cluster", [DATABASE])
    try:
        url = server.url(DATABASE)
        prepare(url, folder, kinds)
        file = folder / "csv" / "a.csv"
        bare = min(bare_copy(url, file) for _ in range(rounds))
        lines = [["bare COPY of the CSV", f"{count / bare:,.0f}", "1.00", "", ""]]
        for kind in kinds:
            best = min((measured(url, folder, kind) for _ in range(rounds)), key=lambda one: one["seconds"])
            assert best["rows"] == count
            ratio = bare / best["seconds"]
            lines.append([f"receive {kind}", f"{count / best['seconds']:,.0f}", f"{ratio:.2f}",
                          f"{best['cpu'] / count * 1e6:.2f}", f"{best['mib']:.0f}"])  # fmt: skip
    finally:
        server.stop()
    print(f"{count:,} rows, {file.stat().st_size / 1e6:,.0f} MB of CSV\n")
    print(table(["", "rows/s", "ratio to bare COPY", "Python µs/row", "peak MiB"], lines))


if __name__ == "__main__":
    receive(sys.argv[2], sys.argv[3]) if sys.argv[1] == "receive" else main()
