"""A published snapshot of a construction credit register, made ready as a feed."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

DATE_HEADER = "数据日期"
PREFIX = "yichang_credit_"


class SnapshotMissing(FileNotFoundError):
    """The folder holds no snapshot."""


@dataclass(frozen=True)
class Snapshot:
    """One file, named after the day whose state it shows."""

    path: Path
    day: date


def find_snapshots(folder: Path) -> list[Snapshot]:
    """Every ``yichang_credit_<day>.csv`` of the folder, oldest first. Raises SnapshotMissing where there is none."""
    found = sorted(folder.glob(f"{PREFIX}????-??-??.csv"))
    if not found:
        raise SnapshotMissing(f"{folder} holds no {PREFIX}<YYYY-MM-DD>.csv: say where the snapshots are with --real")
    return [Snapshot(path, date.fromisoformat(path.stem.removeprefix(PREFIX))) for path in found]


def deliver(snapshot: Snapshot, folder: Path) -> Path:
    """Copy the file into the feed's folder with the day as a column, all other cells as they are.

    The day stands only in the file's name, and the contract wants it in every row.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / snapshot.path.name
    with (
        snapshot.path.open(encoding="utf-8-sig", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as copy,
    ):
        rows, writer = csv.reader(source), csv.writer(copy)
        writer.writerow([DATE_HEADER, *next(rows)])
        for row in rows:
            writer.writerow([snapshot.day, *row])
    return target
