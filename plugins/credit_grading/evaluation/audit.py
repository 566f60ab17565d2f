"""The rolling audit: a sample of the subjects is evaluated from the records alone and must come out the same.

A run over touched subjects trusts that nothing happened to the others. The audit does not: each run looks at other
subjects, so that sooner or later everybody is checked, and one difference stops the run.
"""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from credit_grading.evaluation.difference import Difference, differences
from credit_grading.evaluation.workspace import Workspace

# So many subjects drawn from each of SOURCES and from those that the run touched (本项目假设 our own choice).
SAMPLE = 100
# From the records, so that somebody can be found who has no grade; from the grades, so that somebody can who should
# have none.
SOURCES = (("thematic", "credit_record"), ("evaluation", "decided_grade"))

# Rows at places drawn anew for each run: quick, however many rows there are. A page of these tables holds fewer rows
# than the 256 places that are tried, or some would never be looked at; so many more are tried than are needed.
AT_RANDOM_PLACES = """
select subject_key from {relation}
where ctid = any(array(
    select format('(%%s,%%s)', (hashint8extended(number, %(run_id)s) & 2147483647) %% pages,
        1 + (hashint8extended(number, %(run_id)s + 1) & 255))::tid
    from generate_series(1, 24 * %(sample)s) as number
    cross join lateral (
        select greatest(pg_relation_size({name}::regclass) / current_setting('block_size')::integer, 1) as pages
    ) as size
))
limit %(sample)s
"""
TOUCHED = """
select subject_key from evaluation.touched_subject
order by hashtextextended(subject_key, %(run_id)s)
limit %(sample)s
"""


@dataclass(frozen=True)
class Audit:
    """How many subjects were evaluated a second time, and where they came out differently."""

    subjects: int
    differences: list[Difference]


def audit(connection: psycopg.Connection, sample: int = SAMPLE) -> Audit:
    """Evaluate a sample of the current run's subjects again, in workspace ``audit``, and compare every line.

    Where a difference is found, the tables no longer count as those of a finished run: the next run evaluates every
    subject. Raises LookupError where there is no run, WorkspaceBusy where another audit is going on.
    """
    row = connection.execute("select run_id, as_of, knowledge_at, rulebooks_at from evaluation.current_run").fetchone()
    if row is None:
        raise LookupError("没有评价运行 there is no evaluation run to audit")
    run_id, as_of, knowledge_at, rulebooks_at = row
    subjects = chosen(connection, run_id, sample)
    workspace = Workspace(connection, "audit")
    workspace.create()
    workspace.open_run(as_of, knowledge_at, rulebooks_at, subjects)
    workspace.evaluate()
    found = differences(connection, "evaluation", workspace.schema("evaluation"), subjects)
    if found:
        connection.execute("delete from evaluation.held_run")
    return Audit(len(subjects), found)


def chosen(connection: psycopg.Connection, run_id: int, sample: int = SAMPLE) -> list[str]:
    """The subjects that the audit of a run looks at, each once; at most three times `sample`."""
    draws = [
        sql.SQL(AT_RANDOM_PLACES).format(
            relation=sql.Identifier(*source), name=sql.Literal(sql.Identifier(*source).as_string(connection))
        )
        for source in SOURCES
    ]
    drawn = sql.SQL(" union ").join(sql.SQL("({})").format(draw) for draw in (*draws, sql.SQL(TOUCHED)))
    return [key for (key,) in connection.execute(drawn, {"run_id": run_id, "sample": sample}).fetchall()]
