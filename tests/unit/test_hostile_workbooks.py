"""Damaged or hostile XLSX files: each is refused with a reason, in bounded memory, and the process lives on."""

import io
import zipfile
from pathlib import Path

import openpyxl
import psycopg
import pytest

from credit_grading.landing.problem import FeedProblem
from credit_grading.landing.receive import receive_feed
from credit_grading.sources.model import SourceError
from credit_grading.sources.workbook_apart import open_workbook
from tests.unit.landing_support import HEADER, count, department, feed, no_connection, penalty
from tests.unit.test_hostile_files import read_apart

XLSX = {"kind": "xlsx", "location": "feeds://penalties/*.xlsx"}
SHEET = "xl/worksheets/sheet1.xml"
START = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = "</sheetData></worksheet>"


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def cells(*rows: str) -> str:
    return START + "".join(f"<row>{row}</row>" for row in rows) + END


def workbook(tmp_path: Path, replaced: dict[str, str | bytes] | None = None) -> Path:
    """A workbook that openpyxl wrote, with some of its parts replaced or added."""
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    plain = io.BytesIO()
    book.save(plain)
    parts: dict[str, str | bytes] = {}
    with zipfile.ZipFile(plain) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    file = tmp_path / "a.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | (replaced or {})).items():
            archive.writestr(name, content)
    return file


def rows(file: Path) -> tuple[list[str], list]:
    with file.open("rb") as raw, open_workbook(raw) as stream:
        return stream.header, list(stream.rows)


def refused(file: Path) -> str:
    with pytest.raises(SourceError) as caught:
        rows(file)
    assert caught.value.outcome == "unreadable_file"
    return str(caught.value)


def test_a_workbook_read_apart_gives_the_rows_it_holds(tmp_path) -> None:
    file = workbook(tmp_path, {SHEET: cells(text_cell("A1", "名称"), text_cell("A2", "甲") + text_cell("B2", "多"))})
    header, found = rows(file)
    assert header == ["名称"]
    [(number, values, note)] = found
    assert (number, values) == (1, ["甲"])
    assert note.kept == {"_note": "ragged_row", "_surplus": ["多"]}


def test_a_file_that_is_not_on_disk_is_read_apart_too(tmp_path) -> None:
    with open_workbook(io.BytesIO(workbook(tmp_path).read_bytes())) as stream:
        assert stream.header == ["a", "b"]


def test_a_formula_holds_what_was_computed_when_it_was_saved(tmp_path) -> None:
    formula = '<c r="A2"><f>1+1</f></c><c r="B2"><f>1+1</f><v>2</v></c><c r="C2" t="str"><f>X()</f><v>t</v></c>'
    header = "".join(text_cell(f"{letter}1", letter) for letter in "ABCD")
    file = workbook(tmp_path, {SHEET: cells(header, formula + text_cell("D2", "=1+1"))})
    assert rows(file)[1] == [(1, [None, "2", "t", "=1+1"], None)]


@pytest.mark.parametrize(
    "sheet",
    [
        START + '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + END,
        START + '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>' + END,
    ],
    ids=["seventeen_thousand_million_cells", "a_row_beyond_the_format"],
)
def test_a_few_cells_that_claim_an_endless_sheet(tmp_path, sheet) -> None:
    outcome, *_ = read_apart("xlsx", workbook(tmp_path, {SHEET: sheet}))
    assert outcome == "unreadable_file"


def test_a_cell_of_a_hundred_megabytes_costs_one_row(tmp_path) -> None:
    sheet = cells(text_cell("A1", "a"), text_cell("A2", "x" * 100_000_000), text_cell("A3", "y"))
    file = workbook(tmp_path, {SHEET: sheet})
    assert file.stat().st_size < 1_000_000
    assert read_apart("xlsx", file) == ("read", 2, "oversized_row")


def test_a_bomb_whose_declared_size_is_a_lie_is_bounded_all_the_same(tmp_path) -> None:
    sheet = cells(text_cell("A1", "a"), *[text_cell("A2", "x" * 1_000_000)] * 100)
    file = workbook(tmp_path, {SHEET: sheet})
    content, declared = file.read_bytes(), len(sheet).to_bytes(4, "little")
    assert declared in content
    file.write_bytes(content.replace(declared, (1000).to_bytes(4, "little")))
    assert read_apart("xlsx", file)[:2] in {("read", 100), ("unreadable_file", 0)}


def test_entities_are_not_expanded_and_no_other_file_is_read(tmp_path) -> None:
    (tmp_path / "secret").write_text("secret")
    declared = (
        f'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x SYSTEM "{tmp_path}/secret">]>'
    )
    sheet = START.replace("?>", "?>" + declared, 1) + f"<row>{text_cell('A1', 'k&b;&x;')}</row>" + END
    assert "XLSX 文件损坏" in refused(workbook(tmp_path, {SHEET: sheet}))


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"../../evil.xml": "x"}, "越界路径"),
        ({"/etc/x": "x"}, "越界路径"),
        ({"C:\\x": "x"}, "越界路径"),
        ({f"xl/media/{n}": "" for n in range(5_001)}, "超过上限 5000"),
    ],
)
def test_parts_that_no_workbook_has(tmp_path, parts, reason) -> None:
    assert reason in refused(workbook(tmp_path, parts))


def test_a_macro_and_a_link_to_another_file_are_left_alone(tmp_path) -> None:
    file = workbook(tmp_path, {"xl/vbaProject.bin": b"\xcc" * 99, "xl/externalLinks/externalLink1.xml": "<x/>"})
    assert rows(file)[0] == ["a", "b"]


def test_other_formats_under_the_name_are_told_apart(tmp_path) -> None:
    old = tmp_path / "old.xlsx"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5_000)
    assert "旧版 XLS，或设有打开密码" in refused(old)
    other = tmp_path / "ods.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    assert "不是 XLSX，可能是 ODS" in refused(other)


def test_an_encrypted_part_is_told(tmp_path) -> None:
    file = workbook(tmp_path)
    content = bytearray(file.read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    file.write_bytes(content)
    assert "已加密" in refused(file)


def test_ten_thousand_columns_are_a_wrong_header(tmp_path) -> None:
    file = workbook(tmp_path, {SHEET: cells("".join("<c><v>1</v></c>" for _ in range(10_000)))})
    with pytest.raises(SourceError) as caught:
        rows(file)
    assert caught.value.outcome == "wrong_header"


def test_a_bomb_lands_nothing_and_the_good_workbook_beside_it_lands(
    warehouse: psycopg.Connection, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    folder = tmp_path / "penalties"
    folder.mkdir()
    book = openpyxl.Workbook()
    for row in (HEADER, penalty(1)):
        book.active.append(row)
    book.save(folder / "good.xlsx")
    endless = (
        START + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>' + END
    )
    workbook(folder, {SHEET: endless})
    one = feed(source=XLSX)
    with pytest.raises(FeedProblem, match="unreadable_file") as caught:
        receive_feed(warehouse, department(one), one, open_connection=no_connection)
    assert caught.value.outcome.rows == 1
    assert count(warehouse, "landing.administrative_penalty") == 1
