"""What the retention rules allow to remove on a day: row by row in a temporary table, and in lines."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

from credit_grading.publication.publish import BESIDE
from credit_grading.supervision.mark_records import SQL_FOLDER

# `rows` rows of one table each: a row of a batch, or everything that one publication wrote over
REMOVABLE = """
create temporary table removable (
    rule_id text collate "C" not null, table_name text collate "C" not null, contract_id text collate "C",
    batch_id bigint, row_number bigint, publication_id bigint, rows bigint not null default 1, since date not null
) on commit drop
"""

# Oldest publications first: what was written over is of use only where everything after it is kept too. Not before
# corrections were read from it, and never the standing publication's, which says what it replaced.
REMOVABLE_PUBLICATIONS = """
with judged as (
    select
        rule.rule_id, kept.publication_id, calendar.city_day(publication.published_at) as since,
        supervision.is_kept_long_enough(calendar.city_day(publication.published_at), rule.keep_months, %(day)s)
        and noted.publication_id is not null
        and kept.publication_id < (select max(newest.publication_id) from sharing.publication as newest) as may_go
    from superseded.publication as kept
    inner join sharing.publication using (publication_id)
    inner join supervision.retention_rule as rule on rule.what = 'superseded'
    left join supervision.noted_publication as noted using (publication_id)
)

insert into pg_temp.removable (rule_id, table_name, publication_id, since)
select rule_id, 'superseded.publication', publication_id, since
from judged
where publication_id < all (select stays.publication_id from judged as stays where not stays.may_go)
"""

# A record that the newest list of its feed still holds is kept, or the next list would be compared with a list that
# nobody sent.
REMOVABLE_ROWS = """
with row_of as (
    select staged.batch_id, staged.row_number, staged.record_key, gone.rule_id, gone.since
    from {staging} as staged
    inner join pg_temp.removable_record as gone on staged.record_key = gone.record_key
    where gone.contract_id = {contract_id}
),

listed as (
    select unnest(newest.batch_ids) as batch_id
    from (
        select distinct on (department_id, feed_id, list_name) batch_ids
        from landing.snapshot
        where contract_id = {contract_id}
        order by department_id, feed_id, list_name, snapshot_id desc
    ) as newest
)

insert into pg_temp.removable (rule_id, table_name, contract_id, batch_id, row_number, since)
select
    row_of.rule_id, room.name || '.' || {contract_id}, {contract_id}, row_of.batch_id, row_of.row_number,
    row_of.since
from row_of
cross join (values ('landing'), ('staging')) as room (name)
where row_of.record_key not in (
    select held.record_key from row_of as held where held.batch_id in (select listed.batch_id from listed)
)
"""

LINES = """
select removable.rule_id, removable.table_name, sum(removable.rows)::bigint, min(removable.since),
    max(removable.since), format('%s 个月 months: %s', rule.keep_months, rule.source),
    sum(hashtextextended(
        concat_ws('-', removable.contract_id, removable.batch_id, removable.row_number, removable.publication_id,
            removable.rows), 0
    )::numeric)
from pg_temp.removable
inner join supervision.retention_rule as rule using (rule_id)
group by removable.rule_id, removable.table_name, rule.keep_months, rule.source
order by removable.rule_id, removable.table_name
"""


@dataclass(frozen=True)
class Line:
    """Rows of one table that one rule allows to remove; the days are those from which the months were counted."""

    rule_id: str
    table_name: str
    rows: int
    oldest: date
    newest: date
    reason: str
    digest: Decimal

    def __str__(self) -> str:
        return (
            f"{self.table_name}: {self.rows:,} 行 rows, {self.oldest} – {self.newest} ({self.rule_id}, {self.reason})"
        )


def find_removable(connection: psycopg.Connection[Any], day: date) -> list[Line]:
    """Fill pg_temp.removable, in the caller's transaction, with what may be removed on `day`; in lines."""
    parameters = {"day": day}
    connection.execute(REMOVABLE)
    connection.execute(REMOVABLE_PUBLICATIONS, parameters)
    for name in ("grade", *BESIDE):
        connection.execute(
            sql.SQL(
                "insert into pg_temp.removable (rule_id, table_name, publication_id, since, rows)"
                " select gone.rule_id, {name}, gone.publication_id, gone.since, count(*)"
                " from pg_temp.removable as gone"
                " inner join {table} as kept on gone.publication_id = kept.superseded_by"
                " where gone.table_name = 'superseded.publication'"
                " group by gone.rule_id, gone.publication_id, gone.since"
            ).format(name=sql.Literal(f"superseded.{name}"), table=sql.Identifier("superseded", name))
        )
    connection.execute((SQL_FOLDER / "removable_rejected_row.sql").read_bytes(), parameters)
    # before the first build there are no records
    if connection.execute("select to_regclass('thematic.credit_record')").fetchone() != (None,):
        connection.execute((SQL_FOLDER / "removable_record.sql").read_bytes(), parameters)
        for (contract_id,) in connection.execute(
            "select distinct contract_id from pg_temp.removable_record order by 1"
        ).fetchall():
            connection.execute(
                sql.SQL(REMOVABLE_ROWS).format(
                    staging=sql.Identifier("staging", contract_id), contract_id=sql.Literal(contract_id)
                )
            )
    return [Line(*row) for row in connection.execute(LINES)]
