"""Databases as sources: MariaDB and Postgres, snapshots and cursors, and what happens when they do not answer."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import psycopg
import pytest
import sqlalchemy

from credit_grading.contract.load import load_contract
from credit_grading.department.model import Assertions
from credit_grading.landing.problem import FeedOutcome, FeedProblem
from credit_grading.landing.receive import receive_feed
from tests.mariadb import mariadb_database
from tests.unit.landing_support import attempts, count, department, feed

TABLE = "landing.bidding_bad_behaviour"


@pytest.fixture
def mariadb() -> Iterator[sqlalchemy.Engine]:
    """A department's own MariaDB database."""
    with mariadb_database("utf8mb4") as address:
        engine = sqlalchemy.create_engine(f"{address}?charset=utf8mb4")
        yield engine
        engine.dispose()


@pytest.fixture
def postgres(cluster) -> Iterator[sqlalchemy.Engine]:
    """A department's own Postgres database."""
    cluster.create_database("department_source")
    engine = sqlalchemy.create_engine(cluster.url("department_source", "postgresql+psycopg"))
    yield engine
    engine.dispose()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("drop database department_source with (force)")


@pytest.fixture(params=["mariadb", "postgres"])
def engine(request: pytest.FixtureRequest) -> sqlalchemy.Engine:
    return request.getfixturevalue(request.param)


def headings() -> list[str]:
    """Headings of every column of the contract that must be there, in its order."""
    return [column.name for column in load_contract("bidding_bad_behaviour").columns if column.header_required]


def create(engine: sqlalchemy.Engine) -> None:
    columns = ", ".join(f"{name} varchar(200)" for name in headings())
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(
            f"create table behaviour (id integer primary key, {columns}, amount decimal(18,6), closed_on date,"
            " updated_at timestamp(6) null, touched_at timestamp(6) null)"
        ))  # fmt: skip


def put(engine: sqlalchemy.Engine, number: int, updated_at: datetime | None, text: str = "文本") -> None:
    names = headings()
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("delete from behaviour where id = :id"), {"id": number})
        connection.execute(
            sqlalchemy.text(
                f"insert into behaviour (id, {', '.join(names)}, amount, closed_on, updated_at, touched_at)"
                f" values (:id, {', '.join(':' + name for name in names)}, :amount, :closed_on, :updated_at,"
                " :updated_at)"
            ),
            {name: f"{text}{number}" for name in names}
            | {"id": number, "amount": Decimal("0.200000"), "closed_on": "2025-03-04", "updated_at": updated_at},
        )


def receive(
    warehouse: psycopg.Connection, engine: sqlalchemy.Engine, cursor: str | None = None, **changes
) -> FeedOutcome:
    source = {"kind": "sql", "connection": "department_source", "table": "behaviour", "cursor": cursor}
    one = feed(id="behaviour", contract_id="bidding_bad_behaviour", source=source, **changes)
    url = engine.url.render_as_string(hide_password=False)
    return receive_feed(warehouse, department(one), one, open_connection={"department_source": url}.__getitem__)


def test_a_snapshot_lands_once_and_again_only_when_it_changed(warehouse, engine):
    create(engine)
    for number in range(1, 4):
        put(engine, number, datetime(2025, 1, number, 8))
    first = receive(warehouse, engine)
    assert (first.outcome, first.rows) == ("loaded", 3)
    assert receive(warehouse, engine).outcome == "nothing_new"
    assert count(warehouse, TABLE) == 3
    put(engine, 2, datetime(2025, 1, 2, 8), text="改正")
    assert receive(warehouse, engine).rows == 3
    batches = warehouse.execute("select window_key, source_name, row_count from landing.batch").fetchall()
    assert batches == [("snapshot", "department_source:behaviour", 3)] * 2


def test_values_arrive_as_canonical_text(warehouse, engine):
    create(engine)
    put(engine, 1, datetime(2025, 1, 1, 8, 30, 15, 250000))
    receive(warehouse, engine)
    row = warehouse.execute(f"select extra_columns - 'id', updated_at from {TABLE}").fetchone()
    extra = {"amount": "0.200000", "closed_on": "2025-03-04", "touched_at": "2025-01-01T08:30:15.250000"}
    assert row == (extra, "2025-01-01T08:30:15.250000")


@pytest.mark.parametrize("cursor", ["updated_at", "touched_at"], ids=["in_contract", "not_in_contract"])
def test_a_cursor_reads_only_what_is_new_and_loses_no_late_row_of_the_same_moment(warehouse, engine, cursor):
    create(engine)
    for number in range(1, 4):
        put(engine, number, datetime(2025, 1, number, 8))
    put(engine, 4, None)
    assert receive(warehouse, engine, cursor).rows == 4
    assert receive(warehouse, engine, cursor).outcome == "nothing_new"
    put(engine, 5, datetime(2025, 1, 3, 8))
    put(engine, 6, datetime(2025, 1, 4, 8))
    put(engine, 7, None)
    third = receive(warehouse, engine, cursor, assertions=Assertions(minimum_rows=4))
    assert third.rows == 3
    assert receive(warehouse, engine, cursor).outcome == "nothing_new"
    assert count(warehouse, TABLE) == 7
    windows = [found[0] for found in warehouse.execute("select window_key from landing.batch order by batch_id")]
    assert windows == [f"{cursor}:..2025-01-03T08:00:00", f"{cursor}:2025-01-03T08:00:00..2025-01-04T08:00:00"]


def test_a_cursor_column_that_is_not_there_is_a_wrong_header(warehouse, engine):
    create(engine)
    with pytest.raises(FeedProblem, match="department_source:behaviour 列 changed_at: 表 behaviour 没有增量列"):
        receive(warehouse, engine, "changed_at")


def test_an_empty_table_is_an_empty_feed(warehouse, engine):
    create(engine)
    with pytest.raises(FeedProblem, match="market_regulation/behaviour: empty_feed"):
        receive(warehouse, engine)


def test_a_missing_table_is_named(warehouse, engine):
    with pytest.raises(FeedProblem, match=r"department_source:behaviour: .*没有该表"):
        receive(warehouse, engine)


def unreachable(warehouse: psycopg.Connection, open_connection) -> str:
    source = {"kind": "sql", "connection": "department_source", "table": "behaviour"}
    one = feed(id="behaviour", contract_id="bidding_bad_behaviour", source=source)
    with pytest.raises(FeedProblem) as caught:
        receive_feed(warehouse, department(one), one, open_connection=open_connection)
    outcome, _, _, problems = attempts(warehouse)[-1]
    assert outcome == "source_unreachable"
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    return " ".join([*(str(error) for error in chain), *(str(problem) for problem in problems)])


@pytest.mark.parametrize("driver", ["mysql+pymysql", "postgresql+psycopg"])
def test_an_unreachable_database_is_named_and_its_password_is_not(warehouse, driver):
    message = unreachable(warehouse, lambda _: f"{driver}://clerk:s%40cret@127.0.0.1:1/department")
    assert "market_regulation/behaviour 文件 department_source:behaviour: 数据库" in message
    assert "127.0.0.1" in message
    assert "s%40cret" not in message
    assert "s@cret" not in message


def test_a_wrong_password_is_not_shown(warehouse, mariadb):
    message = unreachable(warehouse, lambda _: "mysql+pymysql://nobody_here:s3cret@127.0.0.1:3306/x")
    assert "denied" in message
    assert "s3cret" not in message


@pytest.mark.parametrize("url", ["not a url s3cret", "nosuchdialect://a:s3cret@h/d"])
def test_a_connection_that_is_no_database_is_named(warehouse, url):
    message = unreachable(warehouse, lambda _: url)
    assert "department_source" in message
    assert "s3cret" not in message


def test_an_unknown_connection_is_named(warehouse):
    assert "连接 department_source 不可用" in unreachable(warehouse, {}.__getitem__)
