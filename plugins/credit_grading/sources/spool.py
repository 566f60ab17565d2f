"""Pages of a web service on disk, until the whole of them is landed: a read that broke off goes on where it was."""

import fcntl
import gzip
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from credit_grading.sources.model import SourceError

# Pages older than that are of another time than those still to come (assumption: 本项目假设)
LONGEST_KEPT_SECONDS = 12 * 3600
PAGES = "pages.jsonl.gz"
PROGRESS = "progress.json"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a read has come.

    ``request`` identifies what is asked for; ``token`` is where the next page is; ``last`` are hashes of the records
    of the last page; ``total`` is what the service said there are; ``overlaps`` counts records that neighbouring pages
    both held; ``length`` is how much of the file of pages is whole.
    """

    request: str
    pages: int = 0
    received: int = 0
    token: str | None = None
    last: list[str] = field(default_factory=list)
    total: int | None = None
    overlaps: int = 0
    length: int = 0
    is_done: bool = False
    began: float = 0.0


class Spool:
    """A folder for the pages of one feed.

    Args:
        folder: kept until ``clear``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self._folder.with_suffix(".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            message = "该数据源正在被另一任务接收（another task is reading this feed now）"
            raise SourceError("source_unreachable", message) from None

    def resume(self, request: str) -> Progress:
        """Where an earlier read of the same request broke off; the beginning where there is none, or an old one."""
        try:
            found = Progress(**json.loads((self._folder / PROGRESS).read_text(encoding="utf-8")))
            is_whole = (self._folder / PAGES).stat().st_size >= found.length
        except (OSError, ValueError, TypeError):
            return self.restart(request)
        is_fresh = 0 <= time.time() - found.began < LONGEST_KEPT_SECONDS
        return found if found.request == request and is_whole and is_fresh else self.restart(request)

    def restart(self, request: str) -> Progress:
        """Forget all pages, and begin."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self._folder / PROGRESS).unlink(missing_ok=True)
        with os.fdopen(os.open(self._folder / PAGES, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"):
            pass
        return Progress(request=request, began=time.time())

    def append(self, lines: str, before: Progress, after: Progress) -> Progress:
        """Write a page and the progress with it; what was half written before is cut off first."""
        with (self._folder / PAGES).open("r+b") as file:
            file.truncate(before.length)
            file.seek(before.length)
            file.write(gzip.compress(lines.encode("ascii"), compresslevel=1))
            length = file.tell()
        done = replace(after, length=length)
        written = self._folder / f"{PROGRESS}.new"
        written.write_text(json.dumps(asdict(done)), encoding="utf-8")
        written.replace(self._folder / PROGRESS)
        return done

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        """All records as JSON Lines."""
        with gzip.open(self._folder / PAGES, "rt", encoding="ascii", newline="") as text:
            yield cast(TextIO, text)

    def clear(self) -> None:
        """Remove every page."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Let others read this feed."""
        self._lock.close()


class UnnamedSpool:
    """Pages in a file without a name, for data that may not stay: it ends with the process, whatever ends that."""

    def __init__(self) -> None:
        self._pages = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115

    def resume(self, request: str) -> Progress:
        """The beginning: nothing of an earlier read is left."""
        return self.restart(request)

    def restart(self, request: str) -> Progress:
        """Forget all pages, and begin."""
        self._pages.truncate(0)
        return Progress(request=request, began=time.time())

    def append(self, lines: str, before: Progress, after: Progress) -> Progress:
        """Write a page behind those before it."""
        self._pages.truncate(before.length)
        self._pages.seek(before.length)
        self._pages.write(gzip.compress(lines.encode("ascii"), compresslevel=1))
        return replace(after, length=self._pages.tell())

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        """All records as JSON Lines."""
        self._pages.seek(0)
        with gzip.open(self._pages, "rt", encoding="ascii", newline="") as text:
            yield cast(TextIO, text)

    def clear(self) -> None:
        """Remove every page."""
        self._pages.truncate(0)

    def close(self) -> None:
        """Give the file back to the system."""
        self._pages.close()
