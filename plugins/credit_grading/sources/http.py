"""A paged web service that answers in JSON, as one batch to be: all pages first, then their rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from credit_grading.sources.access import Access, OpenConnection, access_of
from credit_grading.sources.json_lines import read_json_lines
from credit_grading.sources.model import NOTHING_EXPECTED, Expected, SourceError, Stream
from credit_grading.sources.paging import NUMBERED, Page, Paging, SourceChanged
from credit_grading.sources.spool import Progress, Spool, UnnamedSpool
from credit_grading.sources.web import PageFault, Refused, WebClient

# Ours (assumptions: 本项目假设). After them the attempt ends, and Airflow's own retries go on where it was.
ATTEMPTS = 6
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
# a service that wants to be left alone for longer is asked by the task's next attempt
LONGEST_RETRY_AFTER = 300.0
MOST_RESTARTS = 2
REQUESTS_PER_SECOND = 5.0


class HttpItem:
    """All records of a web service, as one batch.

    ``fetch`` brings the pages to disk, outside any transaction; ``open`` reads them from there. A fetch that broke
    off is gone on with by the next one, in this process or another on the same state folder. Values of columns that
    are not landed are not written; of a contract with persons nothing outlives the process.

    Args:
        source: ``source`` of the department file.
        open_connection: gives base address and credentials.
        expected: what the contract says.
        folder: for the pages.
    """

    def __init__(
        self,
        source: dict[str, Any],
        open_connection: OpenConnection,
        expected: Expected = NOTHING_EXPECTED,
        folder: Path | None = None,
    ) -> None:
        self._source = source
        self._open_connection = open_connection
        self._paging = Paging(source, expected.is_personal)
        self._spool = UnnamedSpool() if expected.has_persons or folder is None else Spool(folder)
        self._progress: Progress | None = None

    @property
    def name(self) -> str:
        """Connection and path."""
        return f"{self._source['connection']}:{self._source['path']}"

    def fingerprint(self) -> None:
        """Nothing about a service is cheaper than reading it."""
        return

    def window_key(self) -> str:
        """The whole list, each time."""
        return "snapshot"

    def fetch(self) -> None:
        """Bring every page that is not here yet. Raises SourceError; what came by then is kept."""
        try:
            access = self._access()
            client = WebClient(access, self._source.get("requests_per_second", REQUESTS_PER_SECOND))
            try:
                self._progress = self._fetched(client, self._paging.request(access.url))
            finally:
                client.close()
        except BaseException:
            self._spool.close()
            raise

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """The rows of all pages; fetched first where that has not been done."""
        if self._progress is None:
            self.fetch()
        assert self._progress is not None
        with self._spool.open() as text:
            yield replace(read_json_lines(text), notices=self._notices(self._progress))

    def release(self) -> None:
        """Remove the pages: what they hold is landed, or was refused for what it is."""
        self._spool.clear()
        self._spool.close()

    def _access(self) -> Access:
        connection = self._source["connection"]
        try:
            access = access_of(self._open_connection(connection))
        except Exception as error:  # whoever keeps the connections has errors of its own
            message = f"连接 {connection} 不可用（connection unavailable）：{type(error).__name__}"
            raise SourceError("source_unreachable", message) from None
        if not access.url.startswith(("http://", "https://")):
            raise SourceError("source_unreachable", f"连接 {connection} 不是 http 连接（not an HTTP connection）")
        return access

    def _fetched(self, client: WebClient, request: str) -> Progress:
        progress = self._spool.resume(request)
        is_resumed, restarts = progress.pages > 0, 0
        while not progress.is_done:
            try:
                progress = self._next(client, progress)
            except SourceChanged as change:
                restarts += 1
                if restarts > MOST_RESTARTS:
                    message = (
                        f"读取期间源数据变动，{restarts} 次均未读完整（the source changes while it is read）：{change}"
                    )
                    raise SourceError("source_unreachable", message) from None
                progress = self._spool.restart(request)
            except Refused:
                # a service may have forgotten the place at which another attempt broke off
                if not is_resumed:
                    raise
                progress = self._spool.restart(request)
            is_resumed = False
        return progress

    def _next(self, client: WebClient, before: Progress) -> Progress:
        """One more page on disk."""
        page = self._page(client, before)
        received = before.received + len(page.lines)
        after = replace(
            before,
            pages=before.pages + 1,
            received=received,
            token=page.token,
            last=page.hashes or before.last,
            total=page.total,
            overlaps=before.overlaps + len(set(page.hashes) & set(before.last)),
            is_done=self._is_last(page, received),
        )
        return self._spool.append("".join(f"{line}\n" for line in page.lines), before, after)

    def _is_last(self, page: Page, received: int) -> bool:
        if self._paging.style in NUMBERED:
            return received >= page.total if page.total is not None else not page.lines
        return page.token is None

    def _page(self, client: WebClient, progress: Progress) -> Page:
        """The next page, asked for until it comes. Raises SourceError where it does not."""
        retrying = Retrying(
            retry=retry_if_exception_type(PageFault), stop=_gives_up, wait=_pause, reraise=True
        )  # fmt: skip
        try:
            return retrying(self._asked, client, progress)
        except PageFault as fault:
            message = f"第 {progress.pages + 1} 页，试了多次（page {progress.pages + 1}, tried again）：{fault}"
            raise SourceError(fault.outcome, message) from None

    def _asked(self, client: WebClient, progress: Progress) -> Page:
        question = self._paging.question(progress)
        page = self._paging.page(client.get(*question), progress)
        if self._paging.style in NUMBERED and not page.lines and page.total is None:
            # the end, or a service that faltered: an empty page is believed when it comes twice
            page = self._paging.page(client.get(*question), progress)
        missing = page.total is not None and progress.received + len(page.lines) < page.total
        if missing and not (page.lines if self._paging.style in NUMBERED else page.token):
            got = progress.received + len(page.lines)
            raise PageFault(f"应有 {page.total} 条，只收到 {got} 条（{got} of {page.total} records came）")
        return page

    def _notices(self, progress: Progress) -> list[str]:
        if not progress.overlaps:
            return []
        return [
            f"相邻页有 {progress.overlaps} 条记录相同，读取期间源数据可能有新增；重复的只计一次"
            f"（{progress.overlaps} records on two neighbouring pages: rows were added meanwhile; each counts once）"
        ]


def _gives_up(state: RetryCallState) -> bool:
    return stop_after_attempt(ATTEMPTS)(state) or _wanted(state) > LONGEST_RETRY_AFTER


def _pause(state: RetryCallState) -> float:
    own = wait_random_exponential(multiplier=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS)(state)
    return max(own, _wanted(state))


def _wanted(state: RetryCallState) -> float:
    """Seconds that the service asked for."""
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after or 0.0 if isinstance(error, PageFault) else 0.0
