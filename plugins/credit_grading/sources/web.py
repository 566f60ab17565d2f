"""One request after another to a web service: its own host only, at a pace, with a limit to what an answer may hold."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from credit_grading.sources.access import Access
from credit_grading.sources.model import SourceError

TIMEOUT = httpx.Timeout(60, connect=10)
# A page is held in memory while it is read (assumption: 本项目假设).
LARGEST_PAGE_BYTES = 64 << 20
MOST_REDIRECTS = 3
# Answers that another try may change
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
DEFAULT_PORTS = {"http": 80, "https": 443}


class PageFault(Exception):
    """A page did not come, but may come when asked for again; ``retry_after`` is when the service wants to be asked.

    ``outcome`` is the feed's if it never comes.
    """

    def __init__(self, message: str, retry_after: float | None = None, outcome: str = "source_unreachable") -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.outcome = outcome


class Refused(SourceError):
    """The service understood and said no: asking again would not help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A body, and the address of the next page where the Link header names one."""

    body: bytes
    next_link: str | None


class WebClient:
    """Asks one web service.

    Args:
        access: base address; ``headers``, ``parameters``, ``basic`` and ``ca_file`` come from the connection.
        requests_per_second: never asks faster.
    """

    def __init__(self, access: Access, requests_per_second: float) -> None:
        options = access.options
        self._access = access
        self._pause = 1 / requests_per_second
        self._asked = float("-inf")
        self._parameters = dict(options.get("parameters") or {})
        # httpx would log every address, with the parameters of the connection
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._client = httpx.Client(
            headers={"Accept": "application/json", **(options.get("headers") or {})},
            auth=options.get("basic"),
            verify=_trusted(options.get("ca_file")),
            timeout=TIMEOUT,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def get(self, address: str, parameters: Mapping[str, Any]) -> Answer:
        """The answer of an address of the service: a path below the connection's, or a full address on its host.

        Raises PageFault where another try may help; Refused or another SourceError where not.
        """
        url = address if "://" in address else f"{self._access.url}/{address.lstrip('/')}"
        asked = {**parameters, **self._parameters}
        for _ in range(MOST_REDIRECTS + 1):
            self._refuse_stranger(url)
            self._keep_pace()
            try:
                # merged by hand: httpx's own parameters would replace those that a next link brings
                full = str(httpx.URL(url).copy_merge_params(asked)) if asked else url
                with self._client.stream("GET", full) as response:
                    if not response.is_redirect:
                        return self._answer(response, url)
                    url, asked = urljoin(full, response.headers.get("location", "")), {}
            except httpx.InvalidURL:
                raise SourceError("source_unreachable", "地址无效（not a valid address）") from None
            except httpx.TransportError as error:
                raise PageFault(f"服务没有应答（no answer）：{self._access.reason(error)}") from None
        raise SourceError("source_unreachable", f"重定向超过 {MOST_REDIRECTS} 次（too many redirects）")

    def _answer(self, response: httpx.Response, url: str) -> Answer:
        status = response.status_code
        if status in PASSING:
            raise PageFault(f"服务应答 HTTP {status}（the service answers {status}）", _retry_after(response))
        if not response.is_success:
            hint = "，请检查连接中的凭据（check the connection's credentials）" if status in (401, 403) else ""
            raise Refused("source_unreachable", f"服务拒绝请求：HTTP {status}（refused）{hint}")
        body = bytearray()
        for block in response.iter_bytes():
            body += block
            if len(body) > LARGEST_PAGE_BYTES:
                message = (
                    f"一页超过 {LARGEST_PAGE_BYTES >> 20} MiB，请减小 page_size（page too large: lower page_size）"
                )
                raise SourceError("unreadable_file", message)
        link = response.links.get("next", {}).get("url")
        return Answer(bytes(body), urljoin(url, link) if link else None)

    def _refuse_stranger(self, url: str) -> None:
        """The token goes to the connection's host and nowhere else."""
        if _origin(url) != _origin(self._access.url):
            message = (
                f"服务指向另一台主机“{urlsplit(url).netloc.rpartition('@')[2]}”，已拒绝（sent elsewhere: refused）"
            )
            raise SourceError("source_unreachable", message)

    def _keep_pace(self) -> None:
        wait = self._asked + self._pause - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._asked = time.monotonic()


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    return parts.scheme, (parts.hostname or "").lower(), port or DEFAULT_PORTS.get(parts.scheme, 0)


def _trusted(ca_file: str | None) -> Any:
    if ca_file is None:
        return True
    import ssl

    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError:
        raise SourceError("source_unreachable", "连接的 ca_file 无法读取（ca_file cannot be read）") from None


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds until the service wants to be asked again: RFC 9110, a number or a date."""
    text = response.headers.get("retry-after", "")
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, float(parsedate_to_datetime(text).timestamp()) - time.time())
    except (ValueError, TypeError):
        return None
