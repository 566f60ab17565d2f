"""Both grades, and the decision that moved one to the other, for every grade that a publication put right."""

from typing import Any

import psycopg

from credit_grading.supervision.mark_records import LOCK, SQL_FOLDER, demand_tables

READ = ("thematic.credit_record", "thematic_public_credit.objection", "thematic_public_credit.credit_repair_decision")

# A publication whose rows are no longer kept cannot be compared with the one before it any more.
PENDING = """
select publication_id
from superseded.publication
where publication_id not in (select noted.publication_id from supervision.noted_publication as noted)
order by publication_id
"""


def note_corrections(connection: psycopg.Connection[Any]) -> dict[int, int]:
    """Note the corrections of every publication that was not looked at yet, each in a transaction of its own.

    Args:
        connection: to a prepared warehouse with thematic databases.

    Returns publication → rows added to sharing.grade_correction; nothing where every publication is noted. Raises
    NothingToRead where there are no thematic databases.
    """
    demand_tables(connection, READ)
    noted: dict[int, int] = {}
    for (publication_id,) in connection.execute(PENDING).fetchall():
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
            parameters = {"publication_id": publication_id}
            # somebody may have noted it while the lock was waited for
            if connection.execute(
                "select 1 from supervision.noted_publication where publication_id = %(publication_id)s", parameters
            ).fetchone():
                continue
            for step in ("differing_record", "correction_cause", "correction"):
                corrections = connection.execute((SQL_FOLDER / f"{step}.sql").read_bytes(), parameters).rowcount
            connection.execute(
                "insert into supervision.noted_publication (publication_id, corrections)"
                " values (%(publication_id)s, %(corrections)s)",
                parameters | {"corrections": corrections},
            )
        noted[publication_id] = corrections
    return noted
