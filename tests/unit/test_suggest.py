"""`credit-grading feed suggest`: what a known history must propose, and that the text can be pasted into the file."""

from argparse import Namespace
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
import yaml

from credit_grading.cli import main
from credit_grading.contract.load import load_contract
from credit_grading.department.load import load_departments
from credit_grading.department.model import Assertions
from credit_grading.suggestion import command
from credit_grading.suggestion.propose import Proposal, suggest
from tests.unit.landing_support import department, feed

FILE = """\
id: market_regulation
title: {zh: 市市场监督管理局, en: Market Regulation}
owner: data
maintainers: [someone@example.org]
legal_basis: [依据]
roll_out_batch: improve
schedule: null
reads: [all]
feeds:
  - id: penalties
    contract: administrative_penalty
    title: {zh: 行政处罚, en: Penalties}
    source: {kind: csv, location: "feeds://penalties/*.csv"}
    legal_basis: 依据
    cadence: monthly
    grace_days: 35
    assertions: {minimum_rows: 1, maximum_rows: 300, rejected_share_percent: 5}
"""


def deliver(
    warehouse, day: date, rows: int, *, rejected: int = 0, filled: dict[str, int] | None = None, **batch
) -> int:
    """One delivery at noon of a city day, staged; `filled` counts values per column."""
    values = {"window": day.isoformat(), "follows": None} | batch
    [batch_id] = warehouse.execute(
        "insert into landing.batch (contract_id, department_id, feed_id, window_key, content_hash, source_name,"
        " row_count, follows_batch_id, known_from) values ('administrative_penalty', 'market_regulation', 'penalties',"
        " %s, gen_random_uuid()::text, 'f.csv', %s, %s, %s::timestamp at time zone 'Asia/Shanghai') returning batch_id",
        (values["window"], rows, values["follows"], f"{day} 12:00"),
    ).fetchone()
    warehouse.execute(
        "insert into staging.staged_batch (contract_id, batch_id, landed, accepted, quarantined)"
        " values ('administrative_penalty', %s, %s, %s, %s)",
        (batch_id, rows, rows - rejected, rejected),
    )
    for column, count in (filled or {}).items():
        warehouse.execute(
            "insert into staging.batch_fill values ('administrative_penalty', %s, %s, %s)", (batch_id, column, count)
        )
    return int(batch_id)


def proposals(warehouse, **changes) -> dict[str, Proposal]:
    one = feed(**({"cadence": "monthly", "assertions": Assertions(1, 300, 5.0)} | changes))
    found = suggest(warehouse, department(one), one, load_contract("administrative_penalty"))
    return {proposal.key: proposal for proposal in found.proposals}


@pytest.fixture
def monthly(warehouse: psycopg.Connection) -> psycopg.Connection:
    """Six months, usually on the 10th; one came two working days late, one was mostly rubbish, one was sent again."""
    for month, day, rows, rejected in (
        (1, 12, 100, 1),
        (2, 10, 120, 0),
        (3, 10, 110, 2),
        (4, 10, 90, 0),
        (5, 12, 200, 1),
    ):
        filled = {"fine_amount": rows - 10, "penalty_valid_until": rows // 4, "decision_number": rows}
        deliver(warehouse, date(2026, month, day), rows, rejected=rejected, filled=filled)
    first = deliver(warehouse, date(2026, 6, 10), 5, filled={"fine_amount": 0}, window="june")
    deliver(warehouse, date(2026, 6, 25), 100, filled={"fine_amount": 95}, window="june", follows=first)
    deliver(warehouse, date(2026, 7, 10), 1000, rejected=900, filled={"fine_amount": 0})
    return warehouse


def test_bounds_follow_the_healthy_deliveries(monthly):
    found = proposals(monthly)
    # 90 is the smallest, 200 the largest; neither the rubbish nor the delivery that was sent again counts
    assert (found["minimum_rows"].current, found["minimum_rows"].proposed) == (1, 72)
    assert (found["maximum_rows"].current, found["maximum_rows"].proposed) == (300, 400)
    assert "6 次正常报送：最小 90、中位 100、最大 200 行" in found["minimum_rows"].reason
    # 2 of 110 is the largest share: 1.82 %, twice is 3.64
    assert found["rejected_share_percent"].proposed == 4
    assert "最大 1.82%" in found["rejected_share_percent"].reason


def test_fill_rates_are_proposed_for_columns_that_tell(monthly):
    found = proposals(monthly)["filled_percent"]
    # 80 of 90 is the smallest; a required column and one that is often empty say nothing
    assert found.proposed == {"fine_amount": 80}
    assert "fine_amount 88.9 / 90.9 / 95.0" in found.reason


def test_the_due_day_is_the_usual_one_and_the_grace_what_was_needed(monthly):
    found = proposals(monthly)["due"]
    assert found.current == "grace_days 0"
    # 12 January is a Monday after the 10th, a Saturday; 12 May comes two working days after Sunday the 10th moved to 11
    assert found.proposed == {"day_of_month": 10, "grace_working_days": 1}


@pytest.mark.parametrize(
    ("cadence", "days", "expected"),
    [
        ("weekly", [date(2026, 3, 4) + timedelta(weeks=n) for n in range(6)], {"weekday": "wednesday"}),
        ("daily", [date(2026, 3, 2) + timedelta(days=n) for n in (0, 1, 2, 4, 7)], {"every": "working_day"}),
        (
            "quarterly",
            [date(2024, 10, 15), date(2025, 1, 15), date(2025, 4, 15), date(2025, 7, 15), date(2025, 10, 15)],
            {"day_of_month": 15, "months": [1, 4, 7, 10]},
        ),
        ("yearly", [date(year, 3, 20) for year in range(2021, 2026)], {"day_of_month": 20, "months": [3]}),
    ],
)
def test_every_cadence_has_its_rule(warehouse, cadence, days, expected):
    for day in days:
        deliver(warehouse, day, 10)
    found = proposals(warehouse, cadence=cadence)["due"].proposed
    grace = found.pop("grace_working_days")
    assert found == expected
    # the daily feed skipped Thursday the 5th
    assert grace == (1 if cadence == "daily" else 0)


def test_too_little_history_says_so_and_proposes_nothing(warehouse):
    for day in range(1, 5):
        deliver(warehouse, date(2026, day, 10), 10)
    found = proposals(warehouse)
    assert {proposal.proposed for proposal in found.values()} == {None}
    assert "历史不足：4 次，至少需要 5 次（not enough history: 4 of 5）" in found["minimum_rows"].reason
    assert "历史不足：0 次" in found["filled_percent"].reason
    assert "历史不足：4 次" in found["due"].reason


def test_no_minimum_for_increments_and_no_due_day_for_the_irregular(monthly):
    source = {"kind": "sql", "connection": "c", "table": "t", "cursor": "updated_at"}
    found = proposals(monthly, source=source, cadence="irregular")
    assert found["minimum_rows"].proposed is None
    assert "按游标增量读取" in found["minimum_rows"].reason
    assert found["maximum_rows"].proposed == 400
    assert "不定期报送" in found["due"].reason


def test_the_text_can_be_pasted_into_the_file(monthly, tmp_path: Path, monkeypatch, capsys):
    folder = tmp_path / "departments"
    folder.mkdir()
    file = folder / "market_regulation.yml"
    file.write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("CREDIT_GRADING_DEPARTMENTS", str(folder))
    before = monthly.execute("select count(*) from landing.feed_attempt").fetchone()
    assert main(["feed", "suggest", "--department", "market_regulation", "--feed", "penalties"]) == 0
    text = capsys.readouterr().out
    for line in (
        "# - minimum_rows: 1", "# + minimum_rows: 72", "# - maximum_rows: 300", "# + maximum_rows: 400",
        "# - due: grace_days 35", "# + due: {day_of_month: 10, grace_working_days: 1}",
    ):  # fmt: skip
        assert line in text.splitlines()
    assert file.read_text(encoding="utf-8") == FILE
    assert monthly.execute("select count(*) from landing.feed_attempt").fetchone() == before
    kept = [line for line in FILE.splitlines() if "grace_days" not in line and "assertions" not in line]
    file.write_text("\n".join([*kept, text]), encoding="utf-8")
    [loaded] = load_departments(folder)
    assert loaded.feed("penalties").due == {"day_of_month": 10, "grace_working_days": 1}
    assert loaded.feed("penalties").assertions == Assertions(72, 400, 4, {"fine_amount": 80})
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["feeds"][0]["id"] == "penalties"


def test_an_unknown_feed_is_named(warehouse):
    with pytest.raises(LookupError, match=r"没有这样的数据源.*finance/nothing"):
        command.run(warehouse, Namespace(department="finance", feed="nothing"))
