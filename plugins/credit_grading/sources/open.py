"""From a feed's declared source to the batches it offers now."""

from pathlib import Path
from typing import Any

from credit_grading.sources.access import OpenConnection
from credit_grading.sources.database import DatabaseItem
from credit_grading.sources.files import FileItem
from credit_grading.sources.location import find_files
from credit_grading.sources.model import NOTHING_EXPECTED, Expected, Item


def open_source(
    source: dict[str, Any],
    open_connection: OpenConnection,
    after: str | None = None,
    *,
    expected: Expected = NOTHING_EXPECTED,
    folder: Path | None = None,
) -> list[Item]:
    """The items of a feed, oldest name first; empty where no file matches. The pages of a web service are fetched here.

    Args:
        source: ``source`` of the department file; its keys are checked by ``dags/departments/schema.json``.
        open_connection: connection id → SQLAlchemy URL, folder for files, or base address, with credentials.
        after: for a database cursor, the highest value received so far.
        expected: what readers are told of the contract.
        folder: for pages of a web service until they are landed; None keeps them no longer than the process.

    Raises SourceError where the place itself cannot be reached.
    """
    if source["kind"] == "sql":
        return [DatabaseItem(source, open_connection, after)]
    if source["kind"] == "http":
        from credit_grading.sources.http import HttpItem

        item = HttpItem(source, open_connection, expected, folder)
        item.fetch()
        return [item]
    connection = source.get("connection")
    base = None if connection is None else lambda: open_connection(connection)
    return [FileItem(file, source, expected) for file in find_files(source["location"], base)]
