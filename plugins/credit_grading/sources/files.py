"""A file of a feed as one batch to be."""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, BinaryIO, cast

from credit_grading.sources.characters import stored_name
from credit_grading.sources.delimited import read_delimited
from credit_grading.sources.encoding import BLOCK, detect_encoding, first_undecodable_line
from credit_grading.sources.json_lines import read_json_lines
from credit_grading.sources.layout import sniff_delimiter
from credit_grading.sources.location import FeedFile
from credit_grading.sources.model import NOTHING_EXPECTED, Expected, SourceError, Stream
from credit_grading.sources.workbook_apart import open_workbook

# Enough for title, header and many rows
SNIFFED_CHARACTERS = 1 << 16
NAMED_DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|"}
CHANGED = "文件在读取过程中被改动，请稍后重试（changed while being read）"


def delimiter_of(source: Mapping[str, Any], otherwise: str = ",") -> str:
    """The character between the cells, as the department file declares it; ``otherwise`` where it does not."""
    declared = source.get("delimiter") or otherwise
    return NAMED_DELIMITERS.get(declared, declared)


class FileItem:
    """One file; ``source`` is the feed's source as its department file declares it.

    A file of another machine is fetched once, into an unnamed temporary file: its hash, its encoding and its rows
    are all read from there.
    """

    def __init__(self, file: FeedFile, source: dict[str, Any], expected: Expected = NOTHING_EXPECTED) -> None:
        self.file = file
        self.source = source
        self._expected = expected
        self._copy: BinaryIO | None = None

    @property
    def name(self) -> str:
        """The file's path below the feed's folder, as the ledger can hold it."""
        return stored_name(self.file.key)

    def window_key(self) -> str:
        """Each file is a window of its own: new content under the same name is a correction."""
        return self.name

    def fingerprint(self) -> str:
        """SHA-256 of the bytes: an unchanged file is known without reading its rows."""
        digest = hashlib.sha256()
        with _readable(), self._bytes() as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
        return digest.hexdigest()

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """Open for one pass. Raises SourceError; also at the end, where the file changed while it was read."""
        with _readable():
            before = self.file.state() if self.file.is_local else None
            with self._bytes() as raw, self._stream(raw) as stream:
                yield stream
            if before is not None and self.file.state() != before:
                raise SourceError("unreadable_file", CHANGED)

    def release(self) -> None:
        """Drop the copy."""
        if self._copy is not None:
            self._copy.close()
            self._copy = None

    @contextmanager
    def _bytes(self) -> Iterator[BinaryIO]:
        if self.file.is_local:
            with self.file.open() as raw:
                yield raw
            return
        if self._copy is None:
            self._copy = self._fetched()
        # a handle of its own each time: whoever reads may close what it was given, as a text wrapper does
        with os.fdopen(os.dup(self._copy.fileno()), "rb") as raw:
            raw.seek(0)
            yield raw

    def _fetched(self) -> BinaryIO:
        """The file's bytes. Raises SourceError where it grew meanwhile, or broke off."""
        before = self.file.state()
        copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115
        try:
            self.file.copy_to(copy)
            copy.flush()
            if self.file.state() != before:
                raise SourceError("unreadable_file", CHANGED)
        except BaseException:
            copy.close()
            raise
        return copy

    def _stream(self, raw: BinaryIO) -> AbstractContextManager[Stream]:
        kind, header_row = self.source["kind"], self.source.get("header_row")
        if kind in ("xlsx", "parquet"):
            if not raw.read(1):
                return nullcontext(Stream([], iter(())))
            raw.seek(0)
            if kind == "parquet":
                from credit_grading.sources.parquet import read_parquet

                return nullcontext(read_parquet(raw))
            headings = sorted(self._expected.headings)
            return open_workbook(raw, sheet=self.source.get("sheet"), header_row=header_row, headings=headings)
        text = io.TextIOWrapper(raw, encoding=self._encoding(raw), newline="")
        if kind == "json_lines":
            return nullcontext(read_json_lines(text))
        knows = self._expected.knows
        delimiter = delimiter_of(self.source, "") or sniff_delimiter(text.read(SNIFFED_CHARACTERS), knows)
        text.seek(0)
        return nullcontext(read_delimited(text, header_row, delimiter, knows))

    def _encoding(self, raw: BinaryIO) -> str:
        declared: str | None = self.source.get("encoding")
        if declared is None:
            encoding = detect_encoding(raw)
        else:
            encoding = "utf-8-sig" if declared == "utf-8" else declared
            bad_line = first_undecodable_line(raw, encoding)
            if bad_line is not None:
                raise SourceError(
                    "unknown_encoding",
                    f"第 {bad_line} 行不能按声明的编码 {declared} 读取（line {bad_line} is not {declared}）",
                )
        raw.seek(0)
        return encoding


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever keeps bytes from being read or decoded has a named outcome."""
    try:
        yield
    except UnicodeError:
        raise SourceError("unknown_encoding", "读取中遇到无法解码的字节（undecodable bytes）") from None
    except FileNotFoundError:
        raise SourceError("missing_file", "文件在读取过程中消失（gone while being read）") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceError("unreadable_file", f"文件无法读取（cannot be read）：{reason}") from None
