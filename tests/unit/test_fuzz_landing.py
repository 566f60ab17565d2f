"""Into the real Postgres and back: what went in comes out, and the functions of staging never raise."""

import re
from datetime import date
from decimal import Decimal

import psycopg
from hypothesis import example, given
from hypothesis import strategies as st

from credit_grading.landing import encode
from credit_grading.landing.headers import NOTHING_FOUND, HeaderMapping
from credit_grading.sources.model import RowNote
from tests.fuzzing import examples, explore

ANY = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.text(alphabet=st.sampled_from("\\N\n\r\t.\0\x01\ud800\ufeff\u200b\u2028\"'中N"), max_size=6),
)


def stored(value: object) -> object:
    """What Postgres can hold of a value."""
    if isinstance(value, dict):
        return {stored(key): stored(item) for key, item in value.items()}
    return re.sub("[\0\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else value


def mapped(unknown: tuple[tuple[str, int], ...]) -> HeaderMapping:
    """Columns a and b, found at 1 and 0."""
    names = ("a", "b")
    return HeaderMapping(names, (1, 0), unknown, (), (), names, None, names, NOTHING_FOUND)


def test_every_value_comes_back_as_it_went_in(warehouse: psycopg.Connection, monkeypatch) -> None:
    warehouse.execute(
        b"create table back (batch_id bigint, row_number bigint, row_hash text, extra_columns jsonb, a text, b text)"
    )
    mapping = mapped((("c", 2),))
    without = mapped(())
    rows_of = st.lists(st.tuples(ANY, ANY, ANY, st.one_of(st.none(), st.none(), ANY)), max_size=6)

    def landed(rows: list, chosen: HeaderMapping, block: int) -> tuple[list, str]:
        monkeypatch.setattr(encode, "BLOCK_LINES", block)
        encoder = encode.RowEncoder(1, ["b", "a", "c"], chosen, lambda number, note: None)
        given_rows = [
            (number, list(row[:3]), None if row[3] is None else RowNote("x", {"_unparsed": row[3]}))
            for number, row in enumerate(rows, start=1)
        ]
        warehouse.execute(b"truncate back")
        with (
            warehouse.cursor() as cursor,
            cursor.copy(b"copy back (batch_id, row_number, row_hash, extra_columns, a, b) from stdin") as copy,
        ):
            for part in encoder.blocks(iter(given_rows)):
                copy.write(part)
        found = warehouse.execute(b"select row_number, a, b, extra_columns, row_hash from back order by 1").fetchall()
        return found, encoder.content_hash()

    @examples(60)
    @given(rows_of, st.booleans())
    @example([("x", "y", "\\u0000", '{"a": "\\u0000"}')], True)
    @example([("", "", None, None), (None, None, None, None), ("\\N", "\\", "", None)], False)
    def check(rows: list, has_unknown: bool) -> None:
        chosen = mapping if has_unknown else without
        found, content = landed(rows, chosen, 500)
        assert [row[:3] for row in found] == [
            (number, stored(row[1]), stored(row[0])) for number, row in enumerate(rows, start=1)
        ]
        for row, (_, _, _, kept, _) in zip(rows, found, strict=True):
            unparsed = {} if row[3] is None else {"_unparsed": stored(row[3])}
            unknown = {"c": stored(row[2])} if has_unknown and row[2] not in (None, "") else {}
            shown = {key: value for key, value in (kept or {}).items() if key != "_replaced_characters"}
            assert shown == unparsed | unknown
        # neither where blocks end nor how a block is encoded makes another hash
        assert landed(rows, chosen, 1) == (found, content)
        hashes = {}
        for row in found:
            hashes.setdefault(row[1:3], set()).add(row[4])
        assert len({hash_ for one in hashes.values() for hash_ in one}) >= len(hashes)

    explore(check)


DATES = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{4})([0-9]{2})([0-9]{2})"
    r"|(?:([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日)([ T]00:00(:00(\.0+)?)?)?"
)
NUMBERS = re.compile(r"[-+]?([0-9]{1,30}|[0-9]{1,3}(,[0-9]{3}){1,9})(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,2})?")
NEARLY_DATES = st.builds(
    "{}{}{}{}{}{}{}".format,
    st.sampled_from(["", "2025", "0000", "9999", "0001", "25"]), st.sampled_from(["-", "/", "年", "", "."]),
    st.sampled_from(["1", "02", "12", "13", "00"]), st.sampled_from(["-", "/", "月", ""]),
    st.sampled_from(["1", "29", "30", "31", "32", "00"]), st.sampled_from(["", "日"]),
    st.sampled_from(["", " 00:00", "T00:00:00", " 00:00:00.000", " 12:00", "\n", "\u200b", " BC"]),
)  # fmt: skip
NEARLY_NUMBERS = st.text(alphabet=st.sampled_from("0123456789,.-+eE NaInfinity٣１\n"), max_size=12)


def parsed_day(text: str) -> date | None:
    found = DATES.fullmatch(text)
    parts = [int(part) for part in found.groups()[:12] if part] if found else []
    try:
        return date(*parts) if parts else None
    except ValueError:
        return None


def test_dates_and_numbers_are_read_as_an_oracle_reads_them(warehouse: psycopg.Connection) -> None:
    def query(function: str, texts: list[str]) -> list:
        rows = warehouse.execute(
            f"select staging.{function}(value) from unnest(%s::text[])"
            " with ordinality as t (value, place) order by place".encode(),
            (texts,),
        )
        return [row[0] for row in rows]

    texts = st.text(max_size=12).map(lambda text: re.sub("[\0\ud800-\udfff]", "", text))

    @examples(40)
    @given(
        st.lists(st.one_of(NEARLY_DATES, texts), max_size=20), st.lists(st.one_of(NEARLY_NUMBERS, texts), max_size=20)
    )
    def check(days: list[str], numbers: list[str]) -> None:
        assert query("parsed_date", days) == [parsed_day(text) for text in days]
        assert query("parsed_number", numbers) == [
            Decimal(text.replace(",", "")) if NUMBERS.fullmatch(text) else None for text in numbers
        ]
        query("normalised_name", days + numbers)
        query("credit_code_is_valid", days + numbers)

    explore(check)
