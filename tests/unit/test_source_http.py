"""Paged web services: every way of paging, every fault, against a real server."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from credit_grading.sources import http, web
from credit_grading.sources.access import Access
from credit_grading.sources.http import HttpItem
from credit_grading.sources.model import NOTHING_EXPECTED, Expected, SourceError
from tests.unit.web_service import TOKEN, WebService, answering, failing

PAGES: dict[str, dict[str, Any]] = {
    "page_number": {"path": "/api", "records": "data.list", "paging": {"style": "page_number", "page_size": 3}},
    "offset": {"path": "/api", "records": "data.list", "paging": {"style": "offset", "page_size": 3}},
    "cursor": {"path": "/cursor", "records": "items", "paging": {"style": "cursor", "page_size": 3, "next": "next"}},
    "next_link": {"path": "/link", "records": "items", "paging": {"style": "next_link", "next": "next"}},
    "none": {"path": "/list"},
}
NUMBERED = ["page_number", "offset"]


def records(count: int) -> list[dict[str, Any]]:
    return [
        {"文号": f"第{number}号", "金额": number / 10, "代码": 911500000000000000 + number} for number in range(count)
    ]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "FIRST_WAIT_SECONDS", 0.001)


@pytest.fixture
def service() -> Iterator[WebService]:
    running = WebService(records(8))
    yield running
    running.stop()


def item(
    service: WebService, style: str, folder: Path | None = None, expected: Expected = NOTHING_EXPECTED, **changes: Any
) -> HttpItem:
    source = {"kind": "http", "connection": "bureau", "requests_per_second": 100, **PAGES[style]}
    paging = source.pop("paging", None)
    extra = changes.pop("paging", {})
    if paging:
        source["paging"] = {**paging, **extra}
    access = Access(service.url, {"headers": {"Authorization": f"Bearer {TOKEN}"}})
    return HttpItem({**source, **changes}, lambda _: access, expected, folder)


def rows(one: HttpItem) -> list[str | None]:
    with one.open() as stream:
        position = stream.header.index("文号") if stream.header else 0
        found = [values[position] for _, values, _ in stream.rows]
    one.release()
    return found


def refusal(one: HttpItem) -> SourceError:
    with pytest.raises(SourceError) as caught:
        one.fetch()
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    assert all(TOKEN not in repr(error) + str(error) for error in chain)
    return caught.value


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


@pytest.mark.parametrize("style", [style for style in PAGES if style != "none"])
def test_a_read_that_broke_off_goes_on_where_it_was(service, style, tmp_path):
    for number in range(3, 3 + http.ATTEMPTS):
        service.faults[number] = failing(500)
    folder = tmp_path / "pages"
    assert "第 3 页" in str(refusal(item(service, style, folder)))
    before = len(service.asked)
    assert rows(item(service, style, folder)) == [f"第{number}号" for number in range(8)]
    assert 1 <= len(service.asked) - before <= 3
    assert not folder.exists()


def test_another_request_or_an_old_read_begins_anew(service, tmp_path, monkeypatch):
    for number in range(3, 3 + http.ATTEMPTS):
        service.faults[number] = failing(500)
    refusal(item(service, "page_number", tmp_path / "pages"))
    before = len(service.asked)
    assert len(rows(item(service, "page_number", tmp_path / "pages", parameters={"since": "2025"}))) == 8
    assert service.asked[before] == {"since": "2025", "page": "1", "size": "3"}


def test_a_place_that_the_service_has_forgotten_is_given_up_for_the_beginning(service, tmp_path):
    for number in range(3, 3 + http.ATTEMPTS):
        service.faults[number] = failing(500)
    refusal(item(service, "cursor", tmp_path / "pages"))
    service.faults[len(service.asked) + 1] = failing(410)
    assert len(rows(item(service, "cursor", tmp_path / "pages"))) == 8


def test_a_half_written_page_is_cut_off(service, tmp_path):
    for number in range(3, 3 + http.ATTEMPTS):
        service.faults[number] = failing(500)
    refusal(item(service, "page_number", tmp_path / "pages"))
    with (tmp_path / "pages" / "pages.jsonl.gz").open("ab") as file:
        file.write(b"\x1f\x8b half a page")
    assert rows(item(service, "page_number", tmp_path / "pages")) == [f"第{number}号" for number in range(8)]


def test_two_readers_of_one_feed_do_not_mix(service, tmp_path):
    first = item(service, "page_number", tmp_path / "pages")
    first.fetch()
    with pytest.raises(SourceError, match="another task is reading this feed"):
        item(service, "page_number", tmp_path / "pages")
    first.release()
    assert len(rows(item(service, "page_number", tmp_path / "pages"))) == 8


def test_what_may_not_be_kept_is_not_written(service, tmp_path):
    expected = Expected(is_personal=lambda heading: heading == "文号")
    one = item(service, "none", tmp_path / "pages", expected)
    with one.open() as stream:
        assert {values[0] for _, values, _ in stream.rows} == {None}
        assert stream.header[0] == "文号"
    others = item(service, "none", tmp_path / "persons", Expected(has_persons=True))
    others.fetch()
    assert not (tmp_path / "persons").exists()


@pytest.mark.parametrize(("status", "words"), [(401, "credentials"), (403, "credentials"), (404, "HTTP 404")])
def test_a_refusal_is_named_and_not_repeated(service, status, words):
    service.faults[1] = failing(status)
    assert words in str(refusal(item(service, "none")))
    assert len(service.asked) == 1


def test_a_long_pause_is_left_to_the_next_attempt(service):
    service.faults[1] = failing(503, Retry_After="3600")
    assert refusal(item(service, "none")).outcome == "source_unreachable"
    assert len(service.asked) == 1


def test_the_token_goes_to_no_other_host(service):
    other = WebService(records(1))
    try:
        service.faults[1] = failing(302, Location=f"{other.url}/list")
        assert "sent elsewhere" in str(refusal(item(service, "none")))
        service.faults[2] = answering(f'{{"items": [{{"a": 1}}], "next": "{other.url}/link"}}'.encode())
        assert "sent elsewhere" in str(refusal(item(service, "next_link")))
        assert other.asked == []
    finally:
        other.stop()


def test_a_redirect_on_the_same_host_is_followed(service):
    service.faults[1] = failing(307, Location="/list")
    assert len(rows(item(service, "none", path="/moved"))) == 8


def test_a_page_too_large_for_memory_is_refused(service, monkeypatch):
    monkeypatch.setattr(web, "LARGEST_PAGE_BYTES", 100)
    assert "page too large" in str(refusal(item(service, "none")))


def test_requests_keep_their_distance(service):
    monkeypatch_free = time.monotonic()
    rows(item(service, "page_number", requests_per_second=20))
    assert time.monotonic() - monkeypatch_free >= (len(service.asked) - 1) / 20


def test_an_unusable_connection_is_named(service):
    one = HttpItem({"kind": "http", "connection": "bureau", "path": "/"}, lambda _: "postgresql://h/d")
    assert "bureau 不是 http 连接" in str(refusal(one))


def test_nobody_there_is_unreachable():
    gone = WebService([])
    gone.stop()
    error = refusal(item(gone, "none"))
    assert error.outcome == "source_unreachable"
    assert "no answer" in str(error)
