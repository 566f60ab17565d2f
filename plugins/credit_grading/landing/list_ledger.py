"""The ledger of lists: which batches make up a list, and how it differs from the one before."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from credit_grading.contract.model import Contract


@dataclass(frozen=True, slots=True)
class HeldList:
    """A list that is in the ledger."""

    snapshot_id: int
    name: str
    batch_ids: list[int]


@dataclass(frozen=True, slots=True)
class Difference:
    """Records of two lists, counted by their identifying columns as delivered."""

    records_before: int
    records: int
    inserted: int
    changed: int
    disappeared: int


def newest_list(connection: psycopg.Connection, department_id: str, feed_id: str) -> HeldList | None:
    """The list that stands; None before the first one."""
    found = connection.execute(
        "select snapshot_id, list_name, batch_ids from landing.snapshot"
        " where department_id = %s and feed_id = %s and not is_older order by snapshot_id desc limit 1",
        (department_id, feed_id),
    ).fetchone()
    return HeldList(*found) if found else None


def parts_of_list(
    connection: psycopg.Connection, department_id: str, feed_id: str, name: str, landed: list[int]
) -> list[int]:
    """The newest batch of every window of a list: those just landed, and those that came before and still stand.

    Where all that landed are the bytes of the standing list, read again under a heading that was explained since, it
    is the same list, and what people corrected in it stays in it. A list with other contents starts without.
    """
    found = connection.execute(
        "with held as ("
        " select snapshot_id, batch_ids from landing.snapshot"
        " where department_id = %(department)s and feed_id = %(feed)s and list_name = %(name)s"
        " order by snapshot_id desc limit 1"
        "), same as ("
        " select bool_and(repeats_batch_id is not null and follows_batch_id in (select unnest(batch_ids) from held))"
        " as is_same from landing.batch where batch_id = any(%(landed)s)"
        "), newest as ("
        " select distinct on (window_key) batch_id from landing.batch"
        " where batch_id = any(%(landed)s)"
        " or (batch_id in (select unnest(batch_ids) from held)"
        " and (not holds_corrections or (select is_same from same)))"
        " or (department_id = %(department)s and feed_id = %(feed)s and holds_corrections"
        " and batch_id > (select snapshot_id from held) and (select is_same from same))"
        " order by window_key, batch_id desc"
        ") select batch_id from newest order by batch_id",
        {"department": department_id, "feed": feed_id, "name": name, "landed": landed},
    )
    return [int(row[0]) for row in found]


def held_before(
    connection: psycopg.Connection, department_id: str, feed_id: str, newest: HeldList | None, landed: list[int]
) -> list[int]:
    """The batches that the next list is compared with: the last list, and whatever was added since in another way."""
    found = connection.execute(
        "select batch_id from landing.batch"
        " where department_id = %s and feed_id = %s and delivery_kind in ('append', 'changes') and batch_id > %s"
        " and batch_id <> all(%s) order by batch_id",
        (department_id, feed_id, newest.snapshot_id if newest else 0, landed),
    )
    return [*(newest.batch_ids if newest else []), *(int(row[0]) for row in found)]


def compare_lists(
    connection: psycopg.Connection, contract: Contract, before: list[int], after: list[int]
) -> Difference:
    """Count what came, changed and went. Rows without any identifying value are nobody's, and left out."""
    columns = [sql.Identifier(name) for name in contract.natural_key]
    statement = sql.SQL(
        "with before as ({side}), after as ({other})"
        " select count(before.key), count(after.key), count(*) filter (where before.key is null),"
        " count(*) filter (where before.row_hash <> after.row_hash), count(*) filter (where after.key is null)"
        " from before full join after on before.key = after.key"
    ).format(side=_records(contract, columns, "before"), other=_records(contract, columns, "after"))
    found = connection.execute(statement, {"before": before, "after": after}).fetchone()
    assert found is not None
    return Difference(*found)


def _records(contract: Contract, columns: list[sql.Identifier], side: str) -> sql.Composed:
    """One row per record: a hash of its identifying columns as staging spells them, and the hash of its last row."""
    return sql.SQL(
        "select distinct on (key) key, row_hash from ("
        " select md5(concat_ws(chr(31), {spelled})) as key, row_hash, batch_id, row_number from {table}"
        " where batch_id = any({side}) and btrim(concat({columns})) <> ''"
        ") as listed order by key, batch_id desc, row_number desc"
    ).format(
        spelled=sql.SQL(", ").join(
            sql.SQL("staging.normalised_name(coalesce({}, ''))").format(column) for column in columns
        ),
        table=sql.Identifier("landing", contract.id),
        side=sql.Placeholder(side),
        columns=sql.SQL(", ").join(columns),
    )


def record_list(
    connection: psycopg.Connection,
    *,
    snapshot_id: int,
    contract_id: str,
    department_id: str,
    feed_id: str,
    list_name: str,
    batch_ids: list[int],
    difference: Difference | None,
) -> None:
    """Write the list into the ledger; without a difference it is older than the list that stands."""
    counts = (
        (None,) * 5
        if difference is None
        else (
            difference.records_before, difference.records, difference.inserted, difference.changed,
            difference.disappeared,
        )
    )  # fmt: skip
    connection.execute(
        "insert into landing.snapshot (snapshot_id, contract_id, department_id, feed_id, list_name, batch_ids,"
        " is_older, records_before, records, inserted, changed, disappeared)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (snapshot_id, contract_id, department_id, feed_id, list_name, batch_ids, difference is None, *counts),
    )
