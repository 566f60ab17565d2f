"""Published against computed, for the batches of one snapshot."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

COMPARISON = Path(__file__).with_name("compare.sql").read_text(encoding="utf-8")
LISTED = 10


@dataclass
class Comparison:
    """Counts of one snapshot. Scores are compared where one is published, grades on every row.

    ``both_without_grade`` is kept out of ``grade_matches``: that a row is not graded follows the register's own
    silence, so agreement there proves little. A grade on one side alone is a mismatch.
    """

    rows: int = 0
    score_matches: int = 0
    score_mismatches: int = 0
    grade_matches: int = 0
    grade_mismatches: int = 0
    both_without_grade: int = 0
    without_score: int = 0
    not_evaluated: int = 0
    graded_without_detail: int = 0
    accepted: int = 0
    quarantined: int = 0
    rulebook_versions: Counter[str] = field(default_factory=Counter)
    subject_kinds: dict[str, int] = field(default_factory=dict)
    first_mismatches: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether something was compared and nothing differs."""
        compared = self.score_matches > 0 and self.grade_matches > 0
        return compared and self.score_mismatches == 0 and self.grade_mismatches == 0


def compare(connection: psycopg.Connection, batches: list[int]) -> Comparison:
    """Compare every landed row of the batches. Raises ValueError where there are no batches: that proves nothing."""
    if not batches:
        raise ValueError("no batch was landed: there is nothing to compare")
    result = Comparison()
    connection.execute("select set_config('acceptance.batches', %s::bigint[]::text, false)", (batches,))
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(COMPARISON.encode()):
            _count(result, row)
    staged = connection.execute(
        "select coalesce(sum(accepted), 0), coalesce(sum(quarantined), 0) from staging.staged_batch "
        "where batch_id = any(%s)", (batches,)
    ).fetchone()  # fmt: skip
    result.accepted, result.quarantined = map(int, staged or (0, 0))
    result.subject_kinds = dict(connection.execute(
        "select subject_kind, count(distinct subject_key) from staging.construction_integrity_points "
        "where batch_id = any(%s) group by subject_kind order by subject_kind", (batches,)
    ).fetchall())  # fmt: skip
    return result


def _count(result: Comparison, row: dict[str, Any]) -> None:
    result.rows += 1
    score_differs = row["is_scored"] and not row["score_matches"]
    result.score_matches += row["is_scored"] and row["score_matches"]
    result.score_mismatches += score_differs
    result.grade_matches += row["grade_matches"] and row["published_grade"] is not None
    result.grade_mismatches += not row["grade_matches"]
    result.both_without_grade += row["grade_matches"] and row["published_grade"] is None
    result.without_score += not row["is_scored"]
    result.not_evaluated += not row["is_evaluated"]
    result.graded_without_detail += row["is_graded_without_detail"]
    if row["rulebook_version"]:
        result.rulebook_versions[row["rulebook_version"]] += 1
    if (score_differs or not row["grade_matches"]) and len(result.first_mismatches) < LISTED:
        ours = "未评价 not evaluated"
        if row["is_evaluated"]:
            ours = f"计算 computed {row['our_score']} / {row['our_grade'] or '无'}"
        result.first_mismatches.append(
            f"第 {row['row_number']} 行 {row['firm_name']} {row['qualification']}: "
            f"公布 published {row['published_score']} / {row['published_grade'] or '无'}, {ours}"
        )
