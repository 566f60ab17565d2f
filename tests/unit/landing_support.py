"""Small feeds for the tests of landing: a department, a file, and what the warehouse holds afterwards."""

import csv
import io
from pathlib import Path

import psycopg

from credit_grading.department.model import Assertions, Department, Feed

HEADER = [
    "行政处罚决定书文号", "行政相对人名称", "行政相对人代码_1(统一社会信用代码)", "处罚类别",
    "处罚决定日期", "处罚机关",
]  # fmt: skip


def department(*feeds: Feed) -> Department:
    return Department(
        id="market_regulation", title_zh="市市场监督管理局", title_en="Market Regulation", owner="data",
        maintainers=["someone@example.org"], legal_basis=["依据"], batch="improve", schedule=None, reads=["all"],
        feeds=list(feeds),
    )  # fmt: skip


def feed(**changes) -> Feed:
    values = {
        "id": "penalties",
        "contract_id": "administrative_penalty",
        "title_zh": "行政处罚",
        "source": {"kind": "csv", "location": "feeds://penalties/*.csv"},
        "assertions": Assertions(minimum_rows=1, maximum_rows=1_000_000),
    }
    return Feed(**(values | changes))


def penalty(number: int, **changes: str) -> list[str]:
    row = dict(zip(HEADER, [
        f"渝市监处字〔2025〕第{number}号", "重庆测试建设有限公司", "9150000020286320X6", "罚款", "2025-03-04",
        "重庆市市场监督管理局",
    ], strict=True))  # fmt: skip
    return list((row | changes).values())


def csv_text(rows: list[list[str]], header: list[str] | None = None) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER if header is None else header)
    writer.writerows(rows)
    return text.getvalue()


def write(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return file


def no_connection(connection_id: str) -> str:
    raise AssertionError(f"no connection was to be opened: {connection_id}")


def count(warehouse: psycopg.Connection, table: str) -> int:
    found = warehouse.execute(f"select count(*) from {table}".encode()).fetchone()
    assert found is not None
    return int(found[0])


def attempts(warehouse: psycopg.Connection) -> list[tuple]:
    return warehouse.execute(
        "select outcome, batch_ids, rows_landed, problems from landing.feed_attempt order by attempt_id"
    ).fetchall()
