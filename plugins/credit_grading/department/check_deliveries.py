"""What a schema cannot say about the deliveries of a department file."""

from collections.abc import Iterator
from typing import Any

from credit_grading.department.lines import line_of
from credit_grading.department.schema import Found

# Only what is never changed once it is written can be delivered as what was added.
APPENDED = frozenset({"grade_change"})


def deliveries_problems(document: Any) -> Iterator[Found]:
    """Problems as (line, message): what is used twice, lacks a connection, is no change or may not be read."""
    yield from _used_twice(document)
    readable = {granted if isinstance(granted, str) else granted["rulebook"] for granted in document["reads"]}
    for position, delivery in enumerate(document.get("deliveries", ())):
        here: list[str | int] = ["deliveries", position]
        if delivery["kind"] == "database" and "connection" not in delivery:
            message = "推送到数据库需要 connection（a delivery to a database needs a connection）"
            yield line_of(document, [*here, "kind"]), message
        if not readable:
            message = "本部门无权查阅任何评价模型，不能推送（reads is empty, so there is nothing to deliver）"
            yield line_of(document, [*here, "id"]), message
        for place, table in enumerate(delivery["what"]):
            if delivery["mode"] == "changes" and table not in APPENDED:
                message = f"{table} 会整体变化，只能全量推送（changes is for grade_change: '{table}' is sent in full）"
                yield line_of(document, [*here, "what", place]), message
        for place, rulebook in enumerate(delivery.get("rulebooks", ())):
            if readable and not readable & {rulebook, "all"}:
                message = f"无权查阅“{rulebook}”，不能推送（'{rulebook}' is not in reads, so it cannot be delivered）"
                yield line_of(document, [*here, "rulebooks", place]), message


def _used_twice(document: Any) -> Iterator[Found]:
    seen: dict[str, int] = {}
    owners: dict[tuple[str | None, str], str] = {}
    for position, delivery in enumerate(document.get("deliveries", ())):
        line = line_of(document, ["deliveries", position, "id"])
        first = seen.setdefault(delivery["id"], line)
        if first != line:
            message = f"推送“{delivery['id']}”重复，第 {first} 行已有（delivery id '{delivery['id']}' is used twice）"
            yield line, message
        for place, table in enumerate(delivery["what"] if delivery["kind"] == "database" else ()):
            owner = owners.setdefault((delivery.get("connection"), table), delivery["id"])
            if owner != delivery["id"]:
                message = f"数据库中的表 {table} 已由推送“{owner}”写入（one table there belongs to one delivery）"
                yield line_of(document, ["deliveries", position, "what", place]), message
