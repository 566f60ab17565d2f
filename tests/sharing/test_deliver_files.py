"""Publications as files: whole or not visible, exact in Parquet, safe in Excel, and only what the role may see."""

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Timer
from typing import Any

import psycopg
import pyarrow.parquet
import pytest

from credit_grading.delivery import files as file_delivery
from credit_grading.delivery.model import DeliveryFailed, ReceiverUnreachable
from credit_grading.landing.corrections import unprotected
from credit_grading.sharing.roles import sync_roles
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres
from credit_grading.warehouse.prepare import prepare
from tests.sharing.published import JUNE, release, scored, with_roles
from tests.sharing.receivers import bring, files
from tests.sharing.releases import Department
from tests.sharing.test_roles import log_in

NAMES = {"S1": "=HYPERLINK(1)", "S2": '\'重庆，\n"龘"𠮷😀', "S3": " ＋前导"}
ADJUST = "; ".join(
    f"update candidate.grade set subject_name = $${name}$$ where subject_key = '{key}'" for key, name in NAMES.items()
)
SCORES = {"S1": "90.123456789012345678", "S2": "-77.5", "S3": "12345678901234567890.5"}


@pytest.fixture
def shared(
    warehouse: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection[Any]]:
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(tmp_path / "state"))
    grades = [*scored("public_credit", SCORES), *scored("bidding_participant", {"S1": "85", "S2": "60"})]
    release(warehouse, JUNE, grades, f"{ADJUST}; update candidate.grade set division_code = null where grade = 'D'")
    with with_roles(warehouse):
        yield warehouse


def folder(publication: int = 1, department: str = "market_regulation", root: Path | None = None) -> Path:
    from credit_grading import paths

    root = root or paths.state() / "deliveries"
    return root / department / "exchange" / f"publication-{publication}"


def manifest(place: Path) -> Any:
    return json.loads((place / "manifest.json").read_text(encoding="utf-8"))


def test_the_manifest_says_what_lies_beside_it(shared: psycopg.Connection[Any]) -> None:
    [attempt] = bring(files("grade_current", "grade_change", "measure"))
    place = folder()
    told = manifest(place)
    assert (attempt.publication_id, attempt.outcome, attempt.rows) == (1, "delivered", 3 + 3 + 2)
    assert {key: told[key] for key in ("publication_id", "as_of", "previous_publication_id", "purpose", "mode")} == {
        "publication_id": 1, "as_of": "2025-06-01", "previous_publication_id": None, "purpose": "测试", "mode": "full",
    }  # fmt: skip
    assert [suite["failed_warning"] for suite in told["verdict"]] == [1, 1]
    assert sorted(file.name for file in place.iterdir()) == sorted(
        ["manifest.json", *(file["name"] for table in told["tables"] for file in table["files"])]
    )
    for table in told["tables"]:
        assert table["rows"] == (2 if table["table"] == "measure" else 3)
        for file in table["files"]:
            content = (place / file["name"]).read_bytes()
            assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    change = told["tables"][1]
    numbers = shared.execute(
        "select min(sequence), max(sequence) from sharing.grade_change where rulebook_id = 'public_credit'"
    ).fetchone()
    assert (change["first_sequence"], change["last_sequence"]) == numbers


def test_parquet_is_exact_and_csv_is_safe_to_open(shared: psycopg.Connection[Any]) -> None:
    bring(files("grade_current"))
    table = pyarrow.parquet.read_table(folder() / "grade_current.parquet")
    rows = {row["subject_key"]: row for row in table.to_pylist()}
    for key, score in SCORES.items():
        assert rows[key]["score"] == Decimal(score)
        assert rows[key]["subject_name"] == NAMES[key]
        assert rows[key]["as_of"] == JUNE
    assert rows["S2"]["division_code"] is None
    assert json.loads(rows["S2"]["measures_zh"]) == ["列为重点检查对象"]
    assert table.schema.field("score").type == pyarrow.decimal128(38, 18)

    content = (folder() / "grade_current.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "Excel would take it for the machine's old code page"
    with (folder() / "grade_current.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = {row["subject_key"]: row for row in csv.DictReader(stream)}
    assert cells.keys() == rows.keys()
    for key, row in cells.items():
        assert row["score"] == SCORES[key], "a number is no formula, whatever its sign"
        assert row["subject_name"][0] not in "=+-@＝＋－＠\t\r\n"
        assert unprotected(row["subject_name"]) == NAMES[key]


def test_a_department_is_never_sent_what_it_may_not_see(shared: psycopg.Connection[Any]) -> None:
    """Deliveries that no file could declare, because checking would refuse them: the row policies still decide."""
    for department, expected in (("market_regulation", 0), ("finance", 2), ("weather", 0)):
        [attempt] = bring(files("grade_current", rulebooks=("bidding_participant",)), department=department)
        assert attempt.rows == expected
    for department in ("finance", "weather"):
        [attempt] = bring(
            files("grade", "grade_change", "contribution", "grade_history"), department=department, again=True
        )
        assert attempt.rows == (8 if department == "finance" else 0)
        content = "".join(file.read_text(encoding="utf-8-sig") for file in folder(1, department).glob("*.csv"))
        assert "public_credit" not in content
    for hidden in ("../quality.verdict", "no_such_table", "grade; drop table sharing.grade"):
        with pytest.raises(DeliveryFailed, match="没有表"):
            bring(files(hidden), again=True)
    shared.execute("create table sharing.secret (x integer)")
    with pytest.raises(DeliveryFailed, match="may not read as department_market_regulation"):
        bring(files("secret"), again=True)


def test_each_publication_is_delivered_once_and_full_skips_what_is_old(shared: psycopg.Connection[Any]) -> None:
    delivery = files("grade_current", "grade_change")
    bring(delivery)
    before = (folder() / "manifest.json").stat().st_mtime_ns
    assert bring(delivery) == []
    assert (folder() / "manifest.json").stat().st_mtime_ns == before
    for day in (2, 3):
        release(shared, date(2025, 6, day), scored("public_credit", {"S1": f"8{day}"}))
    assert [attempt.publication_id for attempt in bring(delivery)] == [3]
    assert manifest(folder(3))["previous_publication_id"] == 1
    assert not folder(2).exists()
    [again] = bring(delivery, again=True)
    assert (again.publication_id, again.outcome) == (3, "delivered")


def test_changes_are_delivered_in_order_and_an_empty_set_too(shared: psycopg.Connection[Any]) -> None:
    delivery = files("grade_change", mode="changes")
    bring(delivery)
    release(shared, date(2025, 6, 2), scored("public_credit", SCORES | {"S1": "70"}), ADJUST)
    release(shared, date(2025, 6, 3), scored("public_credit", SCORES | {"S1": "70"}), ADJUST)
    release(shared, date(2025, 6, 4), scored("public_credit", {"S1": "70"}), ADJUST)
    attempts = bring(delivery)
    assert [(attempt.publication_id, attempt.rows) for attempt in attempts] == [(2, 2), (3, 0), (4, 2)]
    told = [manifest(folder(number))["tables"][0] for number in (2, 3, 4)]
    assert (told[1]["rows"], told[1]["first_sequence"], told[1]["last_sequence"]) == (0, None, None)
    assert pyarrow.parquet.read_table(folder(3) / "grade_change.parquet").num_rows == 0
    assert told[0]["last_sequence"] < told[2]["first_sequence"]
    assert [attempt.publication_id for attempt in bring(delivery, again=True)] == [1, 2, 3, 4]


def test_nothing_is_published_yet(warehouse: psycopg.Connection[Any]) -> None:
    with with_roles(warehouse):
        assert bring(files("grade_current")) == []


def test_a_reader_never_sees_a_manifest_before_the_whole(
    shared: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second table breaks off: no manifest, a failure in the ledger; the next attempt makes it whole."""
    real = file_delivery._write

    def breaks_off(place: Any, extract: Any) -> Any:
        if extract.table == "measure":
            raise OSError("disk full")
        return real(place, extract)

    with monkeypatch.context() as patched:
        patched.setattr(file_delivery, "_write", breaks_off)
        with pytest.raises(ReceiverUnreachable, match="disk full"):
            bring(files("grade_current", "measure"))
    assert (folder() / "grade_current.csv").exists()
    assert not (folder() / "manifest.json").exists()
    assert [attempt.outcome for attempt in bring(files("grade_current", "measure"))] == ["delivered"]
    assert len(manifest(folder())["tables"]) == 2


def test_what_was_damaged_on_the_way_is_not_delivered(
    shared: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = file_delivery._write

    def damages(place: Any, extract: Any) -> Any:
        told = real(place, extract)
        path = Path(place.at(f"{extract.table}.parquet"))
        path.write_bytes(path.read_bytes()[:-1] + b"X")
        return told

    with monkeypatch.context() as patched:
        patched.setattr(file_delivery, "_write", damages)
        with pytest.raises(DeliveryFailed, match="写入后的内容不符"):
            bring(files("grade_current"))
    assert not (folder() / "manifest.json").exists()
    assert [attempt.outcome for attempt in bring(files("grade_current"))] == ["delivered"]
    ledger = shared.execute(
        "select outcome, row_count, error ~ '不符' from sharing.delivery order by attempt_id"
    ).fetchall()
    assert ledger == [("failed", None, True), ("delivered", 3, None)]


def test_a_folder_that_was_finished_is_found_and_a_damaged_one_is_written_again(
    shared: psycopg.Connection[Any],
) -> None:
    bring(files("grade_current"))
    before = manifest(folder())
    shared.execute("truncate supervision.delivery_attempt")
    assert [attempt.outcome for attempt in bring(files("grade_current"))] == ["found"]
    shared.execute("truncate supervision.delivery_attempt")
    (folder() / "grade_current.csv").write_bytes(b"")
    assert [attempt.outcome for attempt in bring(files("grade_current"))] == ["delivered"]
    assert manifest(folder())["tables"][0]["files"][0] == before["tables"][0]["files"][0]


def test_a_number_that_does_not_fit_is_named(shared: psycopg.Connection[Any]) -> None:
    release(shared, date(2025, 6, 2), scored("public_credit", {"S1": "123456789012345678901"}))
    with pytest.raises(DeliveryFailed, match="score"):
        bring(files("grade_current"))


def test_a_cell_longer_than_the_csv_module_reads_by_itself(shared: psycopg.Connection[Any]) -> None:
    csv.field_size_limit(131_072)
    long = "update candidate.grade set subject_name = repeat('长', 200000)"
    release(shared, date(2025, 6, 2), scored("public_credit", {"S1": "61"}), long)
    [attempt] = bring(files("grade_current"))
    assert (attempt.outcome, attempt.rows) == ("delivered", 1)


def test_another_place_is_an_address_of_the_connection(shared: psycopg.Connection[Any], tmp_path: Path) -> None:
    bring(files("grade_current", connection="bureau"), address=f"file://{tmp_path}/exchange")
    assert manifest(folder(root=tmp_path / "exchange"))["tables"][0]["rows"] == 3
    with pytest.raises(ReceiverUnreachable, match="无法访问"):
        bring(files("grade_current", connection="bureau"), address="file:///proc/nowhere", again=True)


def test_each_department_sees_its_own_attempts_only(shared: psycopg.Connection[Any]) -> None:
    bring(files("grade_current"))
    bring(files("grade_current"), department="finance")
    asked = "select department_id, delivery_id, outcome, row_count from sharing.delivery"
    for department, expected in (("market_regulation", 3), ("finance", 2)):
        with log_in(shared, department) as connection:
            assert connection.execute(asked).fetchall() == [(department, "exchange", "delivered", expected)]
    with log_in(shared, "weather") as connection:
        assert connection.execute(asked).fetchall() == []
    assert len(shared.execute(asked).fetchall()) == 2


def test_a_department_without_a_role_is_told(shared: psycopg.Connection[Any]) -> None:
    with pytest.raises(DeliveryFailed, match="没有角色 department_newcomer"):
        bring(files("grade_current"), department="newcomer")


def test_two_at_once_are_refused(shared: psycopg.Connection[Any]) -> None:
    shared.execute("select pg_advisory_lock(7220133, hashtext('market_regulation/exchange'))")
    with pytest.raises(DeliveryFailed, match="正在进行"):
        bring(files("grade_current"))


def test_a_predecessor_whose_end_the_server_has_not_noticed_yet_is_waited_for(shared: psycopg.Connection[Any]) -> None:
    shared.execute("select pg_advisory_lock(7220133, hashtext('market_regulation/exchange'))")
    noticed = Timer(0.5, shared.execute, ("select pg_advisory_unlock_all()",))
    noticed.start()
    try:
        [attempt] = bring(files("grade_current"))
    finally:
        noticed.join()
    assert attempt.outcome == "delivered"


def test_a_pipeline_that_is_no_superuser_may_act_as_the_roles_it_made(
    cluster: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(tmp_path))
    with psycopg.connect(cluster.url(), autocommit=True) as superuser:
        superuser.execute("create role carrier login createrole")
        superuser.execute("create database owned_by_carrier owner carrier template template0")
    address = f"postgresql://carrier@127.0.0.1:{cluster.port}/owned_by_carrier"
    monkeypatch.setenv(VARIABLE, address)
    try:
        with psycopg.connect(address, autocommit=True) as carrier:
            prepare(carrier)
            release(carrier, JUNE, [*scored("public_credit", {"S1": "90"}), *scored("bidding_participant", SCORES)])
            sync_roles(carrier, [Department("harbour", ["public_credit"])])
            [attempt] = bring(files("grade"), department="harbour")
            assert attempt.rows == 1
            # it may act as the department where it wants to, and is still itself everywhere else
            assert carrier.execute("select count(*) from sharing.grade").fetchone() == (4,)
    finally:
        with psycopg.connect(cluster.url(), autocommit=True) as superuser:
            superuser.execute("drop database owned_by_carrier with (force)")
            superuser.execute("drop role department_harbour, carrier")
