"""What a schema cannot say about the deliveries of a department file."""

from collections.abc import Iterator
from typing import Any

from credit_grading.department.lines import line_of
from credit_grading.department.schema import Found

# Only what is never changed once it is written can be delivered as what was added.
APPENDED = frozenset({"grade_change"})


def deliveries_problems(document: Any) -> Iterator[Found]:
    """Problems as (line, message): ids, databases without a connection, changes of what changes, rulebooks not read."""
    readable = {granted if isinstance(granted, str) else granted["rulebook"] for granted in document["reads"]}
    seen: dict[str, int] = {}
    for position, delivery in enumerate(document.get("deliveries", ())):
        here: list[str | int] = ["deliveries", position]
        line = line_of(document, [*here, "id"])
        first = seen.setdefault(delivery["id"], line)
        if first != line:
            message = f"推送“{delivery['id']}”重复，第 {first} 行已有（delivery id '{delivery['id']}' is used twice）"
            yield line, message
        if delivery["kind"] == "database" and "connection" not in delivery:
            message = "推送到数据库需要 connection（a delivery to a database needs a connection）"
            yield line_of(document, [*here, "kind"]), message
        if not readable:
            yield line, "本部门无权查阅任何评价模型，不能推送（reads is empty, so there is nothing to deliver）"
        for place, table in enumerate(delivery["what"]):
            if delivery["mode"] == "changes" and table not in APPENDED:
                message = f"{table} 会整体变化，只能全量推送（changes is for grade_change: '{table}' is sent in full）"
                yield line_of(document, [*here, "what", place]), message
        for place, rulebook in enumerate(delivery.get("rulebooks", ())):
            if readable and not readable & {rulebook, "all"}:
                message = f"无权查阅“{rulebook}”，不能推送（'{rulebook}' is not in reads, so it cannot be delivered）"
                yield line_of(document, [*here, "rulebooks", place]), message
