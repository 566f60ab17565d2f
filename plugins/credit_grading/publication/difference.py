"""Making a stable sharing table equal to its candidate by touching only the rows that differ, set by set.

Columns and keys are read from the sharing table itself, so a column added there can be neither forgotten in
the comparison nor left uncopied. Every function runs inside the caller's transaction.
"""

from dataclasses import dataclass

from psycopg import Connection, sql

# Says which release a row belongs to, not what the row says: never compared, written by publication.
PUBLICATION = "publication_id"


@dataclass(frozen=True)
class Difference:
    """Numbers of rows by which a candidate differs from what is shared."""

    table: str
    added: int
    changed: int
    removed: int


@dataclass(frozen=True)
class SharedTable:
    """One stable table: its primary key, and the other columns that a candidate has as well.

    `source`: schema of the table of the same name that it is made equal to.
    """

    name: str
    key: list[str]
    content: list[str]
    has_publication: bool
    source: str = "candidate"

    @property
    def shared(self) -> sql.Identifier:
        """The stable table."""
        return sql.Identifier("sharing", self.name)

    @property
    def candidate(self) -> sql.Identifier:
        """What would take its place."""
        return sql.Identifier(self.source, self.name)

    @property
    def difference(self) -> sql.Identifier:
        """Temporary table (key columns, change) that lives until the end of the transaction."""
        return sql.Identifier("pg_temp", f"difference_{self.name}")


def shared_table(connection: Connection, name: str, source: str = "candidate") -> SharedTable:
    """Read columns and primary key of sharing.`name` from the catalogue; `source` as in SharedTable."""
    rows = connection.execute(
        """
        select attribute.attname::text, coalesce(attribute.attnum = any(index.indkey::smallint[]), false)
        from pg_catalog.pg_attribute as attribute
        left join pg_catalog.pg_index as index on attribute.attrelid = index.indrelid and index.indisprimary
        where attribute.attrelid = format('sharing.%%I', %s::text)::regclass
            and attribute.attnum > 0 and not attribute.attisdropped
        order by attribute.attnum
        """,
        (name,),
    ).fetchall()
    return SharedTable(
        name=name,
        key=[column for column, is_key in rows if is_key],
        content=[column for column, is_key in rows if not is_key and column != PUBLICATION],
        has_publication=any(column == PUBLICATION for column, _ in rows),
        source=source,
    )


def find_difference(connection: Connection, table: SharedTable, *, ignored: frozenset[str] = frozenset()) -> Difference:
    """Write the keys that differ, with 'added', 'changed' or 'removed', to the table's temporary difference table.

    Args:
        connection: in a transaction that has locked both tables.
        table: which table.
        ignored: columns that alone do not make a row different.
    """
    compared = [column for column in table.content if column not in ignored]
    connection.execute(
        sql.SQL(
            """
            create temporary table {difference} on commit drop as
            select {keys},
                case
                    when shared.{first} is null then 'added'
                    when candidate.{first} is null then 'removed'
                    else 'changed'
                end as change
            from {shared} as shared
            full join {candidate} as candidate using ({keys})
            where shared.{first} is null or candidate.{first} is null or ({old}) is distinct from ({new})
            """
        ).format(
            difference=table.difference,
            keys=column_list(table.key),
            first=sql.Identifier(table.key[0]),
            shared=table.shared,
            candidate=table.candidate,
            old=column_list(compared, "shared"),
            new=column_list(compared, "candidate"),
        )
    )
    connection.execute(sql.SQL("analyze {}").format(table.difference))
    counted = connection.execute(sql.SQL("select change, count(*) from {} group by change").format(table.difference))
    counts: dict[str, int] = dict(counted.fetchall())
    return Difference(table.name, counts.get("added", 0), counts.get("changed", 0), counts.get("removed", 0))


def apply_difference(connection: Connection, table: SharedTable, publication_id: int) -> None:
    """Delete, update and insert the rows that `find_difference` named; rows it did not name are not touched."""
    publication = [PUBLICATION] if table.has_publication else []
    columns = table.key + table.content
    parts = {
        "shared": table.shared,
        "candidate": table.candidate,
        "difference": table.difference,
        "keys": column_list(table.key),
        "columns": column_list(columns + publication),
        "content": column_list(table.content + publication),
        "new": column_list(columns, "candidate"),
        "new_content": column_list(table.content, "candidate"),
        "publication": sql.SQL(", {}").format(publication_id) if publication else sql.SQL(""),
        "same": sql.SQL(" and ").join(
            sql.SQL("shared.{column} = difference.{column}").format(column=sql.Identifier(column))
            for column in table.key
        ),
    }
    for statement in (
        "delete from {shared} as shared using {difference} as difference"
        " where {same} and difference.change = 'removed'",
        "update {shared} as shared set ({content}) = row({new_content}{publication})"
        " from {difference} as difference inner join {candidate} as candidate using ({keys})"
        " where {same} and difference.change = 'changed'",
        "insert into {shared} ({columns}) select {new}{publication}"
        " from {candidate} as candidate inner join {difference} as difference using ({keys})"
        " where difference.change = 'added'",
    ):
        connection.execute(sql.SQL(statement).format(**parts))


def column_list(columns: list[str], alias: str | None = None) -> sql.Composed:
    """The columns, each of `alias` where one is given, with commas between them."""
    return sql.SQL(", ").join(sql.Identifier(*([alias] if alias else []), column) for column in columns)
