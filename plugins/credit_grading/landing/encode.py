"""Rows as lines of COPY's text format, with the hash of each row and of the whole batch.

Every received value passes here, so it is written for speed: rows go in blocks, and a block without anything odd costs
each row one join, one hash and one line. A block with something odd goes row by row.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from operator import itemgetter
from typing import Any

from credit_grading.landing.changes import DELETED, OPERATION
from credit_grading.landing.corrections import CORRECTS, REFERENCE
from credit_grading.landing.headers import HeaderMapping
from credit_grading.landing.personal import mask_identity_numbers, may_hold_identity_number
from credit_grading.landing.persons import PersonGuard, Shield
from credit_grading.sources.characters import has_invisible
from credit_grading.sources.limits import LONGEST_ROW
from credit_grading.sources.lines import bounded
from credit_grading.sources.model import Row, RowNote, Values

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"
REPLACEMENT = "\ufffd"
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
REPLACED = "_replaced_characters"
INVISIBLE = "invisible_characters"
# Lines sent to the server at a time: large enough that a call costs nothing, small enough to stay in the cache.
BLOCK_LINES = 500


class RowEncoder:
    """Turns the rows of one batch into COPY lines.

    Args:
        batch_id: written in front of each line.
        header: of the source, for naming columns in notes.
        mapping: which values go where.
        note: told (row number, note) of every odd row.
        skip: row hashes not to be received again.
        ordered: whether the order of rows is part of the content (files) or not (queries).
        guard: of a contract with persons.
        marks: what a row says of itself beside its values, kept in its extra columns.
        masks: of a contract without persons, how a value of each column is masked where something looks personal.
    """

    def __init__(
        self,
        batch_id: int,
        header: list[str],
        mapping: HeaderMapping,
        note: Callable[[int, RowNote], None],
        *,
        skip: Collection[str] = (),
        ordered: bool = True,
        guard: PersonGuard | None = None,
        marks: Callable[[Values], dict[str, object]] | None = None,
        masks: list[Shield | None] | None = None,
    ) -> None:
        self.rows = 0
        self._batch = b"%d\t" % batch_id
        self._header = header
        # names that are told and kept
        self._told = guard.told_header(header) if guard else header
        self._mapping = mapping
        self._note = note
        self._skip = skip
        self._ordered = ordered
        self._columns = "\t".join(mapping.readings).encode() + b"\n"
        self._start = hashlib.md5(self._columns, usedforsecurity=False)
        self._content = hashlib.sha256("\t".join(header).encode("utf-8", "replace") + b"\n")
        self._sum = 0
        positions = mapping.positions
        self._pick: Callable[[Values], Any] = (
            itemgetter(*positions) if len(positions) > 1 else lambda values: (values[positions[0]],)
        )
        self._guard = guard
        self._marks = marks
        self._pick_masked = _shielded(self._pick, masks) if masks else self._pick
        if guard:
            self._pick = self._pick_masked = _shielded(
                self._pick, guard.shields(mapping.columns, keyed=mapping.corrects is not None)
            )
        # every row of these has something beside its values
        self._is_never_plain = bool(mapping.unknown) or marks is not None or mapping.corrects is not None

    def content_hash(self) -> str:
        """SHA-256 over the header and all values so far."""
        content = self._content.copy()
        if not self._ordered:
            content.update(b"%d %d" % (self._sum, self.rows))
        return content.hexdigest()

    def blocks(self, rows: Iterator[Row]) -> Iterator[bytes]:
        """COPY data in blocks. Columns: batch_id, row_number, row_hash, extra_columns, then the mapping's columns."""
        while chunk := list(islice(rows, BLOCK_LINES)):
            block = self._plain_block(chunk) or self._careful_block(chunk)
            if block:
                yield block

    def _plain_block(self, chunk: list[Row]) -> bytes | None:
        """The block where no row of it has a note, an unknown column, or a character that COPY would misread."""
        if self._skip or self._is_never_plain:
            return None
        joined = self._joined(chunk)
        if joined is None:
            return None
        lines, nulls = joined
        text = "\n".join(lines)
        try:
            encoded = text.encode()
        except UnicodeEncodeError:
            # half a surrogate pair
            return None
        if not self._is_plain(text, len(lines), nulls) or self._is_doubtful(text, encoded):
            return None
        rows = encoded.split(b"\n")
        batch = self._batch
        # a copy of what every hash begins with costs less than a new one
        digests = [self._start.copy() for _ in rows]
        for digest, line in zip(digests, rows, strict=True):
            digest.update(line)
        if self._ordered:
            self._content.update(b"\n\\N\n".join(rows) + b"\n\\N\n")
        else:
            for digest in digests:
                self._add_unordered(digest.digest(), b"\\N")
        self.rows += len(rows)
        return b"".join(
            [
                b"%b%d\t%b\t\\N\t%b\n" % (batch, row[0], digest.hexdigest().encode(), line)
                for row, digest, line in zip(chunk, digests, rows, strict=True)
            ]
        )

    def _joined(self, chunk: list[Row]) -> tuple[list[str], int] | None:
        """Each row's cells as one line, and how many of them are null; None where a row has a note."""
        pick = self._pick
        if any(row[2] is not None for row in chunk):
            return None
        try:
            return ["\t".join(pick(row[1])) for row in chunk], 0
        except TypeError:
            lines, nulls = [], 0
            for _, values, _ in chunk:
                picked = pick(values)
                if None in picked:
                    nulls += picked.count(None)
                    picked = [NULL if value is None else value for value in picked]
                lines.append("\t".join(picked))
            return lines, nulls

    def _add_unordered(self, row_digest: bytes, extra: bytes) -> None:
        both = hashlib.md5(row_digest + extra, usedforsecurity=False).digest()
        self._sum = (self._sum + int.from_bytes(both, "big")) % (1 << 128)

    def _is_plain(self, text: str, lines: int, nulls: int = 0) -> bool:
        """Whether COPY reads the joined cells of so many lines as they are; each null is one backslash."""
        return (
            len(text) <= LONGEST_ROW
            and text.count("\n") == lines - 1
            and text.count("\t") == (len(self._mapping.columns) - 1) * lines
            and text.count("\\") == nulls
            and "\r" not in text
            and "\0" not in text
        )

    def _is_doubtful(self, text: str, encoded: bytes) -> bool:
        """Whether values must be looked at one by one: for somebody's number, or for characters that nobody sees."""
        return (self._guard is None and may_hold_identity_number(encoded)) or has_invisible(text, encoded)

    def _careful_block(self, chunk: list[Row]) -> bytes:
        md5, update = hashlib.md5, self._content.update
        skip = self._skip
        block: list[bytes] = []
        for row in chunk:
            encoded, extra, hashed = self._plain_line(row) or self._odd(*bounded(row))
            digest = md5(hashed + encoded, usedforsecurity=False)
            row_hash = digest.hexdigest()
            if skip and row_hash in skip:
                continue
            if self._ordered:
                update(encoded + b"\n" + extra + b"\n")
            else:
                self._add_unordered(digest.digest(), extra)
            self.rows += 1
            block.append(b"%b%d\t%b\t%b\t%b\n" % (self._batch, row[0], row_hash.encode(), extra, encoded))
        return b"".join(block)

    def _plain_line(self, row: Row) -> tuple[bytes, bytes, bytes] | None:
        """What `_odd` would give, where the row has nothing odd but nulls."""
        joined = None if self._is_never_plain else self._joined([row])
        if joined is None:
            return None
        [line], nulls = joined
        try:
            encoded = line.encode()
        except UnicodeEncodeError:
            return None
        if not self._is_plain(line, 1, nulls) or self._is_doubtful(line, encoded):
            return None
        return encoded, b"\\N", self._columns

    def _odd(self, number: int, values: Values, note: RowNote | None) -> tuple[bytes, bytes, bytes]:
        """The slow way, for nulls, characters that need escaping, notes and unknown columns.

        Returns the encoded line, the encoded extra columns, and what the row hash starts with: what the contract
        does not know is no part of it, or an export time in an unknown column would make every row a new version.
        """
        kept: dict[str, object] = {}
        if note:
            if self._guard:
                values, note = self._guard.doubtful(self._header, values, note)
            self._note(number, note)
            kept.update(note.kept)
        values, replaced = _storable(values)
        if replaced:
            names = [self._told[position] for position in replaced]
            message = "含空字符或残缺字符，已替换为 U+FFFD（NUL or broken character replaced）"
            self._note(number, RowNote(message, column=names[0], level="warning"))
            kept[REPLACED] = names
        self._note_invisible(number, values)
        picked = self._pick_masked(values)
        line = "\t".join([NULL if value is None else value.translate(ESCAPES) for value in picked])
        hashed = self._columns + (_json(kept) if kept else b"")
        if self._marks:
            marks = self._marks(values)
            # the end of a record is another message than its last content; the word for writing it is not
            hashed += DELETED.encode() if marks.get(OPERATION) == DELETED else b""
            kept.update(marks)
        for heading, position in self._mapping.unknown:
            if values[position] not in (None, ""):
                kept[heading] = values[position]
        if self._mapping.corrects is not None:
            reference = (values[self._mapping.corrects] or "").strip()
            # of persons only what is a number of ours: anything else could be anybody's data
            if reference and (not self._guard or REFERENCE.fullmatch(reference)):
                kept[CORRECTS] = reference
        return line.encode(), _json(kept) if kept else b"\\N", hashed

    def _note_invisible(self, number: int, values: Values) -> None:
        """Such values are kept exactly: staging leaves invisible characters out where it compares names."""
        names = [
            self._header[position]
            for position in self._mapping.positions
            if (value := values[position]) and not value.isascii() and has_invisible(value, value.encode())
        ]
        if names:
            message = (
                "含不可见字符（零宽、方向控制等），原样保留，比对名称时忽略（invisible characters, kept as received）"
            )
            self._note(number, RowNote(message, {"_note": INVISIBLE}, column=names[0], level="warning"))


def _shielded(pick: Callable[[Values], Any], shields: list[Shield | None]) -> Callable[[Values], Any]:
    return lambda values: [
        shield(value) if shield and value is not None else value
        for shield, value in zip(shields, pick(values), strict=True)
    ]


def _storable(values: Values) -> tuple[Values, list[int]]:
    """Values that Postgres text can hold, and the positions of those that had to be changed."""
    cleaned = [value if value is None else _clean(value) for value in values]
    changed = [position for position, value in enumerate(cleaned) if value != values[position]]
    return (cleaned, changed) if changed else (values, [])


def _clean(value: str) -> str:
    value = value.replace("\0", REPLACEMENT)
    return value if value.isascii() else LONE_SURROGATE.sub(REPLACEMENT, value)


def _json(kept: dict[str, object]) -> bytes:
    return json.dumps(_fit_for_json(kept), ensure_ascii=False).replace("\\", "\\\\").encode()


def _fit_for_json(value: object) -> object:
    """Texts that jsonb holds, without identity numbers: in the texts themselves, since in JSON the ``n`` of a line
    break's escape would stand before a number like a letter of its own."""
    if isinstance(value, str):
        return mask_identity_numbers(_clean(value))
    if isinstance(value, dict):
        return {_clean(key): _fit_for_json(item) for key, item in value.items()}
    return [_fit_for_json(item) for item in value] if isinstance(value, list) else value
