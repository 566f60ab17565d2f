"""What each operator does when things go well or badly, on a real warehouse."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from credit_grading.hooks.source import UnusableConnection, address_of
from credit_grading.operators.announce import AnnounceFeedOperator
from credit_grading.operators.evaluation_run import OpenRunOperator, RunNotOurs, run_of
from credit_grading.operators.receive import ReceiveFeedOperator
from credit_grading.operators.schedule import as_of_date, feed_asset
from credit_grading.platform.pending import pending_reason
from credit_grading.transform.layers import LAYERS, selection

HOME = Path(__file__).resolve().parents[2]


def context(run_id: str = "run", **params: Any) -> dict[str, Any]:
    due = datetime(2026, 6, 29, 20, 0, tzinfo=UTC)
    return {
        "run_id": run_id,
        "params": params,
        "dag_run": SimpleNamespace(run_after=due),
        "outlet_events": {feed_asset("finance", "honours"): SimpleNamespace(extra={})},
    }


@pytest.fixture
def feeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path / "feeds"))
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(tmp_path / "state"))
    folder = tmp_path / "feeds" / "finance" / "honour"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def honours(feeds: Path, tmp_path: Path) -> Path:
    """A good delivery, as the generated city writes it."""
    from credit_grading.city.generate import generate_city

    generate_city(tmp_path / "city", f"sqlite:///{tmp_path / 'source.db'}", firms=40)
    [file] = (tmp_path / "city" / "finance" / "honour").glob("*.jsonl")
    shutil.copy(file, feeds)
    return feeds / file.name


def receive(run_id: str = "run") -> dict[str, Any]:
    return ReceiveFeedOperator(task_id="receive", department_id="finance", feed_id="honours").execute(context(run_id))


def announce(given: dict[str, Any]) -> dict[str, Any]:
    return AnnounceFeedOperator(task_id="announce", department_id="finance", feed_id="honours").execute(given)


def test_what_was_landed_is_announced_once(warehouse: psycopg.Connection, honours: Path) -> None:
    landed = receive("first")
    assert landed["outcome"] == "loaded"
    assert landed["rows"] > 0
    given = context("first")
    announced = announce(given)
    assert announced == {"batches": landed["batches"], "rows": landed["rows"]}
    assert given["outlet_events"][feed_asset("finance", "honours")].extra == announced
    assert receive("second")["outcome"] == "nothing_new"
    with pytest.raises(AirflowSkipException, match="没有新数据"):
        announce(context("second"))


def test_a_receive_that_was_killed_after_its_commit_is_announced_by_its_repeat(
    warehouse: psycopg.Connection, honours: Path
) -> None:
    landed = receive("first")
    assert receive("first")["outcome"] == "nothing_new"
    assert announce(context("first"))["batches"] == landed["batches"]


def test_a_batch_that_lost_rows_is_not_announced(warehouse: psycopg.Connection, honours: Path) -> None:
    receive("first")
    warehouse.execute("delete from landing.honour where row_number = 1")
    with pytest.raises(AirflowFailException, match="the ledger says"):
        announce(context("first"))


def test_bad_content_fails_at_once(warehouse: psycopg.Connection, feeds: Path) -> None:
    (feeds / "2026-07-01.jsonl").write_bytes(b"")
    with pytest.raises(AirflowFailException, match="empty_feed") as failed:
        receive()
    assert "2026-07-01.jsonl" in str(failed.value)


def test_a_source_that_does_not_answer_is_tried_again(
    warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_DEVELOPMENT_AND_REFORM_SOURCE", "postgres://nobody@127.0.0.1:9/nowhere")
    operator = ReceiveFeedOperator(
        task_id="receive", department_id="development_and_reform", feed_id="bidding_bad_behaviour"
    )
    with pytest.raises(Exception, match="source_unreachable") as failed:
        operator.execute(context())
    assert not isinstance(failed.value, AirflowFailException)


def test_the_day_that_is_graded(feeds: Path, tmp_path: Path) -> None:
    # 20:00 UTC on the 29th is the 30th in the city
    assert as_of_date(context()) == date(2026, 6, 30)
    assert as_of_date(context(as_of="2025-12-31")) == date(2025, 12, 31)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "today").write_text("2026-01-02\n")
    assert as_of_date(context()) == date(2026, 1, 2)
    assert as_of_date(context(as_of="2025-12-31")) == date(2025, 12, 31)


def test_a_step_refuses_the_run_of_another_dag_run(warehouse: psycopg.Connection, feeds: Path) -> None:
    with pytest.raises(RunNotOurs, match="no evaluation run is open"):
        run_of(warehouse, "ours")
    opened = OpenRunOperator(task_id="open_run").execute(context("ours"))
    assert opened["as_of"] == "2026-06-30"
    assert run_of(warehouse, "ours") == opened["run_id"]
    with pytest.raises(RunNotOurs, match="ours"):
        run_of(warehouse, "another")
    OpenRunOperator(task_id="open_run").execute(context("another"))
    with pytest.raises(RunNotOurs):
        run_of(warehouse, "ours")


def publish(warehouse: psycopg.Connection, run_id: int) -> None:
    """The ledger rows of a release, without its grades."""
    warehouse.execute(
        "insert into quality.verdict (run_id, gate, outcome, reason, checks_expected, checks_executed, failed_fatal,"
        " failed_warning, started_at, finished_at) values (%s, 'publication', 'passed', '', 1, 1, 0, 0, now(), now())",
        (run_id,),
    )
    warehouse.execute(
        "insert into sharing.publication (publication_id, run_id, verdict_id, as_of, grades_added, grades_changed,"
        " grades_removed) select %s, run_id, max(verdict_id), as_of, 0, 0, 0 from evaluation.run"
        " inner join quality.verdict using (run_id) where run_id = %s group by run_id",
        (run_id, run_id),
    )
    warehouse.execute(
        "update evaluation.run set state = 'published', closed_at = clock_timestamp() where run_id = %s", (run_id,)
    )


def test_nothing_new_skips_the_run_and_anything_new_does_not(warehouse: psycopg.Connection, honours: Path) -> None:
    day = date(2026, 6, 30)
    assert pending_reason(warehouse, day) == "nothing is published yet"
    publish(warehouse, OpenRunOperator(task_id="open_run").execute(context("first"))["run_id"])
    assert pending_reason(warehouse, day) is None
    with pytest.raises(AirflowSkipException, match="没有新数据"):
        OpenRunOperator(task_id="open_run").execute(context("second"))
    assert OpenRunOperator(task_id="open_run").execute(context("forced", force=True))["run_id"]
    assert pending_reason(warehouse, date(2026, 7, 1)) == "another as-of date"
    receive("third")
    assert pending_reason(warehouse, day) == "new batches"


def test_a_batch_staged_by_a_refused_run_is_still_pending(warehouse: psycopg.Connection, honours: Path) -> None:
    publish(warehouse, OpenRunOperator(task_id="open_run").execute(context("first"))["run_id"])
    [batch] = receive("second")["batches"]
    warehouse.execute(
        "insert into staging.staged_batch (contract_id, batch_id, landed, accepted, quarantined)"
        " select contract_id, batch_id, row_count, row_count, 0 from landing.batch where batch_id = %s", (batch,)
    )  # fmt: skip
    assert pending_reason(warehouse, date(2026, 6, 30)) == "new batches"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_leaves_tests_on_later_layers_to_them(layer: str) -> None:
    arguments = selection(layer, with_seeds=False)
    later = LAYERS[LAYERS.index(layer) + 1 :]
    assert arguments[:2] == ["--select", f"path:models/{layer}"]
    assert arguments[2:] == (["--exclude", *(f"path:models/{name}+" for name in later)] if later else [])


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("postgres://a:b%2Fc@h:5433/d", "postgresql+psycopg://a:b%2Fc@h:5433/d"),
        ("mysql://a@h/d", "mysql+pymysql://a@h/d"),
        ("sqlite:///var/x.db", "sqlite:////var/x.db"),
        ("generic://?sqlalchemy_url=oracle%2Boracledb%3A%2F%2Fh%2Fx", "oracle+oracledb://h/x"),
        ("sftp://a@h/folder", "sftp://a@h/folder"),
    ],
)
def test_a_connection_becomes_an_address(uri: str, address: str) -> None:
    assert address_of(Connection.from_uri(uri, "source")) == address


def test_a_connection_that_names_nothing_is_refused() -> None:
    with pytest.raises(UnusableConnection, match="source"):
        address_of(Connection(conn_id="source", conn_type="generic"))
