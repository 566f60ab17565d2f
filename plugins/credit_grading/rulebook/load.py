"""Check all rulebooks and load them: all of them or, where one is wrong, none.

A loaded version never changes. Only an open end may be closed: `in_force.until` of a version is decided when
its successor is written, and closing it touches no day for which grades were published.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from credit_grading import paths
from credit_grading.rulebook.catalogue import Catalogue, read_catalogue
from credit_grading.rulebook.check_shelf import Version
from credit_grading.rulebook.compile import compile_rulebook, content_hash
from credit_grading.rulebook.compile_lines import Row
from credit_grading.rulebook.document import Document
from credit_grading.rulebook.read import check_together, raise_if_wrong, read_rulebooks

# two loaders at once must not insert the same version twice; any number that nobody else uses
LOAD_LOCK = 7_220_119

Known = dict[tuple[str, str], tuple[Version, str]]


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
    connection: psycopg.Connection, folder: Path | None = None, catalogue: Catalogue | None = None
) -> list[LoadedRulebook]:
    """Validate every ``<id>@<version>.yml`` of a folder and load them in one transaction.

    Args:
        connection: to a prepared warehouse.
        folder: default ``dbt_project/rulebooks``.
        catalogue: allowed catalogue items; default the seed ``catalogue_item``.

    Returns one entry per file, in name order. Raises RulebookError with every problem found; then nothing was written.
    """
    documents = read_rulebooks(folder or paths.rulebooks(), read_catalogue() if catalogue is None else catalogue)
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (LOAD_LOCK,))
        known = _known(connection)
        stages = check_together(documents, [version for version, _ in known.values()])
        published = _newest_published(connection)
        for document in documents:
            if document.is_comparable:
                _check_unchanged(document, known, published)
        raise_if_wrong(documents)
        loaded = [_write(connection, document, stages[document.data["id"]], known) for document in documents]
        for rulebook, stage in stages.items():
            connection.execute(
                "update rulebook.rulebook set stage = %s where rulebook_id = %s and stage <> %s",
                (stage, rulebook, stage),
            )
    # without numbers of rows the planner takes every rulebook for a large one
    connection.execute(
        "analyze rulebook.rulebook, rulebook.indicator, rulebook.target, rulebook.record_line, rulebook.indicator_band,"
        " rulebook.grade_limit, rulebook.grade_band, rulebook.grade_condition"
    )
    return loaded


def write_rulebook(connection: psycopg.Connection, document: Document, stage: int, schema: str = "rulebook") -> None:
    """Insert the rows of one checked rulebook into `schema`, in which its version must not stand yet."""
    for table, rows in compile_rulebook(document, stage).items():
        _insert(connection, table, rows, schema)


def loaded_versions(connection: psycopg.Connection) -> list[Version]:
    """What other rulebooks must know of every version that is loaded."""
    return [version for version, _ in _known(connection).values()]


def _known(connection: psycopg.Connection) -> Known:
    query = """
        select rulebook_id, version, in_force_from, in_force_until, per_facet, content_hash,
            kind = 'scored' or exists (
                select from rulebook.grade_band
                where grade_band.rulebook_id = rulebook.rulebook_id and grade_band.version = rulebook.version
                    and level_score is not null
            ) as gives_score,
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


def _newest_published(connection: psycopg.Connection) -> date | None:
    """The last day for which grades were published; None before the first release."""
    if connection.execute("select to_regclass('sharing.publication')").fetchone() == (None,):
        return None
    row = connection.execute("select max(as_of) from sharing.publication").fetchone()
    return row[0] if row else None


def _check_unchanged(document: Document, known: Known, published: date | None) -> None:
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
    elif until and not version.in_force_until and published and date.fromisoformat(until) <= published:
        document.problem(
            ("in_force", "until"),
            f"this version cannot end on {until}: grades as of {published} are published already; the first possible "
            "end is the day after",
        )


def _write(connection: psycopg.Connection, document: Document, stage: int, known: Known) -> LoadedRulebook:
    row = compile_rulebook(document, stage)["rulebook"][0]
    key = (row["rulebook_id"], row["version"])
    outcome: Literal["loaded", "unchanged", "closed"] = "unchanged"
    if key not in known:
        outcome = "loaded"
        write_rulebook(connection, document, stage)
    elif known[key][0].in_force_until is None and row["in_force_until"]:
        outcome = "closed"
        connection.execute(
            "update rulebook.rulebook set in_force_until = %s, source_text = %s "
            "where rulebook_id = %s and version = %s",
            (row["in_force_until"], row["source_text"], *key),
        )
    if outcome != "unchanged" and row["in_force_until"]:
        connection.execute(
            "update rulebook.rulebook set until_known_from = clock_timestamp() where rulebook_id = %s and version = %s",
            key,
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


def _insert(connection: psycopg.Connection, table: str, rows: list[Row], schema: str) -> None:
    if not rows:
        return
    # rows of one table may leave out columns that do not concern them: those are null
    columns = list(dict.fromkeys(column for row in rows for column in row))
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(schema, table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [[row.get(column) for column in columns] for row in rows])
