"""Parquet as a stream of rows, a few thousand at a time, whatever the size of its row groups."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from credit_grading.sources.model import Row, SourceError, Stream
from credit_grading.sources.text import as_text

# Rows decoded at a time: a few megabytes, whatever the file.
BATCH_ROWS = 4096
BUFFER_BYTES = 1 << 20


def read_parquet(file: BinaryIO) -> Stream:
    """Open a Parquet file. Values are canonical text; nested ones are JSON.

    Raises SourceError (unreadable_file), now or while rows are read, for anything that is no sound Parquet file.
    """
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    try:
        opened = pq.ParquetFile(file, buffer_size=BUFFER_BYTES, pre_buffer=False)
        header = [str(name) for name in opened.schema_arrow.names]
    except (ArrowException, OSError, ValueError) as error:
        raise _damaged(error) from None
    return Stream(header, _rows(opened))


def _rows(opened: Any) -> Iterator[Row]:
    from pyarrow import ArrowException

    number = 0
    try:
        for batch in opened.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
            for values in zip(*(_texts(column) for column in batch.columns), strict=True):
                number += 1
                yield number, values, None
    except (ArrowException, OSError, ValueError) as error:
        raise _damaged(error, number + 1) from None


def _damaged(error: BaseException, row: int | None = None) -> SourceError:
    reason = " ".join(str(error).split())[:200]
    return SourceError("unreadable_file", f"Parquet 文件损坏（damaged Parquet file）：{reason}", row=row)


def _texts(column: Any) -> list[str | None]:
    """A column's values as text."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_integer(kind):
        column = column.cast(pa.string())
    if pa.types.is_string(column.type) or pa.types.is_large_string(kind):
        return list(column.to_pylist())
    if pa.types.is_float16(kind) or pa.types.is_float32(kind):
        # by way of Arrow's text: as a Python number 0.1 would become 0.10000000149011612
        return [
            None if text is None else _plain(text) for text in column.cast(pa.float32()).cast(pa.string()).to_pylist()
        ]
    if pa.types.is_nested(kind):
        return [None if value is None else json.dumps(value, ensure_ascii=False, default=as_text)
                for value in column.to_pylist()]  # fmt: skip
    return _moments(column) if pa.types.is_temporal(kind) else [as_text(value) for value in column.to_pylist()]


def _plain(text: str) -> str:
    return format(Decimal(text), "f").removesuffix(".0")


def _moments(column: Any) -> list[str | None]:
    """Dates and times; those that Python cannot hold (nanoseconds, the year 10000) as Arrow writes them."""
    import pyarrow as pa

    try:
        if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
            column = column.cast(pa.timestamp("us", tz=column.type.tz))
        return [as_text(value) for value in column.to_pylist()]
    except (pa.ArrowInvalid, ValueError, OverflowError):
        # one by one, so that a value's text does not depend on its neighbours
        return [_moment(value, text) for value, text in zip(column, column.cast(pa.string()).to_pylist(), strict=True)]


def _moment(value: Any, text: str | None) -> str | None:
    try:
        moment = value.as_py()
    except (ValueError, OverflowError):
        return text and text.replace(" ", "T", 1)
    is_finer = getattr(moment, "nanosecond", 0) != 0
    if moment is None or is_finer:
        return text and text.replace(" ", "T", 1)
    return as_text(moment.to_pydatetime() if hasattr(moment, "to_pydatetime") else moment)
