"""Rows as lines of COPY's text format, with the hash of each row and of the whole batch.

This is the one loop that every received value passes, so it is written for speed: a row without anything
odd costs one join, one encode and two hashes.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator
from operator import itemgetter
from typing import Any

from credit_grading.landing.changes import DELETED, OPERATION
from credit_grading.landing.corrections import CORRECTS, REFERENCE
from credit_grading.landing.headers import HeaderMapping
from credit_grading.landing.personal import IDENTITY_NUMBER, mask_identity_numbers, may_hold_identity_number
from credit_grading.landing.persons import PersonGuard, Shield
from credit_grading.sources.model import Row, RowNote, Values

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"
REPLACEMENT = "\ufffd"
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
REPLACED = "_replaced_characters"
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
        self._mapping = mapping
        self._note = note
        self._skip = skip
        self._ordered = ordered
        self._columns = "\t".join(mapping.readings).encode() + b"\n"
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

    def content_hash(self) -> str:
        """SHA-256 over the header and all values so far."""
        content = self._content.copy()
        if not self._ordered:
            content.update(b"%d %d" % (self._sum, self.rows))
        return content.hexdigest()

    def blocks(self, rows: Iterator[Row]) -> Iterator[bytes]:
        """COPY data in blocks. Columns: batch_id, row_number, row_hash, extra_columns, then the mapping's columns."""
        md5, update, pick = hashlib.md5, self._content.update, self._pick
        columns, batch, skip, ordered = self._columns, self._batch, self._skip, self._ordered
        separators = len(self._mapping.columns) - 1
        has_unknown = bool(self._mapping.unknown) or self._marks is not None or self._mapping.corrects is not None
        block: list[bytes] = []
        for number, values, note in rows:
            try:
                line = "\t".join(pick(values))
                is_plain = (
                    note is None
                    and not has_unknown
                    and line.count("\t") == separators
                    and "\\" not in line
                    and "\n" not in line
                    and "\r" not in line
                    and "\0" not in line
                )
                encoded = line.encode() if is_plain else b""
                if may_hold_identity_number(encoded) and IDENTITY_NUMBER.search(line):
                    is_plain = False
            except (TypeError, UnicodeEncodeError):
                # a null, or half a surrogate pair
                is_plain = False
            extra = b"\\N"
            hashed = columns
            if not is_plain:
                encoded, extra, hashed = self._odd(number, values, note)
            digest = md5(hashed + encoded, usedforsecurity=False)
            row_hash = digest.hexdigest()
            if skip and row_hash in skip:
                continue
            if ordered:
                update(encoded + b"\n" + extra + b"\n")
            else:
                both = md5(digest.digest() + extra, usedforsecurity=False).digest()
                self._sum = (self._sum + int.from_bytes(both, "big")) % (1 << 128)
            self.rows += 1
            block.append(b"%b%d\t%b\t%b\t%b\n" % (batch, number, row_hash.encode(), extra, encoded))
            if len(block) == BLOCK_LINES:
                yield b"".join(block)
                block.clear()
        if block:
            yield b"".join(block)

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
            names = [self._header[position] for position in replaced]
            message = "含空字符或残缺字符，已替换为 U+FFFD（NUL or broken character replaced）"
            self._note(number, RowNote(message, column=names[0], level="warning"))
            kept[REPLACED] = names
        picked = self._pick_masked(values)
        line = "\t".join([NULL if value is None else value.translate(ESCAPES) for value in picked])
        hashed = self._columns + (_json(kept) if kept else b"")
        if self._marks:
            marks = self._marks(values)
            if self._guard:
                marks = {key: mask_identity_numbers(str(value)) for key, value in marks.items()}
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
    text = mask_identity_numbers(json.dumps(kept, ensure_ascii=False))
    # jsonb holds no NUL; a raw line that was kept whole may have one
    text = text.replace("\\u0000", REPLACEMENT)
    return LONE_SURROGATE.sub(REPLACEMENT, text).replace("\\", "\\\\").encode()
