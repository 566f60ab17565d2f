"""The tasks `choose` and `deliver`, and the command that delivers on demand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException

from credit_grading import cli
from credit_grading.delivery.model import ReceiverUnreachable
from credit_grading.department.load import load_departments
from credit_grading.operators.deliver import ChooseDeliveriesOperator, DeliverOperator
from tests.mariadb import mariadb_database
from tests.sharing.published import JUNE, release, scored, with_roles
from tests.sharing.receivers import asked

EXAMPLE = "market_regulation/exchange"
DECLARED = """\
deliveries:
  - {id: tables, kind: database, connection: bureau, what: [grade_current], mode: full, purpose: 测试}
  - {id: exchange, kind: files, what: [grade_current], mode: full, purpose: 测试}
"""


def context(**params: Any) -> dict[str, Any]:
    return {"params": {"department": None, "delivery": None, "again": False} | params}


def choose(**params: Any) -> list[str]:
    return ChooseDeliveriesOperator(task_id="choose").execute(context(**params))


def deliver(name: str, **params: Any) -> list[dict[str, Any]]:
    return DeliverOperator(task_id="deliver", delivery=name).execute(context(**params))


@pytest.fixture
def released(
    warehouse: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection[Any]]:
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(tmp_path / "state"))
    release(warehouse, JUNE, scored("public_credit", {"S1": "90", "S2": "50"}))
    with with_roles(warehouse):
        yield warehouse


@pytest.fixture
def two_deliveries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's departments, of which market_regulation wants a database and files."""
    from credit_grading import paths

    folder = tmp_path / "departments"
    folder.mkdir()
    for file in paths.departments().glob("*.yml"):
        text = file.read_text(encoding="utf-8").partition("\ndeliveries:")[0] + "\n"
        text += DECLARED if file.stem == "market_regulation" else ""
        (folder / file.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(paths, "departments", lambda: folder)


def test_every_declared_delivery_is_chosen_or_the_one_that_is_asked_for() -> None:
    declared = [f"{one.id}/{delivery.id}" for one in load_departments() for delivery in one.deliveries]
    assert EXAMPLE in declared
    assert choose() == declared
    assert choose(department="market_regulation", delivery="exchange") == [EXAMPLE]
    for wrong in ({"department": "nobody"}, {"department": "market_regulation", "delivery": "other"}):
        with pytest.raises(AirflowFailException, match="没有推送"):
            choose(**wrong)


def test_a_task_delivers_once_and_again_on_demand(released: psycopg.Connection[Any], tmp_path: Path) -> None:
    [brought] = deliver(EXAMPLE)
    assert (brought["publication"], brought["outcome"]) == (1, "delivered")
    assert brought["rows"] >= 2
    manifests = list((tmp_path / "state" / "deliveries").rglob("manifest.json"))
    assert [manifest.parent.name for manifest in manifests] == ["publication-1"]
    tables = json.loads(manifests[0].read_text(encoding="utf-8"))["tables"]
    assert sum(table["rows"] for table in tables) == brought["rows"]
    assert deliver(EXAMPLE) == []
    assert deliver(EXAMPLE, again=True) == [brought]


def test_one_that_fails_does_not_stop_the_others(
    released: psycopg.Connection[Any], two_deliveries: None, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A receiver away is worth another try, a connection that does not exist is not; the files go on either way."""
    names = choose()
    assert names == ["market_regulation/tables", "market_regulation/exchange"]
    with pytest.raises(AirflowFailException, match="连接 bureau 不可用"):
        deliver(names[0])
    monkeypatch.setenv("AIRFLOW_CONN_BUREAU", "mysql://root:s3cret@127.0.0.1:9/nowhere")
    with pytest.raises(ReceiverUnreachable) as away:
        deliver(names[0])
    assert "s3cret" not in str(away.value)
    assert cli.main(["deliver", "--department", "market_regulation"]) == 1
    said = capsys.readouterr()
    assert "✗ market_regulation/tables: 接收数据库无法访问" in said.err
    assert "market_regulation/exchange: \n  发布 publication 1: delivered, 2 行 rows" in said.out
    with mariadb_database("latin1") as address:
        monkeypatch.setenv("AIRFLOW_CONN_BUREAU", address.replace("mysql+pymysql", "mysql"))
        assert [attempt["outcome"] for attempt in deliver(names[0])] == ["delivered"]
        assert asked(address, "select count(*) from grade_current") == [(2,)]
    outcomes = released.execute(
        "select delivery_id, outcome from sharing.delivery order by attempt_id"
    ).fetchall()  # fmt: skip
    assert outcomes == [
        ("tables", "failed"), ("tables", "failed"), ("tables", "failed"), ("exchange", "delivered"),
        ("tables", "delivered"),
    ]  # fmt: skip


def test_the_command_delivers_on_demand(released: psycopg.Connection[Any], capsys: pytest.CaptureFixture[str]) -> None:
    asked_for = ["deliver", "--department", "market_regulation", "--delivery", "exchange"]
    assert cli.main(asked_for) == 0
    assert "delivered" in capsys.readouterr().out
    assert cli.main(asked_for) == 0
    assert "没有新的发布" in capsys.readouterr().out
    assert cli.main([*asked_for, "--again"]) == 0
    assert "delivered" in capsys.readouterr().out
    assert cli.main(["deliver", "--department", "nobody"]) == 1
    assert "没有推送 nobody/*" in capsys.readouterr().err
