"""双随机抽查, double-random draws: commit, draw, cancel, hand out.

The lots themselves are drawn in SQL (warehouse/schema/92_random_draw*.sql).
"""

import csv
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

# What a draw is made from and what it gave, as whoever may read sharing.draw sees it: file → columns. A frame is as
# large as the city, so rows are streamed.
EXPORTED = {
    "draw": (
        "draw_number", "seed_commitment", "frame_hash", "seed", "inspectors_per_subject", "workload_limit",
        "committed_at", "drawn_at", "cancelled_at", "cancelled_reason",
    ),
    "draw_stratum": ("stratum", "subjects", "to_draw"),
    "draw_frame": ("subject_key", "stratum"),
    "draw_inspector": ("inspector_code", "department_name"),
    "draw_recusal": ("inspector_code", "subject_key", "ground"),
    "drawn_subject": ("stratum", "position", "subject_key", "lot"),
    "draw_assignment": ("subject_key", "place", "inspector_code", "unassigned_reason"),
}  # fmt: skip


class DrawRefused(RuntimeError):
    """The step did not happen and nothing was written. The message says why, in Chinese with English beside it."""


def new_seed() -> str:
    """A seed that nobody can guess: 256 random bits as hexadecimal digits."""
    return secrets.token_hex(32)


def commit_draw(
    connection: psycopg.Connection[Any], item_id: str, begins: date, commitment: str, committed_by: str
) -> str:
    """Fix plan, frame and hash of the seed of an item's period, from the release in force; returns the draw's number.

    Args:
        connection: to the warehouse.
        item_id: of the supervision list.
        begins: the first day of the period.
        commitment: SHA-256 of the seed, 64 hexadecimal digits. The seed itself stays with whoever keeps it.
        committed_by: who, for the record.

    Raises DrawRefused, for one where there is a draw of that period that was not cancelled.
    """
    with _one_step(connection):
        return str(
            _one(connection, "supervision.commit_draw", item_id, begins, commitment.strip().lower(), committed_by)
        )


def make_draw(connection: psycopg.Connection[Any], draw_number: str, seed: str, drawn_by: str) -> bool:
    """Draw subjects and inspectors with the seed; returns False where that was done before, and nothing is written.

    Raises DrawRefused where the seed is not the one committed to, the frame was changed, or the draw is cancelled.
    """
    with _one_step(connection):
        return bool(_one(connection, "supervision.make_draw", draw_number, seed.strip(), drawn_by))


def cancel_draw(connection: psycopg.Connection[Any], draw_number: str, reason: str, cancelled_by: str) -> None:
    """Cancel a draw; who, when and why stay visible to everybody who may read it. Raises DrawRefused."""
    with _one_step(connection):
        _one(connection, "supervision.cancel_draw", draw_number, reason, cancelled_by)


def set_recusal(
    connection: psycopg.Connection[Any], inspector_code: str, subject_key: str, *, is_recused: bool, reason: str,
    recorded_by: str,
) -> None:  # fmt: skip
    """Put a pair on the recusal list (回避名单) or take it off; it applies to draws committed from now on.

    Raises DrawRefused without a reason or a name.
    """
    if not reason.strip() or not recorded_by.strip():
        raise DrawRefused("回避须写明理由和登记人（a recusal needs a reason and a name）")
    connection.execute(
        "insert into supervision.recusal (inspector_code, subject_key, is_recused, reason, recorded_by)"
        " values (%s, %s, %s, %s, %s)",
        (inspector_code, subject_key, is_recused, reason.strip(), recorded_by.strip()),
    )


def export_draw(connection: psycopg.Connection[Any], draw_number: str, folder: Path) -> int:
    """Write all that repeating the draw takes as CSV files into the folder; returns the number of drawn subjects.

    Needs no more than to read schema sharing: any department that may read the draw can export it.

    Raises DrawRefused where there is no such draw, or it is not drawn yet.
    """
    found = connection.execute("select drawn_at from sharing.draw where draw_number = %s", (draw_number,)).fetchone()
    if found is None:
        raise DrawRefused(f"没有这一抽取，或无权查阅（there is no such draw, or you may not read it）: {draw_number}")
    if found[0] is None:
        raise DrawRefused(f"抽取 {draw_number} 尚未进行（is committed to, and not drawn yet）")
    folder.mkdir(parents=True, exist_ok=True)
    drawn = 0
    for name, columns in EXPORTED.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            for row in _rows(connection, name, columns, draw_number):
                writer.writerow(row)
                drawn += name == "drawn_subject"
    return drawn


def _rows(
    connection: psycopg.Connection[Any], name: str, columns: tuple[str, ...], draw_number: str
) -> Iterator[tuple[Any, ...]]:
    query = sql.SQL("select {} from {} where draw_number = {} order by {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier("sharing", name), sql.Literal(draw_number),
        sql.SQL(", ").join(map(sql.Identifier, columns[:3])),
    )  # fmt: skip
    with connection.transaction(), connection.cursor(name="exported_draw") as cursor:
        cursor.itersize = 10_000
        cursor.execute(query)
        yield from cursor


def _one(connection: psycopg.Connection[Any], function: str, *values: Any) -> Any:
    marks = ", ".join(["%s"] * len(values))
    return (connection.execute(f"select {function}({marks})".encode(), values).fetchone() or (None,))[0]


@contextmanager
def _one_step(connection: psycopg.Connection[Any]) -> Iterator[None]:
    try:
        with connection.transaction():
            yield
    except psycopg.errors.RaiseException as reason:
        raise DrawRefused(str(reason.diag.message_primary)) from reason
    except psycopg.errors.CheckViolation as reason:
        raise DrawRefused(
            f"哈希应为 64 位十六进制数字（the commitment must be 64 hexadecimal digits）: {reason}"
        ) from reason
