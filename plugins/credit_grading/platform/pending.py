"""Is there anything to grade that the last release does not hold?"""

from datetime import date

import psycopg

# A batch is in a release when it reached us before that run's knowledge date and was staged before the run closed.
REASONS = """
with released as (
    select run.as_of, run.knowledge_at, run.opened_at, run.closed_at
    from evaluation.run as run
    inner join sharing.publication as publication on publication.run_id = run.run_id
    order by publication.publication_id desc
    limit 1
)

select case
    when not exists (select 1 from released) then 'nothing is published yet'
    when (select as_of from released) <> %(as_of)s then 'another as-of date'
    when exists (
        select 1
        from landing.batch as batch
        cross join released
        left join staging.staged_batch as staged on staged.batch_id = batch.batch_id
        where staged.batch_id is null or staged.staged_at > released.closed_at
            or batch.known_from > released.knowledge_at
    ) then 'new batches'
    when exists (
        select 1
        from rulebook.rulebook
        cross join released
        where rulebook.loaded_at > released.opened_at
    ) then 'a new rulebook version'
end
"""


def pending_reason(connection: psycopg.Connection, as_of: date) -> str | None:
    """Why a new release for `as_of` would differ from the last one; None where it would not."""
    row = connection.execute(REASONS, {"as_of": as_of}).fetchone()
    return row[0] if row else None
