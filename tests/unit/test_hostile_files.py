"""Damaged or hostile CSV and JSON Lines: a named outcome each, the good rows landed, memory bounded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from credit_grading.landing.problem import FeedOutcome, FeedProblem
from credit_grading.landing.receive import receive_feed
from credit_grading.sources.limits import LONGEST_ROW
from tests.unit.landing_support import HEADER, count, csv_text, department, feed, no_connection, penalty, write

TABLE = "landing.administrative_penalty"
JSON_LINES = {"kind": "json_lines", "location": "feeds://penalties/*.jsonl"}

# Reads a file as landing would and says what came, with the process's peak memory in KiB.
READ = """
import sys
from pathlib import Path
from credit_grading.sources.files import FileItem
from credit_grading.sources.location import find_files
from credit_grading.sources.model import SourceError
[file] = find_files("file://" + sys.argv[2])
rows, codes, outcome = 0, set(), "read"
try:
    item = FileItem(file, {"kind": sys.argv[1]})
    item.fingerprint()
    with item.open() as stream:
        for number, values, note in stream.rows:
            rows += 1
            codes |= {note.kept.get("_note", "")} if note else set()
except SourceError as error:
    outcome = error.outcome
status = Path("/proc/self/status").read_text()
print(outcome, rows, ",".join(sorted(codes)), status.split("VmHWM:")[1].split()[0])
"""
LARGEST_RESIDENT_KIB = 300 * 1024


def read_apart(kind: str, file: Path) -> tuple[str, int, str]:
    """(outcome, rows, note codes); fails where memory was not bounded."""
    found = subprocess.run(
        [sys.executable, "-c", READ, kind, str(file)], capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert found.returncode == 0, found.stderr[-2000:]
    outcome, rows, *codes, peak = found.stdout.split()
    assert int(peak) < LARGEST_RESIDENT_KIB
    return outcome, int(rows), ",".join(codes)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    return tmp_path / "penalties"


def receive(warehouse: psycopg.Connection, **changes) -> FeedOutcome:
    one = feed(**changes)
    return receive_feed(warehouse, department(one), one, open_connection=no_connection)


def refused(warehouse: psycopg.Connection, **changes) -> tuple[str, str]:
    with pytest.raises(FeedProblem) as caught:
        receive(warehouse, **changes)
    return caught.value.outcome.outcome, str(caught.value)


def extra(warehouse: psycopg.Connection) -> list[tuple]:
    return warehouse.execute(f"select row_number, extra_columns from {TABLE} order by 1".encode()).fetchall()


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_a_hundred_megabytes_costs_one_row(tmp_path, quote) -> None:
    file = tmp_path / "a.csv"
    with file.open("w") as stream:
        stream.write(f"a,b\n1,2\n{quote}")
        for _ in range(100):
            stream.write("x" * 1_000_000)
        stream.write(f"{quote},2\n3,4\n")
    assert read_apart("csv", file) == ("read", 3, "oversized_row")


@pytest.mark.parametrize(("kind", "outcome"), [("csv", "wrong_header"), ("json_lines", "unreadable_file")])
def test_a_file_that_is_one_endless_line(tmp_path, kind, outcome) -> None:
    file = tmp_path / "a"
    with file.open("wb") as stream:
        stream.truncate(400_000_000)
    assert read_apart(kind, file) == (outcome, 0, "")


def test_quotes_that_never_pair_end_in_a_named_outcome(tmp_path) -> None:
    # from either state of the parser each line leaves it inside a quote
    file = write(tmp_path, "a.csv", "a,b\n" + 'x","\n' * 3_000_000)
    outcome, _, _ = read_apart("csv", file)
    assert outcome == "unreadable_file"


def test_keys_without_end_are_a_wrong_header(tmp_path) -> None:
    file = write(tmp_path, "a.jsonl", "".join(f'{{"k{n}": 1}}\n' for n in range(5_000)))
    assert read_apart("json_lines", file) == ("wrong_header", 0, "")


def test_a_row_too_long_is_landed_as_its_beginning_and_hash(warehouse, folder) -> None:
    long = "长" * (LONGEST_ROW + 1)
    write(folder, "a.csv", csv_text([penalty(1), penalty(2, 处罚机关=long), penalty(3)]))
    outcome = receive(warehouse)
    assert (outcome.outcome, outcome.rows) == ("loaded", 3)
    [problem] = outcome.problems
    assert (problem.level, problem.row) == ("error", 2)
    rows = extra(warehouse)
    assert (rows[0][1], rows[2][1]) == (None, None)
    kept = rows[1][1]
    assert kept["_note"] == "oversized_row"
    assert kept["_length"] > LONGEST_ROW
    assert len(kept["_sha256"]) == 64
    assert kept["_begins"].startswith("渝市监处字〔2025〕第2号")


def test_a_record_of_many_lines_too_long_lands_the_same_way(warehouse, folder) -> None:
    write(folder, "a.csv", csv_text([penalty(1, 处罚机关=("行" * 9_999 + "\n") * 110), penalty(2)]))
    outcome = receive(warehouse)
    assert outcome.outcome == "loaded"
    assert extra(warehouse)[-1][1] is None
    assert outcome.problems


def test_ten_thousand_columns_are_a_wrong_header_at_once(warehouse, folder) -> None:
    write(folder, "a.csv", csv_text([["1"] * 10_000], [f"行政处罚决定书文号{n}" for n in range(10_000)]))
    assert refused(warehouse) == (
        "wrong_header",
        "market_regulation/penalties: wrong_header\n"
        "market_regulation/penalties 文件 a.csv: 表头有 10000 列，超过上限 1000（too many columns）",
    )


def test_a_heading_as_long_as_a_page_is_a_wrong_header(warehouse, folder) -> None:
    write(folder, "a.csv", csv_text([["1", "2"]], ["x" * 100_000, "b"]))
    outcome, message = refused(warehouse)
    assert outcome == "wrong_header"
    assert "第 1 列的列名有 100000 个字符" in message
    assert len(message) < 500


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_in_use_gives_the_same_rows(warehouse, folder, end) -> None:
    write(folder, "a.csv", csv_text([penalty(1), penalty(2)]).replace("\n", end))
    assert receive(warehouse).rows == 2


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_every_encoding_with_a_byte_order_mark_gives_the_same_rows(warehouse, folder, codec) -> None:
    write(folder, "a.csv", csv_text([penalty(1)]), codec)
    assert receive(warehouse).rows == 1
    name = warehouse.execute(f"select penalised_name from {TABLE}".encode()).fetchone()
    assert name == ("重庆测试建设有限公司",)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_not_guessed(warehouse, folder, codec) -> None:
    write(folder, "a.csv", csv_text([penalty(n) for n in range(9)]), codec)
    assert refused(warehouse)[0] == "unknown_encoding"


def test_utf_16_that_breaks_in_the_middle_lands_nothing(warehouse, folder) -> None:
    content = csv_text([penalty(n) for n in range(5_000)]).encode("utf-16")
    write(folder, "a.csv", content[:-8] + b"\x00\xd8\x00\xd8" + content[-8:])
    assert refused(warehouse)[0] == "unknown_encoding"
    assert count(warehouse, TABLE) == 0


def test_a_mark_in_the_middle_and_invisible_characters_are_kept_and_told(warehouse, folder) -> None:
    names = ["\ufeff甲公司", "乙\u202e公司", "丙\u200b公司", "“丁”公司"]
    write(folder, "a.csv", csv_text([penalty(n, 行政相对人名称=name) for n, name in enumerate(names)]))
    outcome = receive(warehouse)
    assert [(p.level, p.row, p.column) for p in outcome.problems] == [
        ("warning", n, "行政相对人名称") for n in (1, 2, 3)
    ]
    rows = warehouse.execute(
        f"select penalised_name, staging.normalised_name(penalised_name), extra_columns from {TABLE}"
        " order by row_number".encode()
    ).fetchall()
    assert [row[0] for row in rows] == names
    assert [row[1] for row in rows] == ["甲公司", "乙公司", "丙公司", "“丁”公司"]
    assert {row[2] for row in rows} == {None}


def test_invisible_characters_in_headings_make_no_other_column(warehouse, folder) -> None:
    header = [f"\u200b{HEADER[0]}", f"{HEADER[1]}\u202c", *HEADER[2:]]
    write(folder, "a.csv", csv_text([penalty(1)], header))
    assert receive(warehouse).problems == []


@pytest.mark.parametrize(
    "value",
    [
        r"\u0000", "\\", '{"a": "\\u0000"}', "\ud800", "a\0b", "'; drop table landing.batch; --", "$$x$$", "\\.",
        "\x01\x1f", "\u2028", "=1+1", "<script>alert(1)</script>", "%s %(x)s {}", "\\N", "\t",
    ],
)  # fmt: skip
def test_any_text_survives_as_value_unknown_column_and_unparsed_line(warehouse, folder, value) -> None:
    names = ["decision_number", "penalised_name", "penalised_credit_code", "penalty_kind", "decided_on",
             "penalty_authority"]  # fmt: skip
    record = dict(zip(names, penalty(1, 处罚机关=value), strict=True))
    lines = [json.dumps(record | {"经办": value, value: "x"}), '{"a": ' + json.dumps(value) + ', "a": 1}']
    write(folder, "a.jsonl", "\n".join(lines))
    outcome = receive(warehouse, source=JSON_LINES)
    assert (outcome.outcome, outcome.rows) == ("loaded", 2)
    landed = warehouse.execute(
        f"select penalty_authority, extra_columns ->> '经办' from {TABLE} where row_number = 1".encode()
    ).fetchone()
    stored = value.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert landed == (stored, stored)
    assert extra(warehouse)[1][1] == {"_unparsed": lines[1]}
    assert count(warehouse, "landing.batch") == 1


def test_json_nested_without_end_is_kept_unparsed(warehouse, folder) -> None:
    good = dict(zip(HEADER, penalty(1), strict=True))
    lines = [json.dumps(good), '{"a": ' + "[" * 900 + "]" * 900 + "}", "[" * 200_000, '{"a": ' + "9" * 100_000 + "}"]
    write(folder, "a.jsonl", "\n".join(lines))
    outcome = receive(warehouse, source=JSON_LINES)
    assert (outcome.outcome, outcome.rows) == ("loaded", 4)
    kept = [row[1] for row in extra(warehouse)]
    assert kept[0] is None
    assert kept[2] == {"_unparsed": lines[2]}
    assert kept[3] == {"a": "9" * 100_000}
