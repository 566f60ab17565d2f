"""A real web service on this machine that hands out a list page by page, and misbehaves as it is told."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from credit_grading.sources.access import Access
from credit_grading.sources.http import HttpItem
from credit_grading.sources.model import NOTHING_EXPECTED, Expected, SourceError

# what a fault may answer: status, headers, body; None breaks the connection off
Answer = tuple[int, dict[str, str], bytes] | None
TOKEN = "t0ken-of-the-department"


class WebService:
    """Serves ``records``; ``faults`` are taken one per request, before an honest answer is given.

    ``before_page`` is called with the number of the request, and may change the records.
    """

    def __init__(self, records: list[Any]) -> None:
        self.records = records
        self.faults: dict[int, Callable[[bytes], Answer]] = {}
        self.asked: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.before_page: Callable[[int], None] = lambda number: None
        self.clamps = False
        self.with_total = True
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.handle(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(asked)
        self.headers.append(dict(request.headers))
        number = len(self.asked)
        self.before_page(number)
        honest = json.dumps(self.page(parts.path, asked), ensure_ascii=False).encode()
        fault = self.faults.get(number)
        answer = fault(honest) if fault else (200, {}, honest)
        if answer is None:
            request.connection.close()
            return
        status, headers, body = answer
        request.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    def page(self, path: str, asked: dict[str, str]) -> Any:
        size = int(asked.get("size", asked.get("limit", "3")))
        if path == "/list":
            return self.records
        if path == "/link":
            start = int(asked.get("from", "0"))
            following = f"{self.url}/link?from={start + size}" if start + size < len(self.records) else None
            return {"items": self.records[start : start + size], "next": following}
        if path == "/cursor":
            start = int(asked.get("cursor", "c0")[1:])
            following = f"c{start + size}" if start + size < len(self.records) else None
            return {"items": self.records[start : start + size], "next": following}
        if path != "/api":
            return []
        if "offset" in asked:
            start = int(asked["offset"])
        else:
            page = int(asked["page"])
            if self.clamps:
                page = min(page, -(-len(self.records) // size))
            start = (page - 1) * size
        data: dict[str, Any] = {"list": self.records[start : start + size]}
        if self.with_total:
            data["total"] = len(self.records)
        return {"code": 0, "data": data}


def failing(status: int, **headers: str) -> Callable[[bytes], Answer]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda honest: (status, named, b'{"message": "busy"}')


def answering(body: bytes) -> Callable[[bytes], Answer]:
    return lambda honest: (200, {}, body)


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
