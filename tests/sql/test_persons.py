"""An identity number planted in a feed is found nowhere, whatever becomes of its row; a key can be changed."""

import logging
import os
import re
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from credit_grading import paths
from credit_grading.evaluation.run import open_run
from credit_grading.gate.data_docs import build_data_docs
from credit_grading.gate.run import run_gate
from credit_grading.landing.person_keys import FORMER_VARIABLE, VARIABLE
from credit_grading.landing.persons import person_key
from credit_grading.rulebook.load import load_rulebooks
from tests.sql.landed import build_thematic, prepare_seeds, reasons_of, rows_of, stage
from tests.sql.planted import (
    EXPERTS,
    FIRM_MARK,
    KEY,
    MARK,
    MISTYPED,
    NAME,
    NUMBER,
    PENALTIES,
    REVIEWS,
    plant,
    receive,
)
from tests.unit.landing_support import csv_text, department, write

NEXT_KEY, LAST_KEY = "the next key", "the last key"
SECRETS = (NUMBER, NUMBER.lower(), NUMBER[:17], MISTYPED, NAME, KEY)


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


def files_with(folder: Path, text: str) -> list[str]:
    """Every file below a folder that holds the text, or is called so."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [str(file) for file in files if text.encode() in file.read_bytes() or text in file.name]


@pytest.fixture
def feeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path / "feeds"))
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(tmp_path / "state"))
    monkeypatch.setenv(VARIABLE, KEY)
    plant(tmp_path / "feeds")
    return tmp_path / "feeds"


@pytest.fixture
def source(cluster) -> str:
    """Address of a department's database whose view fails with the person's data in the server's own words."""
    name = "planted_source"
    cluster.create_database(name)
    with psycopg.connect(cluster.url(name), autocommit=True) as connection:
        columns = ", ".join(f"'x' as \"{heading}\"" for heading in ["身份证号", *PENALTIES[:6]])
        fails = f"cast('{NAME} {NUMBER}' || random()::text as date) as \"入库日期\""
        connection.execute(f"create view bad as select {columns}, {fails}".encode())
    yield cluster.url(name, "postgresql+psycopg")
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())


def test_no_identity_number_is_anywhere(
    warehouse: psycopg.Connection, feeds: Path, source: str, caplog: pytest.LogCaptureFixture, capfd
) -> None:
    caplog.set_level(logging.INFO)
    prepare_seeds(warehouse)
    table = {"kind": "sql", "connection": "theirs", "table": "bad"}
    lines = {"kind": "json_lines"}
    received = {
        folder: receive(warehouse, contract_id, folder, options, source)
        for contract_id, folder, options in (
            ("procurement_expert", "experts", None), ("expert_review", "reviews", None),
            ("procurement_expert", "headless", None), ("procurement_expert", "expert_table", table),
            ("expert_review", "reviews_json", lines | {"location": "feeds://reviews_json/*"}),
            ("administrative_penalty", "penalties", None), ("administrative_penalty", "penalty_table", table),
            ("administrative_penalty", "penalties_json", lines | {"location": "feeds://penalties_json/*"}),
        )
    }  # fmt: skip
    outcomes = {folder: outcome.outcome for folder, (outcome, _) in received.items()}
    assert {folder for folder, outcome in outcomes.items() if outcome == "loaded"} == {
        "experts", "reviews", "reviews_json", "penalties", "penalties_json"
    }  # fmt: skip
    assert outcomes["headless"] == "wrong_header"
    assert outcomes["expert_table"] == outcomes["penalty_table"] == "source_unreachable"
    assert "invalid input syntax for type date" in received["expert_table"][1]
    build_thematic()
    load_rulebooks(warehouse)
    run_id = open_run(warehouse, rows_of(warehouse, "select current_date")[0][0])
    verdict = run_gate(warehouse, "staging", run_id, departments=[department()])
    assert verdict.checks_executed > 0
    pages = build_data_docs(run_id, warehouse).parent
    said = "\n".join([text for _, text in received.values()]) + caplog.text + "".join(capfd.readouterr())

    # the search finds what is there, on every stop of the way
    assert set(tables_with(warehouse, MARK)) >= {
        "landing.procurement_expert", "staging.procurement_expert", "thematic_procurement.expert",
        "thematic.credit_record",
    }  # fmt: skip
    assert set(tables_with(warehouse, FIRM_MARK)) >= {"landing.administrative_penalty", "quarantine.rejected_row"}
    assert files_with(pages, "subject_key_form")
    assert "market_regulation/experts" in said
    for secret in SECRETS:
        assert tables_with(warehouse, secret) == []
        assert files_with(Path(os.environ["CREDIT_GRADING_STATE"]), secret) == []
        assert secret not in said

    key = person_key(NUMBER, KEY)
    spine = (
        "select catalogue_item_id, points_counted from thematic.credit_record"
        " where subject_key = %s and known_until is null order by 1"
    )
    assert rows_of(warehouse, spine, key) == [
        ("expert_review", 92.5), ("expert_review", 92.5), ("procurement_expert_registered", None)
    ]  # fmt: skip
    rejected = reasons_of(warehouse, "procurement_expert")
    assert rejected[2] == [("person_id_form", "person_key", person_key(MISTYPED, KEY))]
    assert rejected[3] == [("not_a_date", "listed_on", "没有日期")]
    assert {number: reasons[0][0] for number, reasons in rejected.items() if number > 3} == dict.fromkeys(
        (4, 5, 6), "missing_key"
    )
    # two files whose names differ in their number only are still two
    windows = "select count(distinct window_key) from landing.batch where contract_id = 'procurement_expert'"
    assert rows_of(warehouse, windows) == [(2,)]


EXPERT = [NUMBER, NAME, "专1", MARK, "2025-01-02", ""]
OTHER = ["110105194912310038", "张三", "专2", "土建", "2025-01-02", ""]
SPINE = "select catalogue_item_id, subject_key from thematic.credit_record where known_until is null order by 1, 2"


def review(number: str, identity: str) -> list[str]:
    return [number, identity, NAME, "项1", "采购人", "92.5", "2025-01-02", ""]


def change_key(monkeypatch: pytest.MonkeyPatch, key: str, former: str | None = None) -> None:
    monkeypatch.setenv(VARIABLE, key)
    if former:
        monkeypatch.setenv(FORMER_VARIABLE, former)
    else:
        monkeypatch.delenv(FORMER_VARIABLE, raising=False)


def test_a_change_of_the_key_keeps_everybody_who_they_were(
    warehouse: psycopg.Connection, feeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_seeds(warehouse)
    write(feeds / "rota", "a.csv", csv_text([EXPERT, OTHER], EXPERTS))
    write(feeds / "rota_reviews", "a.csv", csv_text([review("评1", NUMBER), review("评2", OTHER[0])], REVIEWS))
    receive(warehouse, "procurement_expert", "rota")
    receive(warehouse, "expert_review", "rota_reviews")
    # the file of the register is received again without being sent again; reviews only as new ones come
    for key, former in ((NEXT_KEY, KEY), (LAST_KEY, NEXT_KEY)):
        change_key(monkeypatch, key, former)
        assert receive(warehouse, "procurement_expert", "rota")[0].outcome == "loaded"
        assert receive(warehouse, "procurement_expert", "rota")[0].outcome == "nothing_new"
    change_key(monkeypatch, LAST_KEY)
    write(feeds / "rota_reviews", "b.csv", csv_text([review("评3", NUMBER)], REVIEWS))
    receive(warehouse, "expert_review", "rota_reviews")
    build_thematic()

    first, second = person_key(NUMBER, LAST_KEY), person_key(OTHER[0], LAST_KEY)
    assert rows_of(warehouse, SPINE) == sorted([
        ("expert_review", first), ("expert_review", first), ("expert_review", second),
        ("procurement_expert_registered", first), ("procurement_expert_registered", second),
    ])  # fmt: skip
    former = rows_of(
        warehouse,
        "select resolved_to, resolution_reason from thematic.subject where subject_key in (%s, %s)",
        person_key(NUMBER, KEY),
        person_key(NUMBER, NEXT_KEY),
    )
    assert former == [(first, "person_key_succession")] * 2
    # a rebuild from landing gives the same
    content = "select md5(string_agg(r::text, ',' order by record_id)) from thematic.credit_record as r"
    before = rows_of(warehouse, content)
    stage("procurement_expert", "expert_review", full_refresh=True)
    build_thematic()
    assert rows_of(warehouse, content) == before


def test_the_documented_forgetting_makes_new_persons(
    warehouse: psycopg.Connection, feeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_seeds(warehouse)
    write(feeds / "rota", "a.csv", csv_text([EXPERT], EXPERTS))
    receive(warehouse, "procurement_expert", "rota")
    build_thematic()
    page = (paths.home() / "docs" / "platform_engineers.md").read_text(encoding="utf-8")
    statements = re.search(r"```sql\n( +begin;.+?)```", page, re.DOTALL)[1]
    assert "'procurement_expert'" in statements

    monkeypatch.setenv(VARIABLE, NEXT_KEY)
    assert receive(warehouse, "procurement_expert", "rota")[0].outcome == "person_key_changed"
    warehouse.execute(statements.encode())
    assert receive(warehouse, "procurement_expert", "rota")[0].outcome == "loaded"
    build_thematic()
    assert tables_with(warehouse, person_key(NUMBER, KEY)) == []
    known = "select subject_key from thematic.subject where subject_kind = 'person'"
    assert rows_of(warehouse, known) == [(person_key(NUMBER, NEXT_KEY),)]
