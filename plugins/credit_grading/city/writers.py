"""Writers of a feed's rows: CSV in any encoding, XLSX, JSON Lines, and a table of a SQL database."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from credit_grading.city.dirt import Record

BATCH = 1_000
# The earliest moment a ZIP archive can hold: a workbook must not differ by the hour it was made in.
ARCHIVE_TIME = (1980, 1, 1, 0, 0, 0)


class Writer(Protocol):
    """Takes records one by one and keeps none."""

    def write(self, record: Record) -> None:
        """Add one record."""

    def close(self) -> None:
        """Finish the file or the transaction."""


class CsvWriter:
    """CSV with a header; None is an empty cell."""

    def __init__(self, path: Path, columns: Mapping[str, str], encoding: str) -> None:
        self._file = path.open("w", encoding=encoding, newline="")
        self._names = tuple(columns)
        self._writer = csv.writer(self._file)
        self._writer.writerow(columns.values())

    def write(self, record: Record) -> None:
        """Add one row; dates become ISO text."""
        self._writer.writerow([record.get(name) for name in self._names])

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class JsonLinesWriter:
    """One JSON object per line, keys in Chinese."""

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._columns = columns

    def write(self, record: Record) -> None:
        """Add one line; a missing value is null."""
        line = {header: record.get(name) for name, header in self._columns.items()}
        self._file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class XlsxWriter:
    """A workbook with one sheet; dates are real date cells as far as a spreadsheet knows them."""

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        from openpyxl import Workbook

        self._path, self._names = path, tuple(columns)
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("名单")
        self._sheet.append(list(columns.values()))

    def write(self, record: Record) -> None:
        """Add one row."""
        self._sheet.append([record.get(name) for name in self._names])

    def close(self) -> None:
        """Write the workbook so that the same rows make the same bytes."""
        buffer = io.BytesIO()
        self._book.save(buffer)
        with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(self._path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(made.namelist()):
                content = made.read(name)
                if name == "docProps/core.xml":
                    content = _without_times(content)
                archive.writestr(zipfile.ZipInfo(name, ARCHIVE_TIME), content, zipfile.ZIP_DEFLATED)


def _without_times(core_properties: bytes) -> bytes:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(core_properties)
    for element in root:
        if element.tag.rpartition("}")[2] in ("created", "modified"):
            element.text = "1980-01-01T00:00:00Z"
    return ElementTree.tostring(root)


class SqlWriter:
    """The department's own database: replaces, or extends, table `bidding_bad_behaviour` in one transaction."""

    TABLE = "bidding_bad_behaviour"
    NUMERIC = ("points_declared", "points_counted")
    DATES = ("start_on", "end_on", "withdrawn_on")

    def __init__(self, url: str, columns: Mapping[str, str], day: date, *, replace: bool) -> None:
        import sqlalchemy as sa

        self._engine = sa.create_engine(url)
        self._names, self._day = tuple(columns), day
        kinds: dict[str, Any] = {name: sa.Numeric(8, 2) for name in self.NUMERIC} | {n: sa.Date() for n in self.DATES}
        kinds |= {"validity_months": sa.Integer(), "updated_at": sa.DateTime()}
        self._table = sa.Table(
            self.TABLE,
            sa.MetaData(),
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            *(sa.Column(name, kinds.get(name, sa.String(300))) for name in columns),
        )
        self._table.create(self._engine, checkfirst=True)
        self._connection = self._engine.connect()
        stale = self._table.delete()
        if not replace:
            # a day that is written again replaces itself
            stale = stale.where(self._table.c.updated_at >= datetime.combine(day, time()))
        self._connection.execute(stale)
        # ids of our own: the same seed must give the same rows, whatever was in the table before
        self._next_id = 1 + (self._connection.scalar(sa.select(sa.func.max(self._table.c.id))) or 0)
        self._rows: list[dict[str, Any]] = []

    def write(self, record: Record) -> None:
        """Add one row; corrections written later carry the next id and a later updated_at."""
        hour = 17 if record.get("points_counted") == "0" else 8
        row = {name: record.get(name) for name in self._names}
        row |= {name: Decimal(str(row[name])) for name in self.NUMERIC if row[name] is not None}
        row |= {"validity_months": int(str(row["validity_months"]))}
        row |= {"id": self._next_id, "updated_at": datetime.combine(self._day, time(hour))}
        self._next_id += 1
        self._rows.append(row)
        if len(self._rows) == BATCH:
            self._flush()

    def close(self) -> None:
        """Commit."""
        self._flush()
        self._connection.commit()
        self._connection.close()
        self._engine.dispose()

    def _flush(self) -> None:
        if self._rows:
            self._connection.execute(self._table.insert(), self._rows)
            self._rows = []
