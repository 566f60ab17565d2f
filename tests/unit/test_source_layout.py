"""Titles above headers, merged cells, totals and delimiters, as offices' files have them."""

import io
import json
from pathlib import Path

import openpyxl
import pytest

from credit_grading.sources.delimited import read_delimited
from credit_grading.sources.layout import sniff_delimiter
from credit_grading.sources.model import SourceError
from credit_grading.sources.workbook import read_workbook

KNOWN = {"名称", "代码", "文号", "金额", "相对人名称", "相对人代码"}
HEADER = ["文号", "名称", "代码", "金额"]


def knows(heading: str) -> bool:
    return heading.strip() in KNOWN


def sheet(
    folder: Path, rows: list[list[object]], merged: tuple[str, ...] = (), corner: tuple[int, int] = (1, 1)
) -> Path:
    workbook = openpyxl.Workbook()
    page = workbook.active
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            if value is not None:
                page.cell(corner[0] + down, corner[1] + right, value)
    for merge in merged:
        page.merge_cells(merge)
    workbook.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def read(file: Path, **options):
    with file.open("rb") as raw:
        stream = read_workbook(raw, knows=knows, **options)
        return stream, [values for _, values, _ in list(stream.rows)]


@pytest.mark.parametrize("corner", [(1, 1), (4, 3)])
def test_rows_above_the_header_are_passed_over_and_told(tmp_path, corner):
    file = sheet(
        tmp_path,
        [["XX局行政处罚信息表"], ["填报单位：某局", None, "日期：2025-03-01"], [], HEADER, ["1号", "甲", "91", 5]],
        corner=corner,
    )
    stream, rows = read(file)
    assert stream.header == HEADER
    assert rows == [["1号", "甲", "91", "5"]]
    assert stream.passed_over == ["XX局行政处罚信息表", "填报单位：某局 日期：2025-03-01"]


def test_a_title_that_is_a_heading_by_itself_does_not_mislead(tmp_path):
    stream, rows = read(sheet(tmp_path, [["名称"], HEADER, ["1号", "甲", "91", 5]]))
    assert (stream.header, len(rows)) == (HEADER, 1)


def test_a_declared_header_row_wins(tmp_path):
    stream, rows = read(sheet(tmp_path, [["名称", "x"], HEADER, ["1号", "甲", "91", 5]]), header_row=1)
    assert (stream.header, len(rows)) == (["名称", "x"], 2)


def test_where_nothing_is_known_the_first_row_is_the_header(tmp_path):
    stream, rows = read(sheet(tmp_path, [["a", "b"], ["1", "2"]]))
    assert (stream.header, rows) == (["a", "b"], [["1", "2"]])


def test_a_value_merged_over_rows_holds_for_each(tmp_path):
    file = sheet(
        tmp_path,
        [HEADER, ["1号", "甲", "91", 5], ["2号", None, None, 6], ["3号", None, None, None], ["4号", "乙", None, 7]],
        merged=("B2:B4", "C2:C3"),
    )
    _, rows = read(file)
    assert rows == [
        ["1号", "甲", "91", "5"],
        ["2号", "甲", "91", "6"],
        ["3号", "甲", None, None],
        ["4号", "乙", None, "7"],
    ]


def test_an_empty_row_inside_a_merged_range_is_no_row(tmp_path):
    _, rows = read(sheet(tmp_path, [HEADER, ["1号", "甲", "91", 5], [], ["2号"]], merged=("B2:B4",)))
    assert [row[:2] for row in rows] == [["1号", "甲"], ["2号", "甲"]]


def test_a_header_of_two_merged_rows_is_joined(tmp_path):
    file = sheet(
        tmp_path,
        [
            ["某局信息表"],
            ["文号", "相对人", None, "金额", "其他", None],
            [None, "名称", "代码", None, "甲", "乙"],
            ["1号", "甲公司", "91", 5, "x", "y"],
        ],
        merged=("A1:F1", "A2:A3", "B2:C2", "D2:D3", "E2:F2"),
    )
    stream, rows = read(file)
    assert stream.header == ["文号", "相对人名称", "相对人代码", "金额", "其他甲", "其他乙"]
    assert rows == [["1号", "甲公司", "91", "5", "x", "y"]]
    assert stream.passed_over == ["某局信息表"]


def test_a_header_of_three_rows_is_refused_by_name(tmp_path):
    file = sheet(
        tmp_path,
        [["文号", "相对人", None], [None, "名称", "代码"], [None, "x", "y"], ["1号", "甲", "91"]],
        merged=("A1:A3", "B1:C1"),
    )
    with pytest.raises(SourceError, match="表头占 3 行") as caught:
        read(file)
    assert caught.value.outcome == "wrong_header"


@pytest.mark.parametrize("word", ["合计", "合 计", "总计：", "小计"])
def test_a_total_is_kept_whole_and_has_no_values(tmp_path, word):
    with sheet(tmp_path, [HEADER, ["1号", "甲", "91", 5], [word, None, None, 5]]).open("rb") as raw:
        rows = list(read_workbook(raw, knows=knows).rows)
    number, values, note = rows[1]
    assert (number, values, note.level) == (2, [None] * 4, "error")
    assert json.loads(note.kept["_unparsed"]) == [word, "", "", "5"]
    assert note.kept["_note"] == "total_row"


def test_a_record_that_begins_like_a_total_stays_a_record(tmp_path):
    _, rows = read(sheet(tmp_path, [HEADER, ["合计", "甲", "91", 5], ["合计公司", None, None, None]]))
    assert rows == [["合计", "甲", "91", "5"], ["合计公司", None, None, None]]


def test_titles_and_totals_of_a_csv(tmp_path):
    text = "某局信息表,,,\n填报日期：2025-01-01,,,\n文号,名称,代码,金额\n1号,甲,91,5\n合计,,,5\n"
    stream = read_delimited(io.StringIO(text, newline=""), None, knows=knows)
    rows = list(stream.rows)
    assert (stream.header, stream.passed_over) == (HEADER, ["某局信息表", "填报日期：2025-01-01"])
    assert [row[1] for row in rows] == [["1号", "甲", "91", "5"], [None] * 4]
    assert rows[1][2].kept["_note"] == "total_row"


def table(delimiter: str, header: list[str] = HEADER) -> str:
    return "".join(delimiter.join(row) + "\n" for row in [header, ["1号", "甲", "91", "5"], ["2号", "乙", "92", "6"]])


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters_in_use_are_recognised(delimiter):
    assert sniff_delimiter(table(delimiter), knows) == delimiter
    assert sniff_delimiter(table(delimiter, ["a", "b", "c", "d"]), knows) == delimiter
    assert sniff_delimiter("某局信息表\n" + table(delimiter), knows) == delimiter


def test_delimiters_inside_cells_do_not_mislead():
    assert sniff_delimiter('文号;名称;代码\n1;"甲,乙";"x,y"\n2;"丙,丁";z\n', knows) == ";"
    assert sniff_delimiter("文号,名称\n1,甲;乙|丙\n", knows) == ","


@pytest.mark.parametrize("text", ["", "名称\n甲\n", "\n\n"])
def test_a_single_column_needs_no_delimiter(text):
    assert sniff_delimiter(text, knows) == ","


def test_two_delimiters_that_do_equally_well_are_not_guessed():
    with pytest.raises(SourceError, match="列分隔符无法确定：逗号 comma 2 列、分号 semicolon 2 列") as caught:
        sniff_delimiter("a,b;c\n1,2;3\n4,5;6\n", knows)
    assert caught.value.outcome == "wrong_header"
