"""Check all rulebooks and load them: all of them or, where one is wrong, none.

A loaded version never changes. Only an open end may be closed: `in_force.until` of a version is decided when
its successor is written, and closing it touches no day that was graded before.
"""

import csv
from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from credit_grading import paths
from credit_grading.rulebook.check_form import check_form
from credit_grading.rulebook.check_rules import check_rules
from credit_grading.rulebook.check_shelf import Version, check_shelf
from credit_grading.rulebook.compile import Row, compile_rulebook, content_hash
from credit_grading.rulebook.document import Document, read_document
from credit_grading.rulebook.problem import Problem, RulebookError

# two loaders at once must not insert the same version twice; any number that nobody else uses
LOAD_LOCK = 7_220_119


@dataclass(frozen=True)
class LoadedRulebook:
    """What became of one file."""

    rulebook_id: str
    version: str
    stage: int
    in_force_from: date
    in_force_until: date | None
    content_hash: str
    outcome: Literal["loaded", "unchanged", "closed"]


def load_rulebooks(
    connection: psycopg.Connection, folder: Path | None = None, catalogue: Set[str] | None = None
) -> list[LoadedRulebook]:
    """Validate every ``<id>@<version>.yml`` of a folder and load them in one transaction.

    Args:
        connection: to a prepared warehouse.
        folder: default ``dbt_project/rulebooks``.
        catalogue: allowed catalogue items; default the seed ``catalogue_item``.

    Returns one entry per file, in name order. Raises RulebookError with every problem found; then nothing was written.
    """
    documents = read_rulebooks(folder or paths.rulebooks(), catalogue_items() if catalogue is None else catalogue)
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (LOAD_LOCK,))
        known = _known(connection)
        stages = check_shelf(documents, [version for version, _ in known.values()])
        for document in documents:
            _check_unchanged(document, known)
        _raise_if_wrong(documents)
        loaded = [_write(connection, document, stages[document.data["id"]], known) for document in documents]
        for rulebook, stage in stages.items():
            connection.execute(
                "update rulebook.rulebook set stage = %s where rulebook_id = %s and stage <> %s",
                (stage, rulebook, stage),
            )
    return loaded


def check_rulebooks(folder: Path | None = None, catalogue: Set[str] | None = None) -> list[Document]:
    """Check a folder of rulebooks without a warehouse. Raises RulebookError with every problem found."""
    documents = read_rulebooks(folder or paths.rulebooks(), catalogue_items() if catalogue is None else catalogue)
    check_shelf(documents, [])
    _raise_if_wrong(documents)
    return documents


def read_rulebooks(folder: Path, catalogue: Set[str]) -> list[Document]:
    """Read and check each file on its own. Raises RulebookError where a file is wrong, or where there is none."""
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise RulebookError([Problem(str(folder), 1, "there is no rulebook (*.yml) in this folder")])
    documents = [read_document(file) for file in files]
    for document in documents:
        if not document.problems and check_form(document):
            _check_name(document)
            check_rules(document, catalogue)
    _raise_if_wrong(documents)
    return documents


def catalogue_items(seed: Path | None = None) -> frozenset[str]:
    """Catalogue items of the seed ``catalogue_item``. Raises RulebookError where the seed is missing or has none."""
    file = seed or paths.dbt_project() / "seeds" / "catalogue_item.csv"
    if not file.exists():
        raise RulebookError([Problem(str(file), 1, "the seed of catalogue items is missing")])
    with file.open(encoding="utf-8-sig", newline="") as text:
        items = frozenset(row["catalogue_item_id"] for row in csv.DictReader(text) if row.get("catalogue_item_id"))
    if not items:
        raise RulebookError([Problem(str(file), 1, "the seed names no catalogue_item_id")])
    return items


def _check_name(document: Document) -> None:
    expected = f"{document.data['id']}@{document.data['version']}.yml"
    if document.file.name != expected:
        document.problem(("id",), f"the file must be called {expected}")


def _raise_if_wrong(documents: list[Document]) -> None:
    problems = [problem for document in documents for problem in document.problems]
    if problems:
        raise RulebookError(problems)


def _known(connection: psycopg.Connection) -> dict[tuple[str, str], tuple[Version, str]]:
    query = """
        select rulebook_id, version, in_force_from, in_force_until, per_facet, content_hash,
            array(
                select distinct source_rulebook_id from rulebook.indicator
                where indicator.rulebook_id = rulebook.rulebook_id and indicator.version = rulebook.version
                    and source_rulebook_id is not null
            ) as reads
        from rulebook.rulebook
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query).fetchall()
    known = {}
    for row in rows:
        digest = row.pop("content_hash")
        version = Version(**row | {"reads": frozenset(row["reads"])})
        known[version.rulebook_id, version.version] = (version, digest)
    return known


def _check_unchanged(document: Document, known: dict[tuple[str, str], tuple[Version, str]]) -> None:
    key = (document.data["id"], document.data["version"])
    if key not in known:
        return
    version, loaded_hash = known[key]
    file_hash = content_hash(document)
    if file_hash != loaded_hash:
        document.problem(
            ("version",),
            f"version {version.version} of {version.rulebook_id} was loaded with other content (loaded {loaded_hash}, "
            f"file {file_hash}): a change needs a new version",
        )
    until = document.data["in_force"]["until"]
    if version.in_force_until and until != version.in_force_until.isoformat():
        document.problem(
            ("in_force", "until"),
            f"this version was loaded as ending on {version.in_force_until}; an end once set stays, file says {until}",
        )


def _write(
    connection: psycopg.Connection, document: Document, stage: int, known: dict[tuple[str, str], tuple[Version, str]]
) -> LoadedRulebook:
    tables = compile_rulebook(document, stage)
    row = tables["rulebook"][0]
    key = (row["rulebook_id"], row["version"])
    outcome: Literal["loaded", "unchanged", "closed"] = "unchanged"
    if key not in known:
        outcome = "loaded"
        for table, rows in tables.items():
            _insert(connection, table, rows)
    elif known[key][0].in_force_until is None and row["in_force_until"]:
        outcome = "closed"
        connection.execute(
            "update rulebook.rulebook set in_force_until = %s, source_text = %s "
            "where rulebook_id = %s and version = %s",
            (row["in_force_until"], row["source_text"], *key),
        )
    until = row["in_force_until"]
    return LoadedRulebook(
        rulebook_id=row["rulebook_id"],
        version=row["version"],
        stage=stage,
        in_force_from=date.fromisoformat(row["in_force_from"]),
        in_force_until=date.fromisoformat(until) if until else None,
        content_hash=row["content_hash"],
        outcome=outcome,
    )


def _insert(connection: psycopg.Connection, table: str, rows: list[Row]) -> None:
    if not rows:
        return
    # rows of one table may leave out columns that do not concern them: those are null
    columns = list(dict.fromkeys(column for row in rows for column in row))
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier("rulebook", table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [[row.get(column) for column in columns] for row in rows])
