"""A real web service on this machine that hands out a list page by page, and misbehaves as it is told."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

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
