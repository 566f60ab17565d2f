"""Each department reads the rows of its own feeds that were sent back, and nobody else's: with real logins."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from credit_grading.sharing.roles import sync_roles
from credit_grading.warehouse.embedded import EmbeddedPostgres
from credit_grading.warehouse.prepare import prepare
from tests.sharing.releases import Department
from tests.sharing.test_roles import log_in

OFFICES = ("market_regulation", "finance")


def reject(owner: psycopg.Connection[Any], department_id: str, row: int, *codes: str) -> str:
    [(batch_id,)] = owner.execute(
        "insert into landing.batch (contract_id, department_id, feed_id, window_key, content_hash, source_name,"
        " row_count, known_from) values ('honour', %s, 'honours', %s, %s, '1.csv', 1, now() - interval '21 days')"
        " returning batch_id",
        (department_id, f"{department_id} {row}", f"{row}"),
    ).fetchall()
    reasons = [{"code": code, "column": "points", "value": "十"} for code in codes]
    owner.execute(
        "insert into quarantine.rejected_row (contract_id, batch_id, row_number, department_id, feed_id, source_name,"
        " reasons, received_row) values ('honour', %s, %s, %s, 'honours', '1.csv', %s, %s)",
        (batch_id, row, department_id, Jsonb(reasons), Jsonb({"points": "十", "whose": department_id})),
    )
    return f"Q{batch_id}-{row}"


@pytest.fixture
def offices(warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    warehouse.execute("delete from calendar.holiday")
    warehouse.execute(
        "insert into quarantine.rejection_reason values"
        " ('not_a_number', '不是数字', '只填数字'), ('x', '其他', '核对');"
        "insert into quarantine.column_heading values ('honour', 'points', '加分值')"
    )
    sync_roles(warehouse, [Department(name, []) for name in OFFICES])
    yield warehouse
    for name in OFFICES:
        warehouse.execute(f"drop owned by department_{name}; drop role department_{name}".encode())


def test_a_department_reads_its_own_rows_with_reason_advice_and_age(offices: psycopg.Connection[Any]) -> None:
    own = [reject(offices, "finance", 7, "not_a_number", "x"), reject(offices, "finance", 8, "unheard_of")]
    others = reject(offices, "market_regulation", 9, "x")
    with log_in(offices, "finance") as finance:
        told = finance.execute(
            "select reference, source_name, row_number, reason_number, column_zh, value, reason_zh, advice_zh, state,"
            " age_days, age_working_weeks, received_row ->> 'whose' from sharing.rejected_row order by 3, 4"
        ).fetchall()
    assert told == [
        (own[0], "1.csv", 7, 1, "加分值", "十", "不是数字", "只填数字", "open", 21, 3, "finance"),
        (own[0], "1.csv", 7, 2, "加分值", "十", "其他", "核对", "open", 21, 3, "finance"),
        (own[1], "1.csv", 8, 1, "加分值", "十", "unheard_of", None, "open", 21, 3, "finance"),
    ]
    with log_in(offices, "market_regulation") as market:
        assert market.execute("select distinct reference from sharing.rejected_row").fetchall() == [(others,)]


def test_weeks_of_holidays_do_not_make_a_row_older(offices: psycopg.Connection[Any]) -> None:
    reject(offices, "finance", 7, "x")
    offices.execute(
        "insert into calendar.holiday select extract(year from day), day, '假', false, '通知' from generate_series("
        " calendar.city_day(now()) - 20, calendar.city_day(now()) - 7, interval '1 day') as day"
        " on conflict (date) do update set is_working_day = false"
    )
    with log_in(offices, "finance") as finance:
        told = finance.execute("select age_days, age_working_weeks from sharing.rejected_row").fetchall()
    assert told == [(21, 1)]


def test_no_trick_shows_the_rows_of_others(offices: psycopg.Connection[Any]) -> None:
    reject(offices, "market_regulation", 1, "x")
    own = reject(offices, "finance", 2, "x")
    notices: list[str] = []
    with log_in(offices, "finance") as finance:
        finance.add_notice_handler(lambda diagnostic: notices.append(diagnostic.message_primary or ""))
        finance.execute(
            "create function pg_temp.peek(text) returns boolean language plpgsql cost 0.0000001"
            " as 'begin raise notice ''%'', $1; return true; end'"
        )
        finance.execute("select * from sharing.rejected_row where pg_temp.peek(reference)")
        finance.execute("create function pg_temp.current_department() returns text language sql as"
                        " $$ select 'market_regulation' $$; set search_path = pg_temp, sharing")  # fmt: skip
        assert finance.execute("select distinct reference from sharing.rejected_row").fetchall() == [(own,)]
        for table in ("quarantine.rejected_row", "quarantine.row_state", "quarantine.decision", "landing.batch",
                      "quality.quarantine_ageing"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                finance.execute(f"select * from {table}".encode())
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)):
            finance.execute("update sharing.rejected_row set state = 'cleared'")
    assert set(notices) == {own}


def test_the_owner_sees_all_and_a_stranger_with_a_grant_none(cluster: EmbeddedPostgres) -> None:
    """The pipeline's role is an ordinary user here, as on a server of its own."""
    with psycopg.connect(cluster.url(), autocommit=True) as superuser:
        superuser.execute("create role rejecting_pipeline login createrole; create role rejecting_stranger login")
        superuser.execute("create database of_rejecting_pipeline owner rejecting_pipeline template template0")
    address = {"host": "127.0.0.1", "port": cluster.port, "dbname": "of_rejecting_pipeline", "autocommit": True}
    try:
        with psycopg.connect(user="rejecting_pipeline", **address) as pipeline:
            prepare(pipeline)
            prepare(pipeline)
            sync_roles(pipeline, [Department("rejected_office", [])])
            for office in ("rejected_office", "finance"):
                reject(pipeline, office, 1, "x")
            count = "select count(*) from sharing.rejected_row"
            assert pipeline.execute(count).fetchone() == (2,)
            with log_in(pipeline, "rejected_office") as department:
                assert department.execute(count).fetchone() == (1,)
            pipeline.execute("grant usage on schema sharing to rejecting_stranger")
            pipeline.execute("grant select on all tables in schema sharing to rejecting_stranger")
        with psycopg.connect(user="rejecting_stranger", **address) as stranger:
            assert stranger.execute(count).fetchone() == (0,)
    finally:
        with psycopg.connect(cluster.url(), autocommit=True) as superuser:
            superuser.execute("drop database of_rejecting_pipeline with (force)")
            superuser.execute("drop role department_rejected_office, rejecting_stranger, rejecting_pipeline")
