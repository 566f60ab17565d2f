"""Parquet files as streams of rows."""

import io
import subprocess
import sys
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from credit_grading.sources.model import SourceError
from credit_grading.sources.parquet import read_parquet


def written(table: pa.Table, **options) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array(["甲", "", None]), ["甲", "", None]),
        (pa.array([2**62, None]), ["4611686018427387904", None]),
        (pa.array([0.1, 1e-7, 5.0]), ["0.1", "0.0000001", "5"]),
        (pa.array([0.1, 1e-7], pa.float32()), ["0.1", "0.0000001"]),
        (pa.array([True, None]), ["True", None]),
        (pa.array([Decimal("1.20"), Decimal("0")], pa.decimal128(18, 2)), ["1.20", "0.00"]),
        (pa.array([date(2025, 1, 2)]), ["2025-01-02"]),
        (pa.array([time(1, 2, 3)]), ["01:02:03"]),
        (pa.array([datetime(2025, 1, 2), datetime(2025, 1, 2, 3, 4, 5)]), ["2025-01-02", "2025-01-02T03:04:05"]),
        (pa.array([datetime(2025, 1, 2)], pa.timestamp("ns")), ["2025-01-02"]),
        (
            pa.array([1735787045000000123, 0, None], pa.timestamp("ns")),
            ["2025-01-02T03:04:05.000000123", "1970-01-01", None],
        ),
        (pa.array([4 * 10**11, 0], pa.timestamp("s")), ["14645-06-30T15:06:40.000", "1970-01-01"]),
        (
            pa.array([datetime(2025, 1, 2, 3)], pa.timestamp("us", tz="Asia/Shanghai")),
            ["2025-01-02T11:00:00+08:00"],
        ),
        (pa.array([[1, 2], None]), ["[1, 2]", None]),
        (pa.array([{"日": date(2025, 1, 1), "额": Decimal("1.5")}]), ['{"日": "2025-01-01", "额": "1.5"}']),
        (pa.array([b"\x01\xff"]), ["\\x01ff"]),
        (pa.array(["x", "y"]).dictionary_encode(), ["x", "y"]),
        (pa.nulls(2), [None, None]),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_values_are_canonical_text(values, texts):
    stream = read_parquet(written(pa.table({"列": values})))
    assert stream.header == ["列"]
    assert list(stream.rows) == [(number, (text,), None) for number, text in enumerate(texts, start=1)]


def test_rows_are_numbered_through_all_row_groups():
    stream = read_parquet(written(pa.table({"a": list(range(10_000)), "b": ["x"] * 10_000}), row_group_size=3_000))
    assert [(number, values[0]) for number, values, _ in stream.rows] == [(n + 1, str(n)) for n in range(10_000)]


def test_a_file_cut_or_damaged_anywhere_is_unreadable():
    content = written(pa.table({"a": [str(n) for n in range(500)], "b": list(range(500))})).getvalue()
    for cut in range(1, len(content), 211):
        with pytest.raises(SourceError) as caught:
            read_parquet(io.BytesIO(content[:cut]))
        assert caught.value.outcome == "unreadable_file"
    with pytest.raises(SourceError) as caught:
        list(read_parquet(io.BytesIO(content[:40] + b"\xff" * 400 + content[440:])).rows)
    assert caught.value.outcome == "unreadable_file"


def peak_of_reading(rows: int, folder: Path) -> int:
    """MiB that a process of its own needed at most to read so many rows in one row group."""
    file = folder / f"{rows}.parquet"
    texts = pa.array([f"渝市监处字〔2025〕第{number}号" for number in range(rows)])
    pq.write_table(pa.table({"a": texts, "b": texts, "c": texts}), file, row_group_size=rows, use_dictionary=False)
    code = (
        "import sys\n"
        "from credit_grading.sources.parquet import read_parquet\n"
        "with open(sys.argv[1], 'rb') as file: print(sum(1 for _ in read_parquet(file).rows))\n"
        "from tests.bench.memory import peak_mib\n"
        "print(peak_mib())"
    )
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True)
    read, peak = map(int, done.stdout.split())
    assert read == rows
    return peak


def test_a_large_row_group_is_read_in_constant_memory(tmp_path):
    # by then what is decoded at once has its full size
    small, large = peak_of_reading(50_000, tmp_path), peak_of_reading(400_000, tmp_path)
    # 400,000 rows of three texts are some 40 MB as bytes, and three times that as Python's texts
    assert large - small < 25
