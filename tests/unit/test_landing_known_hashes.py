"""Hashes that landed rows already have: a faster way of reading must give the same, or every record is new again."""

import hashlib
import io
import json

import pytest

from credit_grading.contract.load import load_contract
from credit_grading.landing.encode import RowEncoder
from credit_grading.landing.headers import map_header
from credit_grading.landing.persons import masks
from credit_grading.sources.delimited import read_delimited
from credit_grading.sources.json_lines import read_json_lines

CONTRACT = load_contract("administrative_penalty")
HEADER = [
    "行政处罚决定书文号", "行政相对人名称", "行政相对人代码_1(统一社会信用代码)",
    "处罚类别", "处罚决定日期", "处罚机关",
]  # fmt: skip
# a code of digits only, beside a name that holds somebody's number in the odd block
NUMBER = "110101199003077758"
CODES = ["91500000123456789X", "911010119900307775", NUMBER]
ROWS = [[f"渝〔2025〕{n}号", f"甲{n}公司", CODES[n % 3], "罚款", "2025-03-01", "市监局"] for n in range(1200)]
ODD = [["1\\2", f"张{NUMBER}", CODES[0], "罚\t款", "", "市\u200b监"], ["2", "合\r计", CODES[1], "", "a|b", "丙"]]


def as_csv(rows: list[list[str]], end: str = "\n", quote: str = "") -> io.StringIO:
    lines = [",".join(quote + cell + quote for cell in row) + end for row in [HEADER, *rows]]
    return io.StringIO("".join(lines), newline="")


def as_json(rows: list[list[str]], **settings: bool) -> io.StringIO:
    records = [dict(zip(HEADER, [cell or None for cell in row], strict=True)) for row in rows]
    lines = [json.dumps(record, ensure_ascii=False, **settings) + " \n" for record in records]
    return io.StringIO("".join(lines), newline="")


def landed(stream) -> tuple[str, str]:
    """The first digits of the content's hash, and of a hash over all that COPY is given."""
    mapping = map_header(stream.header, CONTRACT, {})
    encoder = RowEncoder(7, stream.header, mapping, lambda number, note: None, masks=masks(CONTRACT, mapping.columns))
    data = b"".join(encoder.blocks(stream.rows))
    assert data.count(b"\n") == encoder.rows > 0
    return encoder.content_hash()[:12], hashlib.sha256(data).hexdigest()[:12]


@pytest.mark.parametrize(
    ("name", "stream", "expected"),
    [
        ("plain", lambda: read_delimited(as_csv(ROWS)), ("a5878af0f387", "b910404a399b")),
        (
            "quoted, of another system",
            lambda: read_delimited(as_csv(ROWS, "\r\n", '"')),
            ("a5878af0f387", "b910404a399b"),
        ),
        ("of another system", lambda: read_delimited(as_csv(ROWS, "\r\n")), ("a5878af0f387", "b910404a399b")),
        ("lone carriage returns", lambda: read_delimited(as_csv(ROWS, "\r")), ("a5878af0f387", "b910404a399b")),
        (
            "odd",
            lambda: read_delimited(as_csv([*ROWS[:700], *ODD, *ROWS[:9]], quote='"')),
            ("82ed4db8fae7", "e3f1b9e8e558"),
        ),
        ("objects", lambda: read_json_lines(as_json(ROWS)), ("a5878af0f387", "b910404a399b")),
        (
            "odd objects",
            lambda: read_json_lines(as_json([*ROWS[:700], *ODD, *ROWS[:9]])),
            ("f0448fb0630e", "1c5160ea5034"),
        ),
    ],
)
def test_rows_have_the_hashes_they_always_had(name, stream, expected) -> None:
    assert landed(stream()) == expected, name
