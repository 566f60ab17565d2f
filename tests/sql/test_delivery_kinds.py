"""Snapshots and change feeds from their files to the versions of records: what ends, what does not, what returns."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.sql.deliveries import (
    APPEND,
    CHANGES,
    SNAPSHOT,
    current_penalties,
    number_of,
    put,
    receive,
    row,
    versions_built,
)
from tests.sql.landed import OTHER_CODE, VALID_CODE, prepare_seeds, rows_of, stage

CODE = "行政相对人代码_1(统一社会信用代码)"
NUMBER = "行政处罚决定书文号"
LISTS = "list_department"


@pytest.fixture(scope="module")
def world(
    cluster: EmbeddedPostgres, prepared_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[psycopg.Connection, Path]]:
    """Four lists with a second feed between them, and two files of changes; staged after each, built after the last."""
    cluster.create_database("delivery_world", template=prepared_template)
    url, feeds = cluster.url("delivery_world"), tmp_path_factory.mktemp("feeds")
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(url, autocommit=True) as connection:
        patch.setenv(VARIABLE, url)
        patch.setenv("CREDIT_GRADING_FEEDS", str(feeds))
        prepare_seeds(connection)
        for step in (first_step, second_step, third_step):
            step(connection, feeds)
            stage("administrative_penalty", "tax_credit_grade")
        versions_built()
        yield connection, feeds


def first_step(connection: psycopg.Connection, feeds: Path) -> None:
    folder = feeds / LISTS / "feed"
    put(folder, "1.csv", [*(row(number) for number in (1, 2, 3, 4, 5)), row(6, **{CODE: VALID_CODE})])
    receive(connection, LISTS, SNAPSHOT)
    put(feeds / "changes" / "feed", "1.csv", [row(number, sequence=10) for number in (1, 2, 3, 4, 5)])
    receive(connection, "changes", CHANGES)


def second_step(connection: psycopg.Connection, feeds: Path) -> None:
    # 2 has a fault; one row does not say which record it is: it may be 1 or 3, and cannot be 6, another firm's
    rows = [row(2, 处罚决定日期="2025-02-30"), row(4), row(5), row(0, **{NUMBER: ""})]
    put(feeds / LISTS / "feed", "2.csv", rows)
    receive(connection, LISTS, SNAPSHOT)
    only_key = {"处罚类别": "", "处罚决定日期": "", "处罚机关": "", CODE: ""}
    rows = [
        row(1, "删除", 20, **only_key),
        row(2, "册除", 20),
        row(3, sequence=5, 处罚类别="警告"),
        row(4, "删除", 5),
        row(5, "删除", "昨天"),
        row(0, "删除", 20, **{NUMBER: ""}),
    ]
    put(feeds / "changes" / "feed", "2.csv", rows)
    receive(connection, "changes", CHANGES)


def third_step(connection: psycopg.Connection, feeds: Path) -> None:
    folder = feeds / LISTS / "feed"
    put(folder, "3.csv", [row(1), row(2), row(4)])
    receive(connection, LISTS, SNAPSHOT)
    # another feed of the department speaks of 4 after the last list that holds it
    put(feeds / LISTS / "other", "1.csv", [row(4, 处罚类别="警告")])
    receive(connection, LISTS, APPEND, feed_id="other")
    put(folder, "4.csv", [row(1), row(2), row(5)])
    receive(connection, LISTS, SNAPSHOT)


def versions(connection: psycopg.Connection, department_id: str) -> list[tuple[object, ...]]:
    """(number, content, list or file since when, list or file until when) of every version."""
    moment = "select coalesce(min(list_name), '') from landing.snapshot where snapshot.known_from = version.{}"
    arrived = "select min(window_key) from landing.batch where batch.batch_id = version.batch_id"
    return rows_of(
        connection,
        f"select {number_of()}, penalty_kind, ({arrived}), ({moment.format('known_until')}), known_until is null"
        " from thematic_public_credit.administrative_penalty as version where department_id = %s"
        " order by 1, known_from",
        department_id,
    )


def test_what_a_list_no_longer_holds_is_gone_when_the_list_arrives(world):
    connection, _ = world
    assert versions(connection, LISTS) == [
        # absent from the second list, which had a row that may have been this one; back in the third
        (1, "罚款", "1.csv", "", True),
        # rejected in the second list, which is not absent
        (2, "罚款", "1.csv", "", True),
        # absent from the second and the third, which can be read throughout
        (3, "罚款", "1.csv", "3.csv", False),
        # not in the last list, and since then another feed's
        (4, "罚款", "1.csv", "", False),
        (4, "警告", "1.csv", "", True),
        # gone, and back with the same content
        (5, "罚款", "1.csv", "3.csv", False),
        (5, "罚款", "4.csv", "", True),
        (6, "罚款", "1.csv", "2.csv", False),
    ]


def test_the_quality_team_sees_what_each_list_did(world):
    connection, _ = world
    found = rows_of(
        connection,
        "select list_name, records_before, records, inserted, changed, disappeared, ended, unreadable_rows, is_staged"
        " from quality.list_difference order by known_from",
    )
    assert found == [
        ("1.csv", 0, 6, 6, 0, 0, 0, 0, True),
        # the row without number is a record of its own as delivered
        ("2.csv", 6, 4, 1, 1, 3, 1, 1, True),
        ("3.csv", 4, 3, 1, 1, 2, 2, 0, True),
        # what the other feed brought is no part of this feed's lists
        ("4.csv", 3, 3, 1, 0, 1, 0, 0, True),
    ]


def test_a_deletion_ends_its_record_and_an_older_change_does_not(world):
    connection, _ = world
    assert current_penalties(connection)["changes"] == {2: "罚款", 3: "罚款", 4: "罚款", 5: "罚款"}
    ended = rows_of(
        connection,
        f"select {number_of()}, known_until = (select known_from from landing.batch where department_id = 'changes'"
        " and window_key = '2.csv') from thematic_public_credit.administrative_penalty"
        " where department_id = 'changes' and known_until is not null",
    )
    assert ended == [(1, True)]


def test_what_is_not_understood_is_kept_apart_with_its_reason(world):
    connection, _ = world
    reasons = rows_of(
        connection,
        "select row_number, reason ->> 'code', reason ->> 'value' from quarantine.rejected_row"
        " cross join jsonb_array_elements(reasons) as reason where department_id = 'changes' order by 1",
    )
    assert reasons == [
        (2, "unknown_operation", "册除"), (5, "unreadable_sequence", "昨天"), (6, "missing_key", None)
    ]  # fmt: skip
    known = {code for (code,) in rows_of(connection, "select code from reference.rejection_reason")}
    assert {code for _, code, _ in reasons} <= known
    # a deletion is accepted with its key alone
    assert rows_of(
        connection,
        "select row_number, subject_key, change_sequence from staging.administrative_penalty"
        " where department_id = 'changes' and is_deletion order by 1",
    ) == [(1, "N:changes:重庆测试建设有限公司", 20), (4, OTHER_CODE, 5)]
    ledger = "select sum(landed), sum(accepted), sum(quarantined) from staging.staged_batch"
    assert rows_of(connection, ledger) == [(6 + 4 + 3 + 1 + 3 + 5 + 6, 28 - 2 - 3, 2 + 3)]


def test_a_rebuild_sees_the_same_go(world):
    connection, _ = world
    gone = "select record_key, snapshot_id, feed_id, known_from from staging.disappearance order by 1, 2"
    before = (rows_of(connection, gone), versions(connection, LISTS), versions(connection, "changes"))
    assert len(before[0]) == 3
    stage("administrative_penalty", full_refresh=True)
    versions_built()
    assert (rows_of(connection, gone), versions(connection, LISTS), versions(connection, "changes")) == before


def test_a_list_that_is_landed_and_not_staged_ends_nothing_yet(world):
    connection, feeds = world
    put(feeds / LISTS / "feed", "5.csv", [row(2)])
    receive(connection, LISTS, SNAPSHOT)
    versions_built()
    assert set(current_penalties(connection)[LISTS]) == {1, 2, 4, 5}
    stage("administrative_penalty")
    stage("administrative_penalty")
    versions_built()
    # 4 is the other feed's still
    assert set(current_penalties(connection)[LISTS]) == {2, 4}
