"""Letting releases go on after a roll-back that held them."""

from typing import Any

import psycopg

# the newest publication only: an earlier roll-back holds nothing any more
RESUME = """
update sharing.roll_back set resumed_by = %s, resumed_at = clock_timestamp()
where
    holds_releases and resumed_by is null
    and publication_id = (select max(publication_id) from sharing.publication)
returning publication_id
"""


class ResumeRefused(RuntimeError):
    """Nothing changed. The message says why, in Chinese with English beside it."""


def resume_releases(connection: psycopg.Connection[Any], resumed_by: str) -> int | None:
    """Note that the cause of the newest roll-back is gone; returns its publication, None where nothing was held.

    Args:
        connection: autocommit, to a prepared warehouse.
        resumed_by: who decided it; published.

    Raises ResumeRefused without a name.
    """
    if not resumed_by.strip():
        raise ResumeRefused("恢复发布须写明决定人 (who lets releases go on must be named)")
    row = connection.execute(RESUME, (resumed_by.strip(),)).fetchone()
    return int(row[0]) if row else None
