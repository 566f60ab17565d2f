"""An identity number planted in a feed is found nowhere in the warehouse, whatever becomes of its row."""

import re
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from credit_grading import paths
from credit_grading.department.model import Feed
from credit_grading.landing.persons import VARIABLE, person_key
from credit_grading.landing.receive import receive_feed
from tests.sql.landed import build_thematic, prepare_seeds, reasons_of, rows_of
from tests.unit.landing_support import csv_text, department, feed, no_connection, write

NUMBER = "11010519491231002X"
MISTYPED = "11010519491331002X"
NAME = "诸葛孔明"
KEY = "the key of this test"
EXPERTS = ["身份证号", "专家姓名", "专家编号", "评审专业", "入库日期", "推荐人"]
REVIEWS = ["评价编号", "证件号码", "姓名", "项目编号", "评价方", "得分", "评价日期", "评价意见"]
MARK = "土建0815"


def tables_with(connection: psycopg.Connection, text: str) -> list[str]:
    """Every table and view of the warehouse in which a row holds the text, in whatever column."""
    tables = connection.execute(
        b"select table_schema, table_name from information_schema.tables"
        b" where table_schema not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    assert len(tables) > 80
    found = []
    for schema, table in tables:
        query = sql.SQL("select 1 from {} as held where position({} in to_jsonb(held)::text) > 0 limit 1").format(
            sql.Identifier(schema, table), sql.Literal(text)
        )
        if connection.execute(query).fetchone():
            found.append(f"{schema}.{table}")
    return found


def receive(connection: psycopg.Connection, contract_id: str, folder: str) -> str:
    one: Feed = feed(id=folder, contract_id=contract_id, source={"kind": "csv", "location": f"feeds://{folder}/*.csv"})
    return receive_feed(connection, department(one), one, open_connection=no_connection).outcome


@pytest.fixture
def feeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    monkeypatch.setenv(VARIABLE, KEY)
    expert = [NUMBER, NAME, "专1", MARK, "2025-01-02", f"{NAME} {NUMBER}"]
    rows = [
        expert,
        [MISTYPED, NAME, "专2", f"土建 {NUMBER}", "2025-01-02", ""],
        [NUMBER, NAME, "专3", "土建", "没有日期", ""],
        [*expert, NUMBER],
        expert[:2],
    ]
    write(tmp_path / "experts", "a.csv", csv_text(rows, EXPERTS) + f'"{NUMBER},{NAME}\n')
    review = ["评1", NUMBER.lower(), NAME, "项1", "采购人", "92.5", "2025-01-02", f"专家 {NUMBER}"]
    write(tmp_path / "reviews", "a.csv", csv_text([review], REVIEWS))
    return tmp_path


def test_no_identity_number_is_anywhere_in_the_warehouse(warehouse: psycopg.Connection, feeds: Path) -> None:
    prepare_seeds(warehouse)
    for contract_id, folder in (("procurement_expert", "experts"), ("expert_review", "reviews")):
        receive(warehouse, contract_id, folder)
    build_thematic()

    # the search finds what is there, on every stop of the way
    assert set(tables_with(warehouse, MARK)) >= {
        "landing.procurement_expert", "staging.procurement_expert", "thematic_procurement.expert",
        "thematic.credit_record",
    }  # fmt: skip
    for secret in (NUMBER, NUMBER.lower(), NUMBER[:17], MISTYPED, NAME, KEY):
        assert tables_with(warehouse, secret) == []

    key = person_key(NUMBER, KEY)
    spine = "select catalogue_item_id, points_counted from thematic.credit_record where subject_key = %s order by 1"
    assert rows_of(warehouse, spine, key) == [("expert_review", 92.5), ("procurement_expert_registered", None)]
    rejected = reasons_of(warehouse, "procurement_expert")
    assert rejected[2] == [("person_id_form", "person_key", person_key(MISTYPED, KEY))]
    assert rejected[3] == [("not_a_date", "listed_on", "没有日期")]
    assert {number: reasons[0][0] for number, reasons in rejected.items() if number > 3} == dict.fromkeys(
        (4, 5, 6), "missing_key"
    )


def test_the_documented_change_of_the_key_makes_new_persons(
    warehouse: psycopg.Connection, feeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_seeds(warehouse)
    receive(warehouse, "procurement_expert", "experts")
    build_thematic()
    page = (paths.home() / "docs" / "platform_engineers.md").read_text(encoding="utf-8")
    statements = re.search(r"```sql\n( +begin;.+?)```", page, re.DOTALL)[1]
    assert "'procurement_expert'" in statements

    monkeypatch.setenv(VARIABLE, "the next key")
    assert receive(warehouse, "procurement_expert", "experts") == "nothing_new"
    warehouse.execute(statements.encode())
    assert receive(warehouse, "procurement_expert", "experts") == "loaded"
    build_thematic()
    assert tables_with(warehouse, person_key(NUMBER, KEY)) == []
    known = "select subject_key from thematic.subject where subject_kind = 'person'"
    assert rows_of(warehouse, known) == [(person_key(NUMBER, "the next key"),)]
