"""Lines of a text in bounded memory: a line too long to be a row is measured and hashed, not kept."""

import hashlib
import io
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from credit_grading.sources.limits import BLOCK_CHARACTERS, LONGEST_ROW, SHOWN_OF_A_LONG_ROW
from credit_grading.sources.model import Row, RowNote, Values


@dataclass(frozen=True, slots=True)
class LongLine:
    """What is known of a line that was not kept: its beginning, its length in characters, SHA-256 of its UTF-8."""

    beginning: str
    length: int
    sha256: str

    def note(self) -> RowNote:
        """The finding about the row."""
        message = (
            f"该行有 {self.length} 个字符，超过上限 {LONGEST_ROW}，只保留开头和 SHA-256，请核对原文件"
            f"（row of {self.length} characters: only its beginning and hash are kept）"
        )
        kept = {"_note": "oversized_row", "_begins": self.beginning, "_length": self.length, "_sha256": self.sha256}
        return RowNote(message, kept)


class Lines:
    """A text in blocks of whole lines, or line by line, with lines that can be given back.

    Lines end with ``\\n``, ``\\r\\n`` or a lone ``\\r`` and keep their ends. ``read`` counts characters.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._rest = ""
        self._returned: deque[str | LongLine] = deque()
        self.read = 0

    def block(self) -> str | LongLine | None:
        """The next lines as one text, some BLOCK_CHARACTERS long; None at the end."""
        if self._returned:
            return self._returned.popleft()
        pieces = [self._rest]
        length = len(self._rest)
        while True:
            text = self._file.read(BLOCK_CHARACTERS)
            self.read += len(text)
            pieces.append(text)
            end = _last_line_end(text)
            if end or not text:
                break
            length += len(text)
            if length > LONGEST_ROW:
                return self._long_line(pieces)
        whole, self._rest = "".join([*pieces[:-1], text[:end]]), text[end:]
        return whole or None

    def line(self) -> str | LongLine | None:
        """The next line; None at the end."""
        if not self._returned:
            block = self.block()
            if not isinstance(block, str):
                return block
            self._returned.extend(split_lines(block))
        return self._returned.popleft()

    def give_back(self, lines: Sequence[str | LongLine]) -> None:
        """These come next, in this order."""
        self._returned.extendleft(reversed(lines))

    def has_returned(self) -> bool:
        """Whether lines that were given back, or cut from a block, are still to come."""
        return bool(self._returned)

    def __iter__(self) -> Iterator[str | LongLine]:
        while (line := self.line()) is not None:
            yield line

    def _long_line(self, pieces: list[str]) -> LongLine:
        start = "".join(pieces)
        digest = hashlib.sha256(start.encode("utf-8", "surrogatepass"))
        length = len(start)
        while text := self._file.read(BLOCK_CHARACTERS):
            self.read += len(text)
            ends = [place for place in (text.find("\n"), text.find("\r")) if place >= 0]
            part = text[: min(ends)] if ends else text
            digest.update(part.encode("utf-8", "surrogatepass"))
            length += len(part)
            if ends:
                self._rest = text[min(ends) :]
                break
        else:
            self._rest = ""
        return LongLine(start[:SHOWN_OF_A_LONG_ROW], length, digest.hexdigest())


def each_line(file: TextIO) -> Iterator[str | LongLine]:
    """Every line of a text, for readers that give none back."""
    lines = Lines(file)
    while (block := lines.block()) is not None:
        if isinstance(block, LongLine):
            yield block
        else:
            yield from split_lines(block)


def split_lines(text: str) -> list[str]:
    """Lines with their ends; unlike ``str.splitlines`` only line feeds and carriage returns end one."""
    return io.StringIO(text, newline="").readlines()


def _last_line_end(text: str) -> int:
    return text.rfind("\n") + 1 or text.rfind("\r") + 1


def bounded(row: Row) -> Row:
    """The row, or what is known of it where it is longer than LONGEST_ROW."""
    number, values, _ = row
    if sum(len(value) for value in values if value is not None) <= LONGEST_ROW:
        return row
    return number, [None] * len(values), measured(values).note()


def measured(values: Values) -> LongLine:
    """A row too long to keep; cells are joined by tabs."""
    text = "\t".join(value or "" for value in values)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return LongLine(text[:SHOWN_OF_A_LONG_ROW], len(text), digest)
