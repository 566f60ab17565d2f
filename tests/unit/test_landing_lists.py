"""Feeds that deliver snapshots: which files are one list, which list is newer, and what is refused."""

from pathlib import Path

import psycopg
import pytest

from credit_grading.department.model import Delivery
from credit_grading.landing.lists import list_order
from credit_grading.landing.problem import FeedOutcome, FeedProblem
from credit_grading.landing.receive import receive_feed
from tests.unit.landing_support import HEADER, count, csv_text, department, feed, no_connection, penalty, write

TABLE = "landing.administrative_penalty"
COUNTS = "records_before, records, inserted, changed, disappeared"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    return tmp_path / "penalties"


def receive(warehouse: psycopg.Connection, limit: float = 50, parts_of: str | None = None) -> FeedOutcome:
    one = feed(delivery=Delivery("snapshot", maximum_disappeared_percent=limit, parts_of=parts_of))
    return receive_feed(warehouse, department(one), one, open_connection=no_connection)


def put(folder: Path, name: str, *numbers: int, **changes: str) -> None:
    write(folder, name, csv_text([penalty(number, **changes) for number in numbers]))


def lists(warehouse: psycopg.Connection, columns: str = f"list_name, {COUNTS}") -> list[tuple]:
    return warehouse.execute(f"select {columns} from landing.snapshot order by snapshot_id".encode()).fetchall()


def kinds(warehouse: psycopg.Connection) -> list[tuple]:
    return warehouse.execute(
        "select window_key, delivery_kind, row_count from landing.batch order by batch_id"
    ).fetchall()


def test_each_file_is_a_list_and_the_ledger_counts_what_came_changed_and_went(warehouse, folder):
    put(folder, "2025-01.csv", 1, 2, 3)
    write(folder, "2025-02.csv", csv_text([penalty(2), penalty(3, 处罚类别="警告"), penalty(4)]))
    receive(warehouse)
    assert lists(warehouse) == [("2025-01.csv", 0, 3, 3, 0, 0), ("2025-02.csv", 3, 3, 1, 1, 1)]
    assert kinds(warehouse) == [("2025-01.csv", "snapshot", 3), ("2025-02.csv", "snapshot", 3)]
    assert receive(warehouse).outcome == "nothing_new"
    assert len(lists(warehouse)) == 2


def test_a_list_that_goes_from_a_to_b_and_back_is_three_states(warehouse, folder):
    for numbers in ((1, 2), (2, 3), (1, 2)):
        put(folder, "current.csv", *numbers)
        assert receive(warehouse).outcome == "loaded"
    assert lists(warehouse, COUNTS) == [(0, 2, 2, 0, 0), (2, 2, 1, 0, 1), (2, 2, 1, 0, 1)]


def test_another_spelling_of_a_name_is_the_same_record(warehouse, folder):
    put(folder, "1.csv", 1, 行政相对人名称="重庆（甲）公司")
    put(folder, "2.csv", 1, 行政相对人名称="重庆(甲) 公司")
    receive(warehouse)
    assert lists(warehouse, COUNTS)[1] == (1, 1, 0, 1, 0)


def test_half_a_list_is_refused_and_the_last_one_stays(warehouse, folder):
    put(folder, "1.csv", *range(10))
    receive(warehouse)
    put(folder, "2.csv", *range(7))
    with pytest.raises(FeedProblem) as caught:
        receive(warehouse, limit=20)
    assert caught.value.outcome.outcome == "too_many_disappeared"
    assert "文件 2.csv: 上一份清单的 10 条记录中有 3 条不在本清单中，超过 20%" in str(caught.value)
    assert (count(warehouse, TABLE), len(lists(warehouse)), len(kinds(warehouse))) == (10, 1, 1)
    # the limit itself is still believed
    assert receive(warehouse, limit=30).rows == 7
    assert lists(warehouse, COUNTS)[-1] == (10, 7, 0, 0, 3)


def test_a_list_older_than_the_one_that_stands_is_kept_without_effect(warehouse, folder):
    put(folder, "2025年2月.csv", 1, 2)
    receive(warehouse)
    put(folder, "2025年10月.csv", 2, 3)
    receive(warehouse)
    put(folder, "2025年9月.csv", 9)
    late = receive(warehouse)
    assert (late.outcome, late.rows) == ("loaded", 1)
    assert ["早于已接收的清单" in problem.message for problem in late.problems] == [True]
    assert kinds(warehouse)[-1] == ("2025年9月.csv", "older_snapshot", 1)
    assert lists(warehouse, "list_name, is_older, records") == [
        ("2025年2月.csv", False, 2), ("2025年10月.csv", False, 2), ("2025年9月.csv", True, None)
    ]  # fmt: skip
    # the next list is compared with the one that stands
    put(folder, "2025年11月.csv", 2, 3, 4)
    receive(warehouse)
    assert lists(warehouse, COUNTS)[-1] == (2, 3, 1, 0, 0)


def test_files_with_the_same_match_are_one_list(warehouse, folder):
    put(folder, "渝中-2025-01.csv", 1, 2)
    put(folder, "江北-2025-01.csv", 3, 4)
    assert receive(warehouse, 0, r"\d{4}-\d{2}").rows == 4
    put(folder, "渝中-2025-02.csv", 1, 2)
    # half of the next list alone is half a list
    with pytest.raises(FeedProblem, match="too_many_disappeared"):
        receive(warehouse, 0, r"\d{4}-\d{2}")
    put(folder, "江北-2025-02.csv", 3, 4)
    receive(warehouse, 0, r"\d{4}-\d{2}")
    # a part that is sent again takes the place of itself alone
    put(folder, "江北-2025-02.csv", 3, 4, 5)
    receive(warehouse, 0, r"\d{4}-\d{2}")
    assert lists(warehouse) == [
        ("2025-01", 0, 4, 4, 0, 0), ("2025-02", 4, 4, 0, 0, 0), ("2025-02", 4, 5, 1, 0, 0)
    ]  # fmt: skip
    assert lists(warehouse, "batch_ids")[2][0] == [lists(warehouse, "batch_ids")[1][0][1], kinds_last(warehouse)]


def kinds_last(warehouse: psycopg.Connection) -> int:
    found = warehouse.execute("select max(batch_id) from landing.batch").fetchone()
    assert found is not None
    return int(found[0])


def test_a_list_with_a_bad_part_is_not_received_at_all(warehouse, folder):
    put(folder, "a-1.csv", 1)
    write(folder, "b-1.csv", csv_text([penalty(2)], ["x"] * len(HEADER)))
    put(folder, "a-2.csv", 3)
    with pytest.raises(FeedProblem) as caught:
        receive(warehouse, 100, r"\d")
    outcome = caught.value.outcome
    assert (outcome.outcome, outcome.rows, len(outcome.batches)) == ("wrong_header", 1, 1)
    assert kinds(warehouse) == [("a-2.csv", "snapshot", 1)]
    assert "同一清单的其他文件未能接收" in str(caught.value)


def test_a_file_of_no_list_is_named(warehouse, folder):
    put(folder, "2025-01.csv", 1)
    put(folder, "说明.csv", 2)
    with pytest.raises(FeedProblem, match=r"说明\.csv: 文件名中找不到"):
        receive(warehouse, parts_of=r"\d{4}-\d{2}")
    assert lists(warehouse, "list_name") == [("2025-01",)]


def test_the_first_list_is_compared_with_what_was_added_before(warehouse, folder):
    put(folder, "1.csv", 1, 2)
    one = feed()
    receive_feed(warehouse, department(one), one, open_connection=no_connection)
    put(folder, "2.csv", 2, 3)
    receive(warehouse)
    # the first file is known already: declaring snapshots does not receive it anew
    assert lists(warehouse) == [("2.csv", 2, 2, 1, 0, 1)]


def test_names_are_compared_by_the_numbers_in_them():
    names = ["2025年10月", "2025年2月", "２０２５年3月", "2024年12月"]
    assert sorted(names, key=list_order) == ["2024年12月", "2025年2月", "２０２５年3月", "2025年10月"]


def corrections(folder: Path, name: str, *numbers: int, **changes: str) -> None:
    rows = [[f"Q1-{number}", *penalty(number, **changes)] for number in numbers]
    write(folder, name, csv_text(rows, ["隔离编号", *HEADER]))


def test_corrections_are_no_list_and_nothing_disappears_with_them(warehouse, folder):
    put(folder, "1.csv", *range(10))
    receive(warehouse, limit=20)
    corrections(folder, "更正.csv", 3)
    assert receive(warehouse, limit=20).rows == 1
    assert kinds(warehouse) == [("1.csv", "snapshot", 10), ("更正.csv", "append", 1)]
    assert lists(warehouse, "list_name") == [("1.csv",)]
    # the list after it is compared with both
    put(folder, "2.csv", *range(1, 10))
    receive(warehouse, limit=20)
    assert lists(warehouse, COUNTS)[-1] == (10, 9, 0, 0, 1)
    # saved over the file of a list, they are no list either
    corrections(folder, "2.csv", 4, 5)
    assert receive(warehouse, limit=20).rows == 2
    assert len(lists(warehouse)) == 2


def test_corrections_need_no_name_of_a_list_and_do_not_wait_for_its_other_files(warehouse, folder):
    put(folder, "a-1.csv", 1, 2)
    receive(warehouse, 0, r"\d")
    corrections(folder, "更正.csv", 1)
    corrections(folder, "更正-2.csv", 2)
    put(folder, "a-2.csv", 1)
    with pytest.raises(FeedProblem) as caught:
        receive(warehouse, 0, r"\d")
    assert (caught.value.outcome.outcome, caught.value.outcome.rows) == ("too_many_disappeared", 2)
    assert sorted(kinds(warehouse)) == [
        ("a-1.csv", "snapshot", 2), ("更正-2.csv", "append", 1), ("更正.csv", "append", 1)
    ]  # fmt: skip
    assert lists(warehouse, "list_name") == [("1",)]


def test_the_header_of_a_list_that_is_refused_is_written_down(warehouse, folder):
    put(folder, "1.csv", 1, 2)
    receive(warehouse, 0)
    write(folder, "2.csv", csv_text([[*penalty(1), "甲"]], [*HEADER, "案源"]))
    with pytest.raises(FeedProblem, match="too_many_disappeared"):
        receive(warehouse, 0)
    write(folder, "2-1.csv", csv_text([penalty(1)[:-1]], HEADER[:-1]))
    with pytest.raises(FeedProblem):
        receive(warehouse, 0, r"^\d")
    found = warehouse.execute(
        "select source_name, batch_id is null, unknown_columns, missing_columns from landing.received_header"
        " order by header_id"
    ).fetchall()
    assert found == [
        ("1.csv", False, [], []),
        ("2.csv", True, ["案源"], []),
        ("2-1.csv", True, [], ["penalty_authority"]),
        ("2.csv", True, ["案源"], []),
    ]
    assert warehouse.execute("select kind, column_name, state from quality.schema_drift order by 1").fetchall() == [
        ("lost_required", "penalty_authority", "back_again"), ("new_column", "案源", "open")
    ]  # fmt: skip


def test_a_list_is_received_once_more_when_its_heading_is_explained_and_nothing_is_gone(warehouse, folder):
    """An older list, whose heading is explained too, is read again and stays the older one."""
    for name, numbers in (("2025-01.csv", (1, 2, 3)), ("2025-02.csv", (2, 3))):
        write(folder, name, csv_text([[*penalty(number), "虚假宣传"] for number in numbers], [*HEADER, "当事违法类别"]))
    receive(warehouse)
    explained = feed(
        delivery=Delivery("snapshot", maximum_disappeared_percent=0), headers={"当事违法类别": "offence_kind"}
    )
    outcome = receive_feed(warehouse, department(explained), explained, open_connection=no_connection)
    assert outcome.outcome == "loaded"
    assert kinds(warehouse)[2:] == [("2025-01.csv", "older_snapshot", 3), ("2025-02.csv", "snapshot", 2)]
    assert lists(warehouse, f"list_name, is_older, {COUNTS}")[2:] == [
        ("2025-01.csv", True, *[None] * 5), ("2025-02.csv", False, 2, 2, 0, 2, 0)
    ]  # fmt: skip
    found = warehouse.execute(f"select batch_id, offence_kind from {TABLE} order by batch_id, row_number").fetchall()
    assert {kind for batch, kind in found if batch > 2} == {"虚假宣传"}
    again = receive_feed(warehouse, department(explained), explained, open_connection=no_connection)
    assert again.outcome == "nothing_new"


def test_of_a_list_in_parts_the_part_whose_heading_is_explained_comes_again_alone(warehouse, folder):
    for part, numbers, header in (("a", (1, 2), [*HEADER, "当事违法类别"]), ("b", (3, 4), HEADER)):
        rows = [[*penalty(number), "虚假宣传"][: len(header)] for number in numbers]
        write(folder, f"2025-01-{part}.csv", csv_text(rows, header))
    receive(warehouse, parts_of=r"\d{4}-\d{2}")
    explained = feed(
        delivery=Delivery("snapshot", maximum_disappeared_percent=0, parts_of=r"\d{4}-\d{2}"),
        headers={"当事违法类别": "offence_kind"},
    )
    receive_feed(warehouse, department(explained), explained, open_connection=no_connection)
    assert lists(warehouse, f"list_name, batch_ids, {COUNTS}")[1:] == [("2025-01", [2, 3], 4, 4, 0, 2, 0)]
