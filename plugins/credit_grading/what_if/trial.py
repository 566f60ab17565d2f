"""One trial: the drafts evaluated beside the current rulebooks, and every result written to schema ``what_if``."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from credit_grading.evaluation.engine import engine_hash
from credit_grading.evaluation.workspace import Workspace
from credit_grading.rulebook.load import loaded_versions
from credit_grading.what_if.compare import Side, compare, run_sql
from credit_grading.what_if.drafts import Drafts, read_drafts

# 本项目假设 our own choices: how much the weights are shaken and how often, and how much is kept
NOISE_PERCENT = Decimal(10)
DRAWS = 20
# percent: such a noise could take a weight away altogether
EVERYTHING = 100
SEED = 1
SAMPLE_LIMIT = 20_000
MOVER_LIMIT = 1_000

HELD = """
select run.run_id, run.as_of, run.knowledge_at, run.rulebooks_at, run.engine_hash
from evaluation.held_run
inner join evaluation.run on held_run.run_id = run.run_id
"""


class TrialDisturbed(RuntimeError):
    """The results that the drafts were compared with were replaced meanwhile: nothing was written, try again."""


@dataclass(frozen=True)
class Baseline:
    """What the drafts are compared with: the run whose results stand in ``evaluation``, or a day as now known.

    `rulebooks_at`: rulebooks loaded later are not seen; None = all are.
    """

    as_of: date
    knowledge_at: datetime
    rulebooks_at: datetime | None
    run_id: int | None


def run_trial(
    connection: psycopg.Connection,
    files: Sequence[Path],
    as_of: date | None = None,
    *,
    noise_percent: Decimal = NOISE_PERCENT,
    draws: int = DRAWS,
    seed: int = SEED,
    sample_limit: int = SAMPLE_LIMIT,
    mover_limit: int = MOVER_LIMIT,
    made_by: str | None = None,
    folder: Path | None = None,
) -> int:
    """Evaluate drafts beside the current rulebooks and compare; returns the trial's id in ``what_if.trial``.

    Args:
        connection: autocommit, to a prepared warehouse.
        files: the drafts, ``<id>@<version>.yml`` each.
        as_of: the day; default that of the results that stand in ``evaluation``, else today.
        noise_percent: how much weights are shaken, more than 0 and less than 100.
        draws: how often; seed: the same seed gives the same numbers.
        sample_limit: how many subjects (and facets) of a rulebook are shaken at most.
        mover_limit: how many movers of a rulebook are listed at most.
        made_by: who asks, for the record; default the database's user.
        folder: of the rulebooks beside which the drafts are checked, default ``dbt_project/rulebooks``.

    Raises RulebookError with every problem of the drafts, WorkspaceBusy while another trial runs, DbtFailed,
    TrialDisturbed. Nothing is written then.
    """
    if not 0 < noise_percent < EVERYTHING or draws < 1:
        raise ValueError(
            f"noise must be more than 0 and less than 100 percent, draws at least 1: {noise_percent}, {draws}"
        )
    drafts = read_drafts(files, folder, loaded_versions(connection))
    baseline = _baseline(connection, as_of)
    sides, concerned = _evaluate(connection, drafts, baseline)
    with connection.transaction():
        [row] = run_sql(
            connection, "trial.sql",
            {
                "made_by": made_by, "as_of": baseline.as_of, "knowledge_at": baseline.knowledge_at,
                "compared_run_id": baseline.run_id, "drafts": Jsonb(drafts.described()),
                "noise_percent": noise_percent, "draws": draws, "seed": seed, "sample_limit": sample_limit,
                "mover_limit": mover_limit,
            },
        )  # fmt: skip
        settings: dict[str, Any] = {
            "trial_id": row[0], "rulebooks": concerned, "draft_rulebooks": drafts.rulebooks,
            "noise_percent": noise_percent, "draws": draws, "seed": seed, "sample_limit": sample_limit,
            "mover_limit": mover_limit,
        }  # fmt: skip
        compare(connection, sides, settings)
        held = connection.execute(HELD).fetchone()
        if baseline.run_id is not None and (held is None or held[0] != baseline.run_id):
            raise TrialDisturbed(
                "评价结果在试算期间被更新 the current results were replaced during the trial: try again"
            )
    return int(row[0])


def _baseline(connection: psycopg.Connection, as_of: date | None) -> Baseline:
    held = connection.execute(HELD).fetchone()
    now, today = connection.execute(
        "select clock_timestamp(), (clock_timestamp() at time zone 'Asia/Shanghai')::date"
    ).fetchone() or (None, None)
    day = as_of or (held[1] if held else today)
    if held and held[1] == day and held[4] == engine_hash():
        return Baseline(day, held[2], held[3], held[0])
    return Baseline(day, now, None, None)


def _evaluate(connection: psycopg.Connection, drafts: Drafts, baseline: Baseline) -> tuple[list[Side], list[str]]:
    """Evaluate what is not evaluated yet; returns both sides and the ids of the rulebooks to compare."""
    trial = Workspace(connection, "what_if")
    trial.create()
    for document in drafts.documents:
        trial.put_rulebook(document, drafts.stages[document.data["id"]], baseline.as_of)
    after = Side("after", trial.schema("evaluation"), trial.schema("rulebook"))
    before = Side("before", "evaluation", "rulebook")
    needed: dict[str, bool] = {}
    for side in (after, before):
        for rulebook_id, is_concerned in run_sql(connection, "concerned.sql", {"drafts": drafts.rulebooks}, side):
            needed[rulebook_id] = needed.get(rulebook_id, False) or is_concerned
    _run(trial, baseline, needed, drafts.stages)
    if baseline.run_id is None:
        current = Workspace(connection, "what_if_current")
        current.create()
        _run(current, baseline, needed, {})
        before = Side("before", current.schema("evaluation"), current.schema("rulebook"))
    return [before, after], sorted(one for one, is_concerned in needed.items() if is_concerned)


def _run(workspace: Workspace, baseline: Baseline, needed: Collection[str], stages: dict[str, int]) -> None:
    workspace.keep_rulebooks(needed, stages)
    workspace.open_run(baseline.as_of, baseline.knowledge_at, baseline.rulebooks_at)
    workspace.evaluate()
