"""What a release means for inspections: supervision list, plan of each item's period, results that came back."""

from dataclasses import dataclass
from typing import Any

import psycopg

from credit_grading.supervision.supervision_list import load_supervision_list


@dataclass(frozen=True)
class Planned:
    """New entries of the list, plans that were made, and items that could not be planned, each with its reason."""

    entries: int
    plans: list[int]
    refused: dict[str, str]


def plan_inspections(connection: psycopg.Connection[Any]) -> Planned:
    """Load the supervision list and plan the current period of every item that has no plan for it yet.

    The period is the one that holds the as-of day of the release in force. A second run writes nothing. An item that
    cannot be planned stops no other.

    Raises SupervisionListError where the files are wrong; then nothing is planned.
    """
    entries = load_supervision_list(connection)
    due = connection.execute(
        "select distinct list.item_id, supervision.period_of(release.as_of, list.period_months)"
        " from sharing.supervision_list as list inner join sharing.publication as release using (publication_id)"
        " where not exists (select from supervision.inspection_plan as plan"
        " inner join supervision.valid_item as item using (version_id) where item.item_id = list.item_id"
        " and item.in_force_from = list.in_force_from"
        " and plan.period_from = supervision.period_of(release.as_of, list.period_months))"
        " order by 1"
    ).fetchall()
    plans: list[int] = []
    refused: dict[str, str] = {}
    for item_id, begins in due:
        try:
            with connection.transaction():
                [(plan_id,)] = connection.execute(
                    "select supervision.plan_inspection(%s, %s)", (item_id, begins)
                ).fetchall()
            plans.append(plan_id)
        except psycopg.errors.RaiseException as reason:
            refused[item_id] = str(reason.diag.message_primary)
    return Planned(entries, plans, refused)


def record_inspections(connection: psycopg.Connection[Any]) -> tuple[int, list[tuple[str, str, str]]]:
    """Take in the results of drawn subjects that are new, in one statement; safe to repeat.

    Returns their number, and every result that names a draw it does not belong to as (draw, subject, reason).
    """
    [(recorded,)] = connection.execute("select supervision.record_inspections()").fetchall()
    stray = connection.execute(
        "select draw_number, subject_key, stray_reason from supervision.stray_outcome order by 1, 2"
    ).fetchall()
    return recorded, [(str(draw), str(subject), str(reason)) for draw, subject, reason in stray]
