"""Paged web services: every way of paging, every fault, against a real server."""

import time
from collections.abc import Iterator

import pytest

from credit_grading.sources import http, web
from credit_grading.sources.http import HttpItem
from tests.unit.web_service import (
    NUMBERED,
    PAGES,
    TOKEN,
    WebService,
    answering,
    failing,
    item,
    records,
    refusal,
    rows,
)  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "FIRST_WAIT_SECONDS", 0.001)


@pytest.fixture
def service() -> Iterator[WebService]:
    running = WebService(records(8))
    yield running
    running.stop()


@pytest.mark.parametrize("style", list(PAGES))
@pytest.mark.parametrize("count", [0, 1, 3, 8, 9])
def test_every_way_of_paging_brings_every_record_once(service, style, count):
    service.records = records(count)
    assert rows(item(service, style)) == [f"第{number}号" for number in range(count)]
    assert all(headers["Authorization"] == f"Bearer {TOKEN}" for headers in service.headers)


@pytest.mark.parametrize("style", NUMBERED)
def test_a_stated_total_saves_asking_beyond_the_end(service, style):
    service.clamps = True
    assert len(rows(item(service, style, paging={"total": "data.total"}))) == 8
    assert len(service.asked) == {"page_number": 3, "offset": 4}[style]


def test_digits_stay_as_they_were_written(service):
    service.records = [{"文号": "a", "金额": 0.10, "代码": 911500000000000001, "嵌套": {"k": [1]}, "空": None}]
    with item(service, "none").open() as stream:
        assert stream.header == ["文号", "金额", "代码", "嵌套", "空"]
        assert next(iter(stream.rows))[1][:3] == ["a", "0.1", "911500000000000001"]


def test_records_that_are_no_objects_or_repeat_a_key_are_kept_whole(service):
    service.faults[1] = answering(b'[{"a": "1"}, [2], {"a": 3, "a": 4}]')
    with item(service, "none").open() as stream:
        kept = [note.kept["_unparsed"] if note else None for _, _, note in stream.rows]
    assert kept == [None, '["2"]', '{"a": "3", "a": "4"}']


FAULTS = {
    "HTTP 500": failing(500),
    "HTTP 503 with a pause": failing(503, Retry_After="0"),
    "HTTP 429 with a date": failing(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
    "no JSON": answering(b"<html>busy</html>"),
    "half of it": lambda honest: (200, {}, honest[: len(honest) // 2]),
    "an error as JSON": answering(b'{"code": 500, "msg": "busy"}'),
    "connection closed": lambda honest: None,
    "announced, but cut off": lambda honest: (200, {"Content-Length": str(len(honest) + 1)}, honest),
}


@pytest.mark.parametrize("style", list(PAGES))
@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_passing_fault_loses_nothing_and_repeats_nothing(service, style, fault):
    service.faults[1] = FAULTS[fault]
    service.faults[3] = FAULTS[fault]
    if fault == "announced, but cut off":
        service.faults.pop(3)
    assert rows(item(service, style)) == [f"第{number}号" for number in range(8)]


def test_a_service_that_answers_too_late_is_asked_again(service, monkeypatch):
    monkeypatch.setattr(web, "TIMEOUT", 0.2)
    service.before_page = lambda number: time.sleep(0.6 if number == 2 else 0)
    assert len(rows(item(service, "page_number"))) == 8


@pytest.mark.parametrize("style", NUMBERED)
def test_an_empty_page_is_believed_only_when_it_comes_twice(service, style):
    service.with_total = False
    service.faults[2] = answering(b'{"data": {"list": []}}')
    if style == "offset":
        # the record asked for twice is missing: read again from the beginning
        assert rows(item(service, style)) == [f"第{number}号" for number in range(8)]
    else:
        assert len(rows(item(service, style))) == 8


def test_an_empty_page_before_the_stated_total_is_no_end(service):
    for number in (2, 3, 4):
        service.faults[number] = answering(b'{"data": {"list": [], "total": 8}}')
    assert len(rows(item(service, "page_number", paging={"total": "data.total"}))) == 8


def test_fewer_records_than_stated_are_refused(service):
    for number in range(4, 30):
        service.faults[number] = answering(b'{"data": {"list": [], "total": 9}}')
    service.faults[3] = answering('{"data": {"list": [{"文号": "x"}], "total": 9}}'.encode())
    error = refusal(item(service, "page_number", paging={"total": "data.total"}))
    assert error.outcome == "source_unreachable"
    assert "7 of 9 records came" in str(error)


def test_a_page_that_comes_again_is_asked_for_again(service):
    first = '{"data": {"list": [{"文号": "第0号", "金额": 0.0, "代码": 911500000000000000}, {"文号": "第1号", "金额": 0.1, "代码": 911500000000000001}, {"文号": "第2号", "金额": 0.2, "代码": 911500000000000002}]}}'  # noqa: E501
    service.faults[2] = answering(first.encode())
    assert rows(item(service, "page_number")) == [f"第{number}号" for number in range(8)]


def test_a_last_page_repeated_for_ever_is_named(service):
    service.clamps = True
    error = refusal(item(service, "page_number"))
    assert "paging.total" in str(error)
    assert len(service.asked) == 3 + http.ATTEMPTS


def test_a_cursor_that_stands_still_is_named(service):
    for number in range(2, 30):
        service.faults[number] = answering(b'{"items": [{"a": 1}], "next": "c3"}')
    assert "下一页仍指向本页" in str(refusal(item(service, "cursor")))


@pytest.mark.parametrize("style", NUMBERED)
def test_rows_added_in_front_come_twice_and_are_counted(service, style):
    def add(number: int) -> None:
        if number == 2:
            service.records = [{"文号": "新", "金额": 1, "代码": 1}, *service.records]

    service.before_page = add
    one = item(service, style, paging={"total": "data.total"})
    with one.open() as stream:
        found = [values[0] for _, values, _ in stream.rows]
        notices = stream.notices
    assert set(found) >= {f"第{number}号" for number in range(8)}
    if style == "page_number":
        assert "1 records on two neighbouring pages" in notices[0]


@pytest.mark.parametrize("style", NUMBERED)
def test_a_row_taken_away_meanwhile_is_noticed_and_all_is_read_again(service, style):
    def remove(number: int) -> None:
        if number == 2:
            service.records = service.records[1:]

    service.before_page = remove
    paging = {"total": "data.total"} if style == "page_number" else {}
    assert rows(item(service, style, paging=paging)) == [f"第{number}号" for number in range(1, 8)]


def test_a_source_that_never_stands_still_is_given_up(service):
    service.records = records(40)

    def remove(number: int) -> None:
        service.records = service.records[1:]

    service.before_page = remove
    assert "the source changes while it is read" in str(refusal(item(service, "offset")))


def test_requests_keep_their_distance(service):
    began = time.monotonic()
    rows(item(service, "page_number", requests_per_second=20))
    assert time.monotonic() - began >= (len(service.asked) - 1) / 20


def test_an_unusable_connection_is_named(service):
    one = HttpItem({"kind": "http", "connection": "bureau", "path": "/"}, lambda _: "postgresql://h/d")
    assert "bureau 不是 http 连接" in str(refusal(one))


def test_nobody_there_is_unreachable():
    gone = WebService([])
    gone.stop()
    error = refusal(item(gone, "none"))
    assert error.outcome == "source_unreachable"
    assert "no answer" in str(error)
