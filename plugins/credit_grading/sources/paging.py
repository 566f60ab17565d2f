"""Ways in which web services hand out a list page by page: what to ask for next, and what an answer says."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from credit_grading.sources.spool import Progress
from credit_grading.sources.web import Answer, PageFault

NUMBERED = ("page_number", "offset")
DEFAULT_SIZE = 500
DEFAULT_NAMES = {"page_number": ("page", "size"), "offset": ("offset", "limit"), "cursor": ("cursor", "limit")}


class SourceChanged(Exception):
    """Rows moved between pages while they were read, so that some may have been passed by."""


class RepeatedKeys(list[tuple[str, Any]]):
    """A JSON object that holds a key more than once: no record, but nothing of it may be lost."""


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of JSON, one per record, with the hash of each; ``token`` leads to the next page, ``total`` is stated."""

    lines: list[str]
    hashes: list[str]
    token: str | None
    total: int | None


class Paging:
    """How one feed is paged.

    Args:
        source: its source in the department file: ``path``, ``parameters``, ``records`` and ``paging``.
        drops: whether the values under a key may not be kept.
    """

    def __init__(self, source: dict[str, Any], drops: Callable[[str], bool]) -> None:
        paging = source.get("paging") or {}
        self.style: str = paging.get("style", "none")
        names = DEFAULT_NAMES.get(self.style, ("", ""))
        self._path: str = source["path"]
        self._fixed: dict[str, Any] = dict(source.get("parameters") or {})
        self._records: str = source.get("records", "")
        self._parameter: str = paging.get("parameter", names[0])
        self._size_parameter: str = paging.get("size_parameter", names[1])
        self._size: int = paging.get("page_size", DEFAULT_SIZE)
        self._first: int = paging.get("first", 1)
        self._next: str = paging.get("next", "")
        self._total: str = paging.get("total", "")
        self._drops = drops

    @property
    def has_total(self) -> bool:
        """Whether the service says how many records there are."""
        return bool(self._total)

    def request(self, address: str) -> str:
        """A hash of everything that decides what the pages hold."""
        parts = {name: value for name, value in vars(self).items() if name != "_drops"}
        return hashlib.sha256(json.dumps([address, parts], sort_keys=True, default=str).encode()).hexdigest()

    def question(self, progress: Progress) -> tuple[str, dict[str, Any]]:
        """Address and parameters of the next page."""
        if self.style == "next_link" and progress.token:
            return progress.token, {}
        asked = dict(self._fixed)
        if self.style in (*NUMBERED, "cursor") or self._size_parameter:
            asked[self._size_parameter] = self._size
        if self.style == "page_number":
            asked[self._parameter] = self._first + progress.pages
        elif self.style == "offset":
            # one record again: where it is not the one we have, the list has moved
            asked[self._parameter] = max(progress.received - 1, 0)
        elif self.style == "cursor" and progress.token:
            asked[self._parameter] = progress.token
        return self._path, asked

    def page(self, answer: Answer, progress: Progress) -> Page:
        """What an answer holds. Raises PageFault where it is not what was asked for, SourceChanged where rows moved."""
        document = _document(answer.body)
        records = _found(document, self._records)
        if not isinstance(records, list):
            message = f"应答中没有记录列表“{self._records}”，只有：{_keys(document)}（no list of records there）"
            raise PageFault(message, outcome="unreadable_file")
        lines = [_line(record, self._drops) for record in records]
        hashes = [hashlib.md5(line.encode(), usedforsecurity=False).hexdigest() for line in lines]
        page = Page(lines, hashes, self._token(document, answer), self._stated_total(document))
        self._check(page, progress)
        if self.style == "offset" and progress.received:
            page = Page(lines[1:], hashes[1:], page.token, page.total)
        return page

    def _check(self, page: Page, progress: Progress) -> None:
        if page.total is not None and progress.total is not None and page.total < progress.total:
            raise SourceChanged(f"总数由 {progress.total} 变为 {page.total}（the total fell）")
        overlaps = self.style == "offset" and progress.received > 0
        if overlaps and page.hashes[:1] == progress.last[-1:]:
            return
        if progress.pages and self.style in NUMBERED and page.hashes and page.hashes == progress.last:
            message = (
                "与上一页完全相同：服务可能不认识分页参数，或在末页之后重复末页，请声明 paging.total"
                "（the page before came again: wrong parameter, or the last page repeated; declare paging.total）"
            )
            raise PageFault(message)
        if page.token is not None and page.token == progress.token:
            raise PageFault("下一页仍指向本页（the next page is this page again）")
        if overlaps:
            raise SourceChanged("重叠的一条记录不同（the record asked for twice is another one now）")

    def _token(self, document: Any, answer: Answer) -> str | None:
        if self.style == "next_link" and not self._next:
            return answer.next_link
        token = _found(document, self._next) if self._next else None
        return str(token) if isinstance(token, str) and token else None

    def _stated_total(self, document: Any) -> int | None:
        if not self._total:
            return None
        stated = _found(document, self._total)
        try:
            return int(str(stated))
        except ValueError:
            message = f"应答中没有总数“{self._total}”，只有：{_keys(document)}（no total there）"
            raise PageFault(message, outcome="unreadable_file") from None


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any] | RepeatedKeys:
    record = dict(pairs)
    return record if len(record) == len(pairs) else RepeatedKeys(pairs)


# digits stay as written: 0.10 is not 0.1, and 18-digit codes are not floats
_DECODER = json.JSONDecoder(object_pairs_hook=_record, parse_float=str, parse_int=str, parse_constant=str)


def _document(body: bytes) -> Any:
    try:
        return _DECODER.decode(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise PageFault("应答不是 JSON（the answer is no JSON）", outcome="unreadable_file") from None


def _found(document: Any, path: str) -> Any:
    for step in path.split(".") if path else ():
        document = document.get(step) if isinstance(document, dict) else None
    return document


def _keys(document: Any) -> str:
    return "、".join(list(document)[:20]) if isinstance(document, dict) else type(document).__name__


def _line(record: Any, drops: Callable[[str], bool]) -> str:
    """One line of JSON, all ASCII, without the values that may not be kept."""
    if not isinstance(record, (dict, RepeatedKeys)):
        return json.dumps(record)
    pairs = record.items() if isinstance(record, dict) else record
    return (
        "{"
        + ", ".join(f"{json.dumps(key)}: {'null' if drops(key) else json.dumps(value)}" for key, value in pairs)
        + "}"
    )
