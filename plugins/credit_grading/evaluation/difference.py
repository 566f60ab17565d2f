"""Where two evaluations of the same day differ: row by row, every column, in either direction."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

# What is compared, and by which key. Evidence is compared through the contributions that it makes.
KEYS = {
    "grade": ("rulebook_id", "subject_key", "facet"),
    "contribution": ("rulebook_id", "subject_key", "facet", "indicator_id"),
    "limit_hit": ("rulebook_id", "subject_key", "facet", "limit_id"),
}


@dataclass(frozen=True)
class Difference:
    """One row that two evaluations do not state alike. `first` and `second` are its text there, None = no such row."""

    table: str
    key: tuple[str, ...]
    first: str | None
    second: str | None

    @property
    def subject_key(self) -> str:
        """Whose row it is."""
        return self.key[KEYS[self.table].index("subject_key")]

    def __str__(self) -> str:
        sides = [side or "没有此行 no row" for side in (self.first, self.second)]
        return f"{self.table} {' · '.join(filter(None, self.key))}: {sides[0]} ≠ {sides[1]}"


def differences(
    connection: psycopg.Connection, first: str, second: str, subjects: Sequence[str] | None = None, limit: int = 100
) -> list[Difference]:
    """Compare two schemas of the evaluation.

    Args:
        connection: to the warehouse.
        first: schema of one evaluation, such as ``evaluation``.
        second: of the other.
        subjects: compare only these; None = all.
        limit: at most so many rows per table are returned.
    """
    found = []
    for table, key in KEYS.items():
        chosen = sql.SQL("where subject_key = any(%(subjects)s)") if subjects is not None else sql.SQL("")
        query = sql.SQL(
            """
            with first as (select * from {first} {chosen}), second as (select * from {second} {chosen})
            select {key}, first::text, second::text
            from first full join second using ({key})
            where first is distinct from second
            order by {key}
            limit %(limit)s
            """
        ).format(
            first=sql.Identifier(first, table),
            second=sql.Identifier(second, table),
            chosen=chosen,
            key=sql.SQL(", ").join(map(sql.Identifier, key)),
        )
        rows = connection.execute(query, {"subjects": list(subjects or ()), "limit": limit}).fetchall()
        found += [Difference(table, row[: len(key)], row[-2], row[-1]) for row in rows]
    return found
