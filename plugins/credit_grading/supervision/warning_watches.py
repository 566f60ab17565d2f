"""Checks of what a warning rule watches: things that exist, and parameters that can matter."""

from collections.abc import Iterator
from typing import Any

from credit_grading.rulebook.document import Document
from credit_grading.rulebook.tree import leaves, limit_lines

POINTS = ("points_counted", "points_declared")

Rulebook = dict[str, Any]


def check_watches(document: Document, rulebooks: list[Document]) -> None:
    """Note every fault of the rule's `watches`, version by version of the rulebooks that are in force with it."""
    rule = document.data
    for index, watched in enumerate(rule["watches"]):
        if watched["rulebook"] == "all":
            continue
        named = [one.data for one in rulebooks if one.data["id"] == watched["rulebook"]]
        versions = [data for data in named if spans_meet(rule["in_force"], data["in_force"])]
        if not versions:
            why = "施行期内没有版本（none of its versions is in force with the rule）" if named else "不存在（unknown）"
            known = sorted({one.data["id"] for one in rulebooks})
            document.problem(
                ("watches", index, "rulebook"), f"评价模型 '{watched['rulebook']}' {why}；现有 {', '.join(known)}"
            )
            continue
        for message in _faults(rule, watched, versions):
            document.problem(("watches", index), message)


def spans_meet(one: dict[str, str | None], other: dict[str, str | None]) -> bool:
    """Whether two `in_force` (half-open, until null = open) share a day. Their days are text, YYYY-MM-DD."""
    end = min(one["until"] or "9999", other["until"] or "9999")
    return max(str(one["from"]), str(other["from"])) < end


def _faults(rule: Rulebook, watched: dict[str, str], versions: list[Rulebook]) -> Iterator[str]:
    """Faults that hold for each version, and names that no version knows."""
    for key, names in (("indicator", _leaf_ids), ("limit", _limit_ids)):
        known = sorted({name for version in versions for name in names(version)})
        if key in watched and watched[key] not in known:
            yield f"{watched['rulebook']} 没有 {key} '{watched[key]}'（unknown; there are: {', '.join(known)}）"
            return
    parameters = rule.get("parameters", {})
    for version in versions:
        leaf = next((leaf for _, leaf in leaves(version) if leaf["id"] == watched.get("indicator")), None)
        limits = enumerate(version.get("limits", []))
        limit = next(((index, limit) for index, limit in limits if limit["id"] == watched.get("limit")), None)
        name = f"{version['id']}@{version['version']}"
        if leaf and "records" not in leaf:
            yield f"{name} 的指标 '{leaf['id']}' 不看记录（reads a score, not records）"
        elif leaf and rule["kind"] == "points_in_period":
            yield from (f"{name}：{fault}" for fault in _faults_of_sum(leaf, parameters["months"]))
        elif limit and rule["kind"] == "near_threshold":
            yield from (f"{name}：{fault}" for fault in _faults_of_total(leaf, *limit, parameters["distance_at_most"]))
        elif rule["kind"] == "near_threshold" and "limit" not in watched:
            yield from (f"{name}：{fault}" for fault in _faults_of_bands(version, parameters["distance_at_most"]))


def _leaf_ids(rulebook: Rulebook) -> list[str]:
    return [leaf["id"] for _, leaf in leaves(rulebook)]


def _limit_ids(rulebook: Rulebook) -> list[str]:
    return [limit["id"] for limit in rulebook.get("limits", [])]


def _faults_of_sum(leaf: Rulebook, months: int) -> Iterator[str]:
    records = leaf["records"]
    if records["aggregate"] != "sum" or (
        records.get("quantity") not in POINTS and not all("points" in line for line in records["items"])
    ):
        yield f"指标 '{leaf['id']}' 不是记分之和（is not a sum of points）"
    for line in records["items"]:
        counted = line.get("validity_months", line.get("longest_months"))
        if counted and counted < months:
            yield (
                f"指标 '{leaf['id']}' 的记录只计 {counted} 个月，期间 {months} 个月取不满"
                f"（its records count for {counted} months only: a period of {months} is never filled）"
            )


def _faults_of_bands(version: Rulebook, distance: Any) -> Iterator[str]:
    if "crosswalk" in version:
        yield "等级由其他机关评定，没有分数线（a crosswalk has no bands of a score）"
    for grade in version["grades"]:
        low, high = grade.get("from"), grade.get("until")
        if low is not None and high is not None and distance >= high - low:
            yield (
                f"等级 {grade['grade']} 只有 {high - low} 分宽，相差 {distance} 分即全部预警"
                f"（this distance takes in the whole band）"
            )


def _faults_of_total(leaf: Rulebook | None, index: int, limit: Rulebook, distance: Any) -> Iterator[str]:
    """What keeps the records of the leaf from being those that the limit adds up."""
    total = limit.get("total_at_least")
    if total is None:
        yield f"限制 '{limit['id']}' 没有累计门槛 total_at_least（has no threshold for a total）"
        return
    if distance >= total:
        yield f"相差 {distance} 分不小于门槛 {total} 分，人人预警（this distance takes in everybody）"
    if leaf is None:
        yield "该版本有此限制而没有此指标（this version has the limit but not the indicator）"
        return
    records = leaf["records"]
    counted = {_what(line): line for line in records["items"]}
    lines = [line for _, line in limit_lines(index, limit)]
    items = {line["item"] for line in lines}
    same = (
        records["aggregate"] == "sum"
        and not records.get("once_per_case")
        and records.get("quantity") == limit.get("quantity")
        and {_what(line) for line in lines} == {what for what in counted if what[0] in items}
        # evidence names the item only: two spans of one item could not be told apart
        and len({(line["item"], line.get("longest_months")) for line in lines}) == len(items)
        and all(_covers(counted[_what(line)], line) for line in lines)
    )
    if not same:
        yield (
            f"指标 '{leaf['id']}' 所看的记录与限制 '{limit['id']}' 不一致"
            "（must look at the limit's records: same lines and points, at least as long, no repair）"
        )


def _what(line: dict[str, Any]) -> tuple[str, str, str]:
    return (line["item"], line.get("behaviour", ""), line.get("severity", ""))


def _covers(leaf_line: dict[str, Any], limit_line: dict[str, Any]) -> bool:
    """Whether each record counts for the leaf wherever it counts for the limit, before decay with the same points."""
    longest = leaf_line.get("longest_months")
    return (
        all(leaf_line.get(key) == limit_line.get(key) for key in ("validity_months", "until_cycle_end", "points"))
        and not ({"repair"} & {*leaf_line, *limit_line})
        and "decay" not in limit_line
        and (longest is None or (limit_line.get("longest_months") or longest + 1) <= longest)
    )
