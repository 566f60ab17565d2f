"""From a feed's declared source to the batches it offers now."""

from collections.abc import Callable
from typing import Any

from credit_grading.sources.database import DatabaseItem
from credit_grading.sources.files import FileItem
from credit_grading.sources.location import find_files
from credit_grading.sources.model import Item

OpenConnection = Callable[[str], str]


def open_source(source: dict[str, Any], open_connection: OpenConnection, after: str | None = None) -> list[Item]:
    """The items of a feed, oldest name first; empty where no file matches.

    Args:
        source: ``source`` of the department file; its keys are checked by ``dags/departments/schema.json``.
        open_connection: connection id → SQLAlchemy URL, or base folder for files.
        after: for a database cursor, the highest value received so far.

    Raises SourceError where the place itself cannot be reached.
    """
    if source["kind"] == "sql":
        return [DatabaseItem(source, open_connection, after)]
    connection = source.get("connection")
    base = None if connection is None else lambda: open_connection(connection)
    return [FileItem(file, source) for file in find_files(source["location"], base)]
