"""Grading a past day again: under the rulebook then in force or any other, with what was known then or is known now.

The results stand in schema ``evaluation_regrade`` until the next time; nothing that is published is touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg import sql

from credit_grading.evaluation.engine import engine_hash
from credit_grading.evaluation.workspace import Workspace

WORKSPACE_NAME = "regrade"
SHOWN = 20

RUN_OF_PUBLICATION = """
select run.as_of, run.knowledge_at, coalesce(run.rulebooks_at, run.opened_at), run.engine_hash
from sharing.publication
inner join evaluation.run on publication.run_id = run.run_id
where publication.publication_id = %s
"""

# The grades that a publication let departments read (of every grade the last change up to it, unless it went away),
# beside those that were computed again.
DIFFERENT = """
with published as (
    select rulebook_id, subject_key, facet, score, grade, city_grade, rulebook_version
    from (
        select distinct on (rulebook_id, subject_key, facet) *
        from sharing.grade_change
        where publication_id <= %(publication_id)s
        order by rulebook_id, subject_key, facet, sequence desc
    ) as latest
    where change <> 'removed'
)

select
    rulebook_id, subject_key, facet, published.rulebook_version, published.score, published.grade,
    regraded.rulebook_version, regraded.score, regraded.grade, count(*) over () as different
from published
full join {grade} as regraded using (rulebook_id, subject_key, facet)
where (published.score, published.grade, published.city_grade, published.rulebook_version)
    is distinct from (regraded.score, regraded.grade, regraded.city_grade, regraded.rulebook_version)
order by rulebook_id, subject_key, facet
limit %(shown)s
"""

COUNTS = """
select rulebook_id, rulebook_version, city_grade, count(*)
from {grade}
group by rulebook_id, rulebook_version, city_grade
order by rulebook_id, rulebook_version, city_grade
"""


@dataclass(frozen=True)
class GradeCount:
    """How many subjects (and facets) of a rulebook got a grade of the city's scale; None = none of them."""

    rulebook_id: str
    rulebook_version: str
    city_grade: str | None
    grades: int


@dataclass(frozen=True)
class GradeDifference:
    """A grade that came out otherwise than it was published; version, score and grade on either side, or None."""

    rulebook_id: str
    subject_key: str
    facet: str
    published: tuple[str, object, str | None] | None
    regraded: tuple[str, object, str | None] | None

    def __str__(self) -> str:
        def said(side: tuple[str, object, str | None] | None) -> str:
            return "没有 none" if side is None else f"{side[2] or '—'} ({side[1]}, 版本 version {side[0]})"

        name = " · ".join(filter(None, (self.rulebook_id, self.subject_key, self.facet)))
        return f"{name}: 发布 published {said(self.published)}, 重评 regraded {said(self.regraded)}"


@dataclass(frozen=True)
class Regraded:
    """What was computed.

    `different` counts grades that differ from the publication compared with (None = with none); `differences` shows
    the first SHOWN of them. `same_engine` is False where the project's SQL has changed since that publication.
    """

    schema: str
    as_of: date
    knowledge_at: datetime
    counts: list[GradeCount]
    publication_id: int | None = None
    different: int | None = None
    differences: tuple[GradeDifference, ...] = ()
    same_engine: bool | None = None

    @property
    def grades(self) -> int:
        """How many grades were computed."""
        return sum(count.grades for count in self.counts)


class NothingToRegrade(LookupError):
    """There is no such publication."""


def regrade(
    connection: psycopg.Connection,
    as_of: date,
    knowledge_at: datetime | None = None,
    *,
    versions: Mapping[str, str] | None = None,
    subjects: Sequence[str] | None = None,
) -> Regraded:
    """Grade a day with what was known at a moment.

    Args:
        connection: autocommit, to a prepared warehouse.
        as_of: the day.
        knowledge_at: records that reached us later are not seen (with time zone); default now.
        versions: rulebook → version that applies instead of the one in force that day.
        subjects: grade only these; default everybody.

    Raises LookupError for a version that is not loaded, ValueError for a moment without time zone.
    """
    if knowledge_at is not None and knowledge_at.tzinfo is None:
        raise ValueError(f"knowledge_at needs a time zone: {knowledge_at.isoformat()}")
    workspace = Workspace(connection, WORKSPACE_NAME)
    workspace.create()
    for rulebook_id, version in (versions or {}).items():
        workspace.apply_version(rulebook_id, version, as_of)
    moment = knowledge_at or _now(connection)
    workspace.open_run(as_of, moment, subjects=subjects)
    workspace.evaluate()
    return Regraded(workspace.schema("evaluation"), as_of, moment, _counts(workspace))


def reproduce(connection: psycopg.Connection, publication_id: int) -> Regraded:
    """Grade again what a publication released, with its day, its knowledge and the rulebooks loaded by then.

    Raises NothingToRegrade where there is no such publication.
    """
    row = connection.execute(RUN_OF_PUBLICATION, (publication_id,)).fetchone()
    if row is None:
        raise NothingToRegrade(f"没有第 {publication_id} 次发布 there is no publication {publication_id}")
    as_of, knowledge_at, rulebooks_at, engine = row
    workspace = Workspace(connection, WORKSPACE_NAME)
    workspace.create()
    workspace.open_run(as_of, knowledge_at, rulebooks_at)
    workspace.evaluate()
    rows = connection.execute(
        sql.SQL(DIFFERENT).format(grade=_grade(workspace)), {"publication_id": publication_id, "shown": SHOWN}
    ).fetchall()
    return Regraded(
        workspace.schema("evaluation"), as_of, knowledge_at, _counts(workspace), publication_id,
        different=rows[0][-1] if rows else 0,
        differences=tuple(_difference(row) for row in rows),
        same_engine=engine == engine_hash(),
    )  # fmt: skip


def _difference(row: tuple[Any, ...]) -> GradeDifference:
    sides = [side if side[0] is not None else None for side in (row[3:6], row[6:9])]
    return GradeDifference(*row[:3], *sides)


def _counts(workspace: Workspace) -> list[GradeCount]:
    rows = workspace.connection.execute(sql.SQL(COUNTS).format(grade=_grade(workspace))).fetchall()
    return [GradeCount(*row) for row in rows]


def _grade(workspace: Workspace) -> sql.Identifier:
    return sql.Identifier(workspace.schema("evaluation"), "grade")


def _now(connection: psycopg.Connection) -> datetime:
    moment: datetime
    [(moment,)] = connection.execute("select clock_timestamp()").fetchall()
    return moment
