"""Natural persons at landing's door: identity numbers become keyed hashes and names are masked, before a row is
written, counted or hashed. The number itself is kept nowhere, so no later step can give it away.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

import psycopg

from credit_grading.contract.headings import normalise_heading
from credit_grading.contract.model import Column, Contract
from credit_grading.landing.headers import Headings, column_of, place_of
from credit_grading.landing.personal import IDENTITY_NUMBER, mask_identity_numbers, mask_valid_numbers
from credit_grading.sources.model import RowNote, Values

# 128 bits: two persons of one city never share a key (assumption: 本项目假设)
KEY_LENGTH = 32
PERSON = "P:"
NOT_AN_IDENTITY = "X:"
KEYED = re.compile(rf"[PX]:[0-9a-f]{{{KEY_LENGTH}}}")
NOT_KEPT = "；含个人信息，内容不保留（persons: its content is not kept）"

# how messages about headers quote a heading
QUOTED_HEADING = re.compile(r"“([^”]*)”|'([^']*)'")
PLACE = re.compile(r"第 \d+ 列")

Shield = Callable[[str], str]


def person_key(identity: str, key: str) -> str:
    """``P:`` and 32 hexadecimal digits: HMAC-SHA256 of an identity number (GB 11643), shortened.

    Blanks, full-width characters and a small x make no difference. What has not the form of an identity number is
    hashed too, under ``X:``: it may be a mistyped one. An empty text stays empty.
    """
    number = "".join(unicodedata.normalize("NFKC", identity).split()).upper()
    if not number:
        return ""
    digest = hmac.new(key.encode(), number.encode(), hashlib.sha256).hexdigest()[:KEY_LENGTH]
    return (PERSON if IDENTITY_NUMBER.fullmatch(number) else NOT_AN_IDENTITY) + digest


def mask_name(name: str) -> str:
    """The first character of a name, and an asterisk for each of the others: 张三丰 → 张**."""
    name = name.strip()
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


def masks(contract: Contract, columns: Sequence[str]) -> list[Shield | None]:
    """For each column of a contract without persons how identity numbers in its text are masked; None: not at all.

    Of what identifies a record only a number with the right check character is masked: two long serial numbers
    must not become one.
    """
    return [_mask_of(contract, contract.column(name)) for name in columns]


def _mask_of(contract: Contract, column: Column) -> Shield | None:
    # a credit code may look like an identity number, by chance
    if "credit_code" in column.checks:
        return None
    return mask_valid_numbers if column.name in contract.natural_key else mask_identity_numbers


class PersonGuard:
    """What a contract with persons lets through.

    Args:
        contract: one with ``has_persons``.
        key: of the hash.
        former: the key before, during a change: who is seen is remembered under both.
        headings: what the department's file says about headings of the feed.
    """

    def __init__(
        self, contract: Contract, key: str, former: str | None = None, headings: Headings | None = None
    ) -> None:
        self._contract = contract
        self._key = key
        self._former = former
        self._headings = headings
        self._seen: dict[str, str] = {}

    def heading_told(self, text: str) -> str:
        """What is said of a header without the words that are none of the contract's: a file that has lost its header
        has somebody's data in its place.
        """
        columns = self._contract.columns
        known = {normalise_heading(word) for one in columns for word in (one.name, one.label, *one.headers)}
        known.add(normalise_heading(self._contract.title_zh))

        def is_known(quoted: str) -> bool:
            return normalise_heading(quoted) in known or PLACE.fullmatch(quoted) is not None

        return QUOTED_HEADING.sub(lambda found: found[0] if is_known(found[1] or found[2] or "") else "“…”", text)

    def told_header(self, header: Sequence[str]) -> list[str]:
        """The header with the places of columns that the contract does not know instead of their headings."""
        return [
            heading if column_of(self._contract, heading, self._headings) else place_of(position)
            for position, heading in enumerate(header)
        ]

    def seal_heading(self, heading: str) -> str:
        """What is kept of the heading of a column that the contract does not know: enough to know it again."""
        return self.seal(normalise_heading(heading))[:KEY_LENGTH]

    def seal(self, fingerprint: str) -> str:
        """The fingerprint of a file as received under this key: after a change the same file is read again."""
        return hmac.new(self._key.encode(), fingerprint.encode(), hashlib.sha256).hexdigest()

    def record_successions(self, connection: psycopg.Connection) -> None:
        """Write who was who under the key before, for everybody seen since the last call."""
        connection.execute(
            "insert into landing.person_key_succession (person_key, former_key, first_key)"
            " select seen.person_key, seen.former_key, coalesce(earlier.first_key, seen.former_key)"
            " from unnest(%s::text[], %s::text[]) as seen (person_key, former_key)"
            " left join landing.person_key_succession as earlier on seen.former_key = earlier.person_key"
            " on conflict do nothing",
            (list(self._seen), list(self._seen.values())),
        )
        self._seen.clear()

    def shields(self, columns: Sequence[str], *, keyed: bool = False) -> list[Shield | None]:
        """For each column of the contract how its value is changed; None leaves it as it is.

        keyed: a row that quarantine handed out holds our key instead of the number; an unchanged one is kept.
        """
        return [self._shield(self._contract.column(name), keyed) for name in columns]

    def _shield(self, column: Column, keyed: bool) -> Shield | None:
        if column.name == self._contract.subject.get("person_id"):
            return self._identify_unless_keyed if keyed else self._identify
        if column.name == self._contract.subject.get("person_name"):
            return mask_name
        return _mask_of(self._contract, column)

    def _identify_unless_keyed(self, value: str) -> str:
        return value if KEYED.fullmatch(value) else self._identify(value)

    def _identify(self, identity: str) -> str:
        key = person_key(identity, self._key)
        if self._former and key.startswith(PERSON):
            self._seen[key] = person_key(identity, self._former)
        return key

    def doubtful(self, header: Sequence[str], values: Values, note: RowNote) -> tuple[Values, RowNote]:
        """A row with a note, without what could be anybody's data in the wrong place.

        Of a row whose cells do not fit the header nothing stays. Of a number that lost digits in its workbook
        nothing stays either where it is an identity number: it would be somebody else's.
        """
        if note.level == "error":
            codes = {name: value for name, value in note.kept.items() if name == "_note"}
            return [None] * len(values), replace(note, message=note.message + NOT_KEPT, kept=codes)
        number = self._contract.subject["person_id"]
        columns = [column_of(self._contract, heading, self._headings) for heading in header]
        told = dict(zip(header, self.told_header(header), strict=True))
        return [
            None if heading == note.column and column and column.name == number else value
            for heading, column, value in zip(header, columns, values, strict=True)
        ], replace(note, column=told.get(note.column or ""))
