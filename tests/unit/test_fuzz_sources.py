"""Anything may come as a file: the readers give rows or a named outcome, and nothing else."""

import csv
import io
import random
from collections import deque
from pathlib import Path

import openpyxl
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from stdnum.cn import uscc

from credit_grading.contract.load import load_contract
from credit_grading.landing.encode import _fit_for_json
from credit_grading.landing.headers import WrongHeader, map_header
from credit_grading.sources.delimited import read_delimited
from credit_grading.sources.encoding import detect_encoding
from credit_grading.sources.files import FileItem
from credit_grading.sources.location import find_files
from credit_grading.sources.model import SourceError
from credit_grading.sources.workbook_apart import open_workbook
from tests.fuzzing import examples, explore
from tests.unit.landing_support import write

MESSY = st.text(alphabet=st.sampled_from('ab,"\n\r\t\\0 中\ufeff\u2028\x0b\x85\0'), max_size=80)
JSONISH = st.text(alphabet=st.sampled_from('{}[]":,\\nu0a1.-e \n\ufeff'), max_size=60)
OUTCOMES = {"unknown_encoding", "unreadable_file", "wrong_header"}


def slow_rows(text: str) -> list[tuple[list[str] | None, str | None]]:
    """(cells, or None and the raw line) by one line after the other: what the fast reader must give as well."""
    waiting, found = deque(io.StringIO(text, newline="").readlines()), []
    while waiting:
        used: list[str] = []

        def lines(used=used):
            while waiting:
                used.append(waiting.popleft())
                yield used[-1]

        try:
            for record in csv.reader(lines(), strict=True):
                used.clear()
                found += [(record, None)] if record else []
        except csv.Error:
            waiting.extendleft(reversed(used[1:]))
            found.append((None, used[0].rstrip("\r\n")))
    return found


@pytest.mark.parametrize("block", [1, 3, 7, 1 << 15])
def test_blocks_give_the_rows_that_lines_give(monkeypatch, block) -> None:
    monkeypatch.setattr("credit_grading.sources.lines.BLOCK_CHARACTERS", block)

    @examples(150)
    @given(MESSY)
    @example('a\n"b\nc"\n"d\n')
    @example('"a\r\nb"\r\n"\r')
    def check(text: str) -> None:
        stream = read_delimited(io.StringIO("h1,h2\n" + text, newline=""))
        read = []
        for number, values, note in stream.rows:
            assert len(values) == 2
            assert number == len(read) + 1
            kept = note.kept if note else {}
            unparsed = kept.get("_unparsed")
            cells = [value for value in values if value is not None] + kept.get("_surplus", [])
            read.append((None if unparsed is not None else cells, unparsed))
        assert read == slow_rows(text)

    explore(check)


@pytest.mark.parametrize("kind", ["csv", "json_lines"])
def test_any_bytes_are_rows_or_a_named_outcome(tmp_path, kind) -> None:
    any_text = st.one_of(MESSY, JSONISH).flatmap(
        lambda text: st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-32", "gb18030"]).map(text.encode)
    )

    @examples(150)
    @given(st.one_of(any_text, st.binary(max_size=200)), st.sampled_from([None, "utf-8", "gbk", "utf-16"]))
    @example(b"\xff\xfe\x00\xd8\x00\xd8", None)
    @example(b'{"a": ' + b"[" * 990 + b"]" * 990 + b"}", None)
    @example(b"[" * 100_000, None)
    def check(content: bytes, encoding: str | None) -> None:
        [file] = find_files(f"file://{write(tmp_path, 'a', content)}")
        source = {"kind": kind, "encoding": encoding}
        try:
            with FileItem(file, source).open() as stream:
                for number, row in enumerate(stream.rows, start=1):
                    assert row[0] == number
                    assert len(row[1]) == len(stream.header)
                    assert all(value is None or isinstance(value, str) for value in row[1])
        except SourceError as error:
            assert error.outcome in OUTCOMES
            assert str(error)

    explore(check)


def test_an_encoding_that_is_found_reads_the_whole_file() -> None:
    @examples(200)
    @given(st.one_of(st.binary(max_size=60), st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))))
    def check(content: bytes) -> None:
        try:
            encoding = detect_encoding(io.BytesIO(content))
        except SourceError as error:
            assert error.outcome == "unknown_encoding"
            return
        if not encoding.startswith(("utf-16", "utf-32")):
            content.decode(encoding)

    explore(check)


def test_a_workbook_with_broken_bytes_is_rows_or_a_named_outcome(tmp_path) -> None:
    book = openpyxl.Workbook()
    for row in (["名称", "日期", "数"], ["甲", "2025-01-02", 1.5], ["乙", None, 2]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    whole = (tmp_path / "a.xlsx").read_bytes()

    @examples(12)
    @given(st.integers(0, 2**32), st.integers(1, 8))
    def check(seed: int, changes: int) -> None:
        draw, content = random.Random(seed), bytearray(whole)
        for _ in range(changes):
            content[draw.randrange(len(content))] = draw.randrange(256)
        try:
            with open_workbook(io.BytesIO(bytes(content))) as stream:
                assert all(len(values) == len(stream.header) for _, values, _ in stream.rows)
        except SourceError as error:
            assert error.outcome in OUTCOMES

    explore(check)


def test_any_header_is_mapped_or_refused() -> None:
    contract = load_contract("administrative_penalty")
    headings = [heading for column in contract.columns for heading in (column.name, *column.headers)]

    @examples(150)
    @given(st.lists(st.one_of(st.sampled_from(headings), st.text(max_size=12)), max_size=40))
    def check(header: list[str]) -> None:
        try:
            mapping = map_header(header, contract)
        except WrongHeader as error:
            assert error.problems
            return
        placed = [*mapping.positions, *(position for _, position in mapping.unknown)]
        assert len(set(placed)) == len(placed) <= len(header)
        assert len(set(mapping.columns)) == len(mapping.columns) == len(mapping.positions) > 0
        assert all(name.isprintable() for name, _ in mapping.unknown)

    explore(check)


def test_no_location_finds_a_file_outside_its_folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path / "feeds"))
    write(tmp_path, "feeds/d/a.csv", "x")
    write(tmp_path, "secret.csv", "x")
    parts = st.sampled_from(["..", ".", "d", "a.csv", "*", "**", "[", "secret.csv", "~", "\0", "\ud800", "", " ", "\\"])

    @examples(150)
    @given(st.lists(parts, max_size=6).map("/".join), st.sampled_from([None, lambda: str(tmp_path / "feeds")]))
    def check(rest: str, base) -> None:
        try:
            found = find_files(rest if base else f"feeds://{rest}", base)
        except SourceError:
            return
        assert all(Path(file.path).resolve().is_relative_to(tmp_path / "feeds") for file in found)

    explore(check)


def test_no_identity_number_survives_what_is_kept_as_json() -> None:
    around = st.text(alphabet=st.sampled_from("\n\r\t\b\f\\\"'/ 号:,，{}\x00\x1f中"), max_size=6)
    numbers = st.from_regex(
        r"[1-8][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]", fullmatch=True
    ).filter(str.isascii)

    @examples(300)
    @given(around, numbers, around)
    @example("x\n", "11010519491231002X", "")
    def check(before: str, number: str, after: str) -> None:
        # a valid credit code stays
        assume(not uscc.is_valid(number))
        text = before + number + after
        assert number not in str(_fit_for_json({text: [text, {"a": text}]}).values())
        assert number not in str(_fit_for_json({"_surplus": [text], "_unparsed": text}))

    explore(check)
