"""What each publication wrote over, kept so that an earlier release can be put back row for row.

Cost follows change: of a release only the rows that it changed, removed or added leave a row here.
"""

from psycopg import Connection, sql

from credit_grading.publication.difference import SharedTable, column_list


def keep_superseded(connection: Connection, table: SharedTable, publication_id: int) -> None:
    """Copy the rows that the difference names, before they are changed; of an added row its key alone.

    Args:
        connection: in the publication's transaction, between `find_difference` and `apply_difference`.
        table: which table.
        publication_id: of the publication that writes over them.
    """
    connection.execute(
        sql.SQL(
            "insert into {kept} (superseded_by, change, {columns})"
            " select %s, difference.change, {keys}, {content}"
            " from {difference} as difference left join {shared} as shared using ({plain_keys})"
        ).format(
            kept=sql.Identifier("superseded", table.name),
            columns=column_list(table.key + table.content),
            keys=column_list(table.key, "difference"),
            plain_keys=column_list(table.key),
            content=column_list(table.content, "shared"),
            difference=table.difference,
            shared=table.shared,
        ),
        (publication_id,),
    )


def note_kept(connection: Connection, publication_id: int) -> None:
    """Say that everything this publication wrote over is kept."""
    connection.execute("insert into superseded.publication (publication_id) values (%s)", (publication_id,))


def find_earlier(connection: Connection, table: SharedTable, publication_id: int) -> None:
    """Write what differs now from an earlier release to the table's difference table, as `find_difference` does.

    Only rows that were written over since are looked at. Their earlier content goes to the temporary table that
    `table` takes its rows from (source "pg_temp").
    """
    parts = {
        "kept": sql.Identifier("superseded", table.name),
        "earlier": table.candidate,
        "difference": table.difference,
        "shared": table.shared,
        "keys": column_list(table.key),
        "columns": column_list(table.key + table.content),
        "old": column_list(table.content, "shared"),
        "new": column_list(table.content, "earlier"),
        "first": sql.Identifier(table.key[0]),
    }
    for statement in (
        # of each row the first time that it was written over after that release
        "create temporary table {earlier} on commit drop as"
        " select distinct on ({keys}) change <> 'added' as existed, {columns}"
        " from {kept} where superseded_by > %(publication_id)s order by {keys}, superseded_by",
        "create temporary table {difference} on commit drop as"
        " select {keys}, case"
        " when shared.{first} is null then 'added' when not earlier.existed then 'removed' else 'changed' end as change"
        " from {earlier} as earlier left join {shared} as shared using ({keys})"
        " where case when earlier.existed then shared.{first} is null or ({old}) is distinct from ({new})"
        " else shared.{first} is not null end",
        "analyze {difference}",
    ):
        connection.execute(sql.SQL(statement).format(**parts), {"publication_id": publication_id})
