"""CSV, JSON Lines, XLSX and encodings, read as streams of rows."""

import io
import tracemalloc
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_grading.sources.delimited import read_delimited
from credit_grading.sources.encoding import detect_encoding, first_undecodable_line
from credit_grading.sources.json_lines import read_json_lines
from credit_grading.sources.model import SourceError
from credit_grading.sources.text import as_text
from credit_grading.sources.workbook import read_workbook

CHINESE = "行政处罚决定书文号,行政相对人名称\n渝市监处字〔2025〕第1号,重庆测试建设有限公司\n"


def delimited(text: str, header_row: int = 1):
    stream = read_delimited(io.StringIO(text, newline=""), header_row)
    return stream.header, list(stream.rows)


def test_quotes_commas_and_line_breaks_inside_cells():
    header, rows = delimited('a,b\r\n"x,""y""","1\n2"\r\n\r\n3,4')
    assert header == ["a", "b"]
    assert rows == [(1, ['x,"y"', "1\n2"], None), (2, ["3", "4"], None)]


@pytest.mark.parametrize("bad", ['"abc"d,2', '"never closed,2'])
def test_a_stray_quote_costs_one_row_only(bad):
    _, rows = delimited(f'a,b\n1,2\n{bad}\n3,"4"\n5,6\n')
    assert [row[1] for row in rows] == [["1", "2"], [None, None], ["3", "4"], ["5", "6"]]
    assert rows[1][0] == 2
    assert rows[1][2].kept == {"_unparsed": bad}


def test_a_title_above_the_header_is_passed_over():
    assert delimited("行政处罚公示表\n\na,b\n1,2\n", header_row=2) == (["a", "b"], [(1, ["1", "2"], None)])


@given(st.lists(st.lists(st.text(alphabet='ab,"\n\r 中', max_size=6), min_size=2, max_size=2), max_size=8))
def test_any_well_formed_csv_is_read_back_exactly(rows):
    import csv

    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    _, read = delimited(text.getvalue())
    assert [row[1] for row in read] == rows
    assert all(row[2] is None for row in read)


@given(st.text(alphabet='ab,"\n', max_size=60))
def test_no_character_of_a_malformed_csv_is_lost(body):
    _, rows = delimited("h1,h2\n" + body)
    kept = "".join(
        "".join(value or "" for value in values)
        + ("".join(map(str, [*note.kept.get("_surplus", []), note.kept.get("_unparsed", "")])) if note else "")
        for _, values, note in rows
    )
    for letter in "ab":
        assert kept.count(letter) == body.count(letter)


def test_a_large_csv_is_read_in_constant_memory(tmp_path):
    file = tmp_path / "large.csv"
    file.write_text("a,b\n" + "值值值值值值值值值值值值,1\n" * 300_000, encoding="utf-8")
    tracemalloc.start()
    with file.open(newline="", encoding="utf-8") as text:
        assert sum(1 for _ in read_delimited(text).rows) == 300_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000 < file.stat().st_size


def encoding_of(content: bytes) -> str:
    return detect_encoding(io.BytesIO(content))


@pytest.mark.parametrize(
    ("codec", "expected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_encodings_in_use_are_recognised(codec, expected):
    assert encoding_of(CHINESE.encode(codec)) == expected


def test_rare_characters_in_names_do_not_shake_the_verdict():
    assert encoding_of((CHINESE + "第2号,重庆喆堃鑫淼实业有限公司\n" * 3).encode("gb18030")) == "gb18030"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("行政處罰決定書文號,行政相對人名稱\n重慶市建設有限公司,處罰\n" * 5, "big5"),
        ("ひらがなとカタカナ,テスト\n" * 5, "shift_jis"),
        ("Größe,Ärger über äöü\n" * 5, "latin-1"),
        ("решение,название организации\n" * 5, "cp1251"),
    ],
)
def test_other_encodings_are_not_guessed(text, codec):
    with pytest.raises(SourceError) as caught:
        encoding_of(text.encode(codec))
    assert caught.value.outcome == "unknown_encoding"
    assert "第 1 行不是 UTF-8" in str(caught.value)


def test_a_broken_character_across_blocks_is_found_on_its_line(monkeypatch):
    monkeypatch.setattr("credit_grading.sources.encoding.BLOCK", 7)
    content = "第一行\n第二行\n".encode()
    for cut in range(1, len(content)):
        damaged = content[:cut] + b"\xff" + content[cut:]
        assert first_undecodable_line(io.BytesIO(damaged), "utf-8") == content[:cut].count(b"\n") + 1
    assert first_undecodable_line(io.BytesIO(content), "utf-8") is None


def json_lines(text: str):
    stream = read_json_lines(io.StringIO(text, newline=""))
    return stream.header, list(stream.rows)


def test_json_lines_keep_digits_and_take_all_keys():
    header, rows = json_lines('{"a": 0.10, "b": "x"}\n\n{"c": true, "a": 911500000000000001, "d": null}\n')
    assert header == ["a", "b", "c", "d"]
    assert rows == [(1, ["0.10", "x", None, None], None), (2, ["911500000000000001", None, "True", None], None)]


@pytest.mark.parametrize("bad", ['{"a": 1', "[1]", '{"a": 1, "a": 2}', "x", '{"a": ' + "[" * 100_000])
def test_a_line_that_is_no_object_is_kept_whole(bad):
    _, rows = json_lines(f'{{"a": "1"}}\n{bad}\n{{"a": "3"}}\n')
    assert [row[1] for row in rows] == [["1"], [None], ["3"]]
    assert rows[1][0] == 2
    assert rows[1][2].kept == {"_unparsed": bad}


def test_nothing_but_bad_lines_is_unreadable():
    with pytest.raises(SourceError, match="没有一行是 JSON 对象"):
        json_lines("x\ny\n")


def book(tmp_path: Path, *rows: list[object]) -> Path:
    import openpyxl

    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def workbook_rows(file: Path, **options):
    with file.open("rb") as raw:
        stream = read_workbook(raw, **options)
        return stream.header, list(stream.rows)


def test_workbook_values_are_canonical_text(tmp_path):
    file = book(
        tmp_path,
        ["名称", "日期", "时刻", "整数", "小数", "真", "空", None],
        [" 甲 ", date(2025, 1, 2), datetime(2025, 1, 2, 3, 4, 5), 12, 0.1, True, None],
    )
    header, rows = workbook_rows(file)
    assert header == ["名称", "日期", "时刻", "整数", "小数", "真", "空"]
    assert rows == [(1, [" 甲 ", "2025-01-02", "2025-01-02T03:04:05", "12", "0.1", "True", None], None)]


def test_a_code_typed_as_a_number_is_pointed_out(tmp_path):
    _, rows = workbook_rows(book(tmp_path, ["名称", "代码"], ["甲", 914403001922038216]))
    note = rows[0][2]
    assert (note.level, note.column) == ("warning", "代码")
    assert "Excel 已丢失末位" in note.message


def test_cells_beyond_the_header_are_kept(tmp_path):
    _, rows = workbook_rows(book(tmp_path, ["a"], ["1", "2"]))
    assert rows[0][1] == ["1"]
    assert rows[0][2].kept == {"_note": "ragged_row", "_surplus": ["2"]}


def test_an_absent_sheet_names_those_there_are(tmp_path):
    with pytest.raises(SourceError, match="没有工作表“名单”，只有：Sheet") as caught:
        workbook_rows(book(tmp_path, ["a"]), sheet="名单")
    assert caught.value.outcome == "unreadable_file"


def test_a_workbook_cut_at_any_place_is_unreadable(tmp_path):
    content = book(tmp_path, ["a", "b"], *([str(n), n] for n in range(50))).read_bytes()
    for cut in range(1, len(content), 97):
        with pytest.raises(SourceError) as caught:
            read_workbook(io.BytesIO(content[:cut]))
        assert caught.value.outcome == "unreadable_file"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None), ("x", "x"), (True, "True"), (7, "7"), (1e-7, "0.0000001"), (5.0, "5"), (1e22, "1" + "0" * 22),
        (Decimal("0.200000"), "0.200000"), (Decimal("1E+3"), "1000"), (date(2025, 1, 2), "2025-01-02"),
        (datetime(2025, 1, 2), "2025-01-02"), (datetime(2025, 1, 2, 3), "2025-01-02T03:00:00"),
        (b"\x01\xff", "\\x01ff"), ({"a": "中"}, '{"a": "中"}'),
    ],
)  # fmt: skip
def test_values_as_text(value, text):
    assert as_text(value) == text
