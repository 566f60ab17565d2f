"""A file of a feed as one batch to be."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from credit_grading.sources.delimited import read_delimited
from credit_grading.sources.encoding import BLOCK, detect_encoding, first_undecodable_line
from credit_grading.sources.json_lines import read_json_lines
from credit_grading.sources.location import FeedFile
from credit_grading.sources.model import SourceError, Stream


@dataclass(frozen=True, slots=True)
class FileItem:
    """One file; ``source`` is the feed's source as its department file declares it."""

    file: FeedFile
    source: dict[str, Any]

    @property
    def name(self) -> str:
        """The file's path below the feed's folder."""
        return self.file.key

    def window_key(self) -> str:
        """Each file is a window of its own: new content under the same name is a correction."""
        return self.file.key

    def fingerprint(self) -> str:
        """SHA-256 of the bytes: an unchanged file is known without reading its rows."""
        digest = hashlib.sha256()
        with self.file.open() as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
        return digest.hexdigest()

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """Open for one pass. Raises SourceError; also at the end, where the file changed while it was read."""
        before = self.file.state()
        try:
            with self.file.open() as raw:
                yield self._stream(raw)
        except UnicodeDecodeError:
            raise SourceError("unknown_encoding", "读取中遇到无法解码的字节（undecodable bytes）") from None
        if self.file.state() != before:
            raise SourceError("unreadable_file", "文件在读取过程中被改动，请稍后重试（changed while being read）")

    def _stream(self, raw: BinaryIO) -> Stream:
        kind, header_row = self.source["kind"], self.source.get("header_row", 1)
        if kind == "xlsx":
            if not raw.read(1):
                return Stream([], iter(()))
            raw.seek(0)
            from credit_grading.sources.workbook import read_workbook

            return read_workbook(raw, self.source.get("sheet"), header_row)
        text = io.TextIOWrapper(raw, encoding=self._encoding(raw), newline="")
        return read_json_lines(text) if kind == "json_lines" else read_delimited(text, header_row)

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
