"""Every kind of place landed for real: exactly once, and what is odd about it in the attempt."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from credit_grading.landing.problem import FeedOutcome, FeedProblem
from credit_grading.landing.receive import receive_feed
from credit_grading.sources import http
from credit_grading.sources.access import Access
from tests.unit.landing_support import (
    HEADER,
    attempts,
    count,
    csv_text,
    department,
    feed,
    no_connection,
    penalty,
    write,
)
from tests.unit.web_service import TOKEN, WebService, failing

TABLE = "landing.administrative_penalty"
API = {
    "kind": "http", "connection": "bureau", "path": "/api", "records": "data.list", "requests_per_second": 100,
    "paging": {"style": "page_number", "page_size": 3, "total": "data.total"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path / "feeds"))
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(http, "FIRST_WAIT_SECONDS", 0.001)
    return tmp_path / "feeds"


@pytest.fixture
def service() -> Iterator[WebService]:
    running = WebService([dict(zip(HEADER, penalty(number), strict=True)) for number in range(7)])
    yield running
    running.stop()


def receive(warehouse: psycopg.Connection, source: dict[str, Any], open_connection: Any = no_connection) -> FeedOutcome:
    one = feed(source=source)
    return receive_feed(warehouse, department(one), one, open_connection=open_connection)


def test_a_web_service_is_landed_exactly_once_over_a_break(warehouse, service, tmp_path):
    access = Access(service.url, {"headers": {"Authorization": f"Bearer {TOKEN}"}})
    for number in range(2, 2 + http.ATTEMPTS):
        service.faults[number] = failing(500)
    with pytest.raises(FeedProblem, match=r"bureau:/api: 第 2 页") as caught:
        receive(warehouse, API, lambda _: access)
    assert TOKEN not in str(caught.value) + str(attempts(warehouse))
    assert count(warehouse, TABLE) == 0
    before = len(service.asked)
    outcome = receive(warehouse, API, lambda _: access)
    assert (outcome.outcome, outcome.rows, len(service.asked) - before) == ("loaded", 7, 2)
    service.records.reverse()
    assert receive(warehouse, API, lambda _: access).outcome == "nothing_new"
    service.records[0] = service.records[0] | {"处罚类别": "警告"}
    assert receive(warehouse, API, lambda _: access).rows == 7
    assert (
        warehouse.execute("select window_key, source_name, row_count from landing.batch").fetchall()
        == [("snapshot", "bureau:/api", 7)] * 2
    )
    assert not list((tmp_path / "state" / "pages").rglob("*.gz"))


def test_pages_outlive_a_warehouse_that_fails(warehouse, service, tmp_path):
    access = Access(service.url)
    # the table exists from the first attempt on; then nothing can be written into it
    receive(warehouse, API, lambda _: access)
    service.records = service.records[:5]
    warehouse.execute("create function refuse() returns trigger language plpgsql as 'begin raise ''full''; end'")
    warehouse.execute(f"create trigger refuse before insert on {TABLE} execute function refuse()")
    with pytest.raises(psycopg.errors.RaiseException):
        receive(warehouse, API, lambda _: access)
    warehouse.execute(f"drop trigger refuse on {TABLE}")
    before = len(service.asked)
    assert receive(warehouse, API, lambda _: access).rows == 5
    assert len(service.asked) == before


def test_an_empty_web_service_is_an_empty_feed(warehouse, service):
    service.records = []
    with pytest.raises(FeedProblem, match="empty_feed"):
        receive(warehouse, API, lambda _: Access(service.url))


def test_parquet_is_landed_exactly_once(warehouse, folder):
    columns = dict(zip(HEADER, zip(*[penalty(number) for number in range(5)], strict=True), strict=True))
    (folder / "p").mkdir(parents=True)
    pq.write_table(pa.table({name: list(values) for name, values in columns.items()}), folder / "p" / "1.parquet")
    source = {"kind": "parquet", "location": "feeds://p/*.parquet"}
    assert receive(warehouse, source).rows == 5
    assert receive(warehouse, source).outcome == "nothing_new"
    write(folder, "p/1.parquet", (folder / "p" / "1.parquet").read_bytes()[:200])
    with pytest.raises(FeedProblem, match=r"unreadable_file(.|\n)*Parquet 文件损坏"):
        receive(warehouse, source)
    write(folder, "p/1.parquet", b"")
    with pytest.raises(FeedProblem, match="empty_feed"):
        receive(warehouse, source)


def test_a_new_date_in_the_title_is_no_new_batch(warehouse, folder):
    source = {"kind": "csv", "location": "feeds://p/*.csv"}
    for day in ("2025-01-01", "2025-01-02"):
        title = f"某局信息表；填报日期：{day}；填报人：110105194912310020\n"
        write(folder, "p/1.csv", title + csv_text([penalty(1), penalty(2)]))
        outcome = receive(warehouse, source)
    assert (outcome.outcome, count(warehouse, TABLE)) == ("nothing_new", 2)
    told = [problem["message"] for problem in attempts(warehouse)[0][3]]
    assert any("表头之上 1 行不是数据" in message and "2025-01-01" in message for message in told)
    assert "110105194912310020" not in str(told)


def test_a_total_is_landed_without_values_and_named_by_row(warehouse, folder):
    total = ["合计", "", "", "", "", ""]
    write(folder, "p/1.csv", csv_text([penalty(1), total]))
    outcome = receive(warehouse, {"kind": "csv", "location": "feeds://p/*.csv"})
    assert outcome.rows == 2
    [problem] = [problem for problem in outcome.problems if problem.level == "error"]
    assert (problem.row, "合计行不是记录" in problem.message) == (2, True)
    kept = warehouse.execute(f"select extra_columns ->> '_note' from {TABLE} order by row_number").fetchall()
    assert kept == [(None,), ("total_row",)]


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_other_delimiters_are_landed_alike(warehouse, folder, delimiter):
    text = "".join(delimiter.join(row) + "\n" for row in [HEADER, penalty(1), penalty(2)])
    write(folder, "p/1.csv", text, "gb18030")
    assert receive(warehouse, {"kind": "csv", "location": "feeds://p/*.csv"}).rows == 2
