"""Web services that break off, and what may not leave: resumed reads, tokens, redirects, personal data on disk."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from credit_grading.sources import http, web
from credit_grading.sources.model import Expected, SourceError
from tests.unit.web_service import PAGES, WebService, answering, failing, item, records, refusal, rows


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "FIRST_WAIT_SECONDS", 0.001)


@pytest.fixture
def service() -> Iterator[WebService]:
    running = WebService(records(8))
    yield running
    running.stop()


@pytest.mark.parametrize("style", [style for style in PAGES if style != "none"])
def test_a_read_that_broke_off_goes_on_where_it_was(service, style, tmp_path):
    for number in range(3, 3 + http.ATTEMPTS):
        service.faults[number] = failing(500)
    folder = tmp_path / "pages"
    assert "第 3 页" in str(refusal(item(service, style, folder)))
    before = len(service.asked)
    assert rows(item(service, style, folder)) == [f"第{number}号" for number in range(8)]
    # the question that was never answered, not the first one
    assert service.asked[before] == service.asked[2] != service.asked[0]
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
    expected = Expected(personal=frozenset({"文号"}))
    one = item(service, "none", tmp_path / "pages", expected)
    with one.open() as stream:
        assert {values[0] for _, values, _ in stream.rows} == {None}
        assert stream.header[0] == "文号"
    others = item(service, "none", tmp_path / "persons", Expected(has_persons=True))
    others.fetch()
    assert not (tmp_path / "persons").exists()


READ_AND_WAIT = """
import sys
from pathlib import Path
from credit_grading.sources.access import Access
from credit_grading.sources.http import HttpItem
from credit_grading.sources.model import Expected
source = {"kind": "http", "connection": "bureau", "path": "/list"}
item = HttpItem(source, lambda _: Access(sys.argv[1], {}), Expected(has_persons=True), Path(sys.argv[2]))
item.fetch()
with item.open() as stream:
    print(len(list(stream.rows)), flush=True)
    sys.stdin.read()
"""


def test_a_killed_process_leaves_nothing_of_persons(service, tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", READ_AND_WAIT, service.url, tmp_path / "pages"],
        env=os.environ | {"TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as reader:
        assert reader.stdout.readline() == b"8\n"
        assert list(tmp_path.rglob("*")) == [folder]
        reader.kill()
    assert list(tmp_path.rglob("*")) == [folder]


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
