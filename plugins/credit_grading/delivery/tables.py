"""Tables as CSV and as Parquet on any file system, measured while they are written and read again afterwards."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self

from credit_grading.delivery.checksum import CITY, Checksum, as_texts
from credit_grading.delivery.model import Column, DeliveryFailed, Row
from credit_grading.landing.corrections import protected

# with a byte order mark: without one Excel reads Chinese as the machine's old code page
ENCODING = "utf-8-sig"
BLOCK_BYTES = 1 << 20
BATCH_ROWS = 5_000
# as many digits as a decimal of 128 bits has
PRECISION, SCALE = 38, 18


class Measured(io.RawIOBase):
    """A file that is being written, with its size and SHA-256."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self._stream = stream
        self._bytes = 0
        self._digest = hashlib.sha256()

    @classmethod
    def open(cls, filesystem: Any, path: str) -> Self:
        """Open a new file in place of an older one."""
        return cls(filesystem.open(path, "wb"))

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, block: Any) -> int:
        """Write all of it."""
        content = bytes(block)
        self._stream.write(content)
        self._digest.update(content)
        self._bytes += len(content)
        return len(content)

    def tell(self) -> int:
        """Bytes so far."""
        return self._bytes

    def close(self) -> None:
        """What is written is there."""
        if not self.closed:
            self._stream.close()
        super().close()

    @property
    def measure(self) -> dict[str, Any]:
        """Bytes and sha256 of everything written."""
        return {"bytes": self._bytes, "sha256": self._digest.hexdigest()}


class _Written:
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        raise NotImplementedError


class CsvTable(_Written):
    """Header and rows. Texts that a spreadsheet would take for a formula have an apostrophe in front."""

    def __init__(self, target: Measured, columns: Sequence[Column]) -> None:
        self._text = io.TextIOWrapper(target, encoding=ENCODING, newline="", write_through=False)  # type: ignore[type-var]
        self._writer = csv.writer(self._text)
        self._texts = [position for position, column in enumerate(columns) if column.kind == "text"]
        self._writer.writerow([column.name for column in columns])

    def write(self, rows: Iterable[Sequence[str | None]]) -> None:
        """Write rows that `as_texts` made."""
        for row in rows:
            cells = list(row)
            for position in self._texts:
                if cells[position]:
                    cells[position] = protected(cells[position] or "")
            self._writer.writerow(cells)

    def close(self) -> None:
        """The target is closed with it."""
        self._text.close()


class ParquetTable(_Written):
    """Typed columns, with the Chinese titles as their metadata; times are city time."""

    def __init__(self, target: Measured, columns: Sequence[Column]) -> None:
        import pyarrow
        import pyarrow.parquet

        types = {
            "text": pyarrow.string(),
            "integer": pyarrow.int64(),
            "number": pyarrow.decimal128(PRECISION, SCALE),
            "boolean": pyarrow.bool_(),
            "date": pyarrow.date32(),
            "moment": pyarrow.timestamp("us", tz=str(CITY)),
        }
        self._schema = pyarrow.schema(
            [pyarrow.field(c.name, types[c.kind], metadata={"title_zh": c.title_zh}) for c in columns]
        )
        self._writer = pyarrow.parquet.ParquetWriter(target, self._schema)

    def write(self, batch: Sequence[Row]) -> None:
        """One row group. Raises DeliveryFailed for a number that a decimal(38, 18) cannot hold."""
        import pyarrow

        arrays = []
        for position, field in enumerate(self._schema):
            try:
                arrays.append(pyarrow.array([row[position] for row in batch], field.type))
            except pyarrow.ArrowInvalid as problem:
                message = f"列 {field.name} 的值无法写入 Parquet (value does not fit): {problem}"
                raise DeliveryFailed(message) from None
        self._writer.write_table(pyarrow.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


def digest(filesystem: Any, path: str) -> dict[str, Any]:
    """Bytes and sha256 of a file as it lies there."""
    found, size = hashlib.sha256(), 0
    with filesystem.open(path, "rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            found.update(block)
            size += len(block)
    return {"bytes": size, "sha256": found.hexdigest()}


# characters; as many as the csv module can count everywhere
LONGEST_CELL = 2**31 - 1


def csv_rows(filesystem: Any, path: str) -> int:
    """Rows below the header, line breaks within cells not counted."""
    # evidence in one cell may be longer than the module reads by itself
    csv.field_size_limit(LONGEST_CELL)
    with filesystem.open(path, "rb") as stream, io.TextIOWrapper(stream, ENCODING, newline="") as text:
        return sum(1 for _ in csv.reader(text)) - 1


def parquet_content(filesystem: Any, path: str) -> Checksum:
    """Rows and checksum of what a program reads from the file."""
    import pyarrow.parquet

    content = Checksum()
    with filesystem.open(path, "rb") as stream:
        for batch in pyarrow.parquet.ParquetFile(stream).iter_batches(BATCH_ROWS):
            columns = [column.to_pylist() for column in batch.columns]
            content.add(as_texts(row) for row in zip(*columns, strict=True))
    return content
