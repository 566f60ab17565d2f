"""What a gate says: one result per check, and the verdict that follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Gate = Literal["staging", "publication"]
Severity = Literal["fatal", "warning", "info"]
Status = Literal["error", "not_applicable", "failed", "passed"]
Outcome = Literal["passed", "failed"]

GATES_ZH = {"staging": "入库检验", "publication": "发布检验"}
SEVERITIES_ZH = {"fatal": "致命", "warning": "警告", "info": "提示"}
STATUSES_ZH = {"error": "出错", "not_applicable": "不适用", "failed": "未通过", "passed": "通过"}


@dataclass(frozen=True)
class CheckResult:
    """What one check of one suite found.

    `numerator` counts the rows that violate the check, `denominator` the rows it looked at; either is None where
    the check cannot count (an error, or a check on the table as a whole). `sample_keys` holds keys only.
    """

    suite: str
    check_id: str
    title_zh: str
    severity: Severity
    status: Status
    numerator: int | None
    denominator: int | None
    owner: str
    note: str
    sample_keys: list[dict[str, Any]] = field(default_factory=list)
    detail: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether this result alone forbids going on: a fatal failure, or a check that could not be answered."""
        return self.status == "error" or (self.status == "failed" and self.severity == "fatal")

    @property
    def name(self) -> str:
        """Suite and check, as they are written everywhere."""
        return f"{self.suite}/{self.check_id}"


@dataclass(frozen=True)
class Verdict:
    """The gate's answer for one run, as stored in quality.verdict."""

    verdict_id: int
    run_id: int
    gate: Gate
    outcome: Outcome
    reason: str
    checks_expected: int
    checks_executed: int
    failed_fatal: int
    failed_warning: int
    candidate_fingerprint: str | None
    results: list[CheckResult]


@dataclass(frozen=True)
class Decision:
    """Outcome, reason and counts that follow from the results; pure arithmetic."""

    outcome: Outcome
    reason: str
    checks_executed: int
    failed_fatal: int
    failed_warning: int


def decide(results: Sequence[CheckResult], checks_expected: int, objections: Sequence[str] = ()) -> Decision:
    """Decide from all results. Warnings are told but never block; a check that is absent or broken always does.

    `objections` are reasons to refuse that no single check can state.
    """
    executed = sum(result.status != "error" for result in results)
    fatal = [result for result in results if result.status == "failed" and result.severity == "fatal"]
    warnings = [result for result in results if result.status == "failed" and result.severity == "warning"]
    errors = [result for result in results if result.status == "error"]
    blocking = [*objections, *(f"{result.name} {_told(result)}" for result in [*errors, *fatal])]
    absent = checks_expected - len(results)
    if absent:
        blocking.append(f"应有检验 {checks_expected} 项，只有 {len(results)} 项结果")
    told = f"；警告 {len(warnings)} 项：" + "、".join(item.name for item in warnings) if warnings else ""
    if blocking:
        return Decision("failed", "不通过：" + "；".join(blocking) + told, executed, len(fatal), len(warnings))
    return Decision("passed", f"通过：{executed} 项检验全部执行{told}", executed, 0, len(warnings))


def _told(result: CheckResult) -> str:
    if result.status == "error":
        return f"{result.title_zh}（检验未能执行：{result.detail or '原因不明'}）"
    if result.numerator is None or result.denominator is None:
        return f"{result.title_zh}（{result.detail or '未通过'}）"
    example = f"，例如 {_key(result.sample_keys[0])}" if result.sample_keys else ""
    return f"{result.title_zh}（{result.numerator}/{result.denominator}{example}）"


def _key(row: dict[str, Any]) -> str:
    return " ".join(str(value) for value in row.values() if value not in ("", None))


def summary_lines(verdict: Verdict) -> list[str]:
    """One line per check for a task log, what blocks first, and the verdict as the last line."""
    ordered = sorted(verdict.results, key=lambda item: (not item.blocks, item.status != "failed", item.name))
    lines = []
    for item in ordered:
        counted = f" {item.numerator}/{item.denominator}" if item.numerator is not None else ""
        keys = f" 例如 {_key(item.sample_keys[0])}" if item.sample_keys else ""
        detail = f" {item.detail}" if item.detail else ""
        label = f"[{STATUSES_ZH[item.status]}·{SEVERITIES_ZH[item.severity]}]"
        lines.append(f"{label} {item.name} {item.title_zh}{counted}{detail}{keys}")
    lines.append(f"{GATES_ZH[verdict.gate]} run {verdict.run_id} verdict {verdict.verdict_id}: {verdict.reason}")
    return lines


def print_verdict(verdict: Verdict) -> None:
    """Print the summary, for task logs and the command line."""
    print("\n".join(summary_lines(verdict)))
