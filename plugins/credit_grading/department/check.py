"""What a schema cannot say about a department file: agreement between its parts, and with its surroundings."""

import re
from collections.abc import Collection, Iterator
from datetime import date
from difflib import get_close_matches
from typing import Any

from credit_grading.contract.headings import UNIT_WORDS, named_unit, normalise_heading, units_of
from credit_grading.contract.model import Column
from credit_grading.department.check_calendar import due_problems, filled_problems
from credit_grading.department.check_reads import reads_problems
from credit_grading.department.lines import line_of
from credit_grading.department.schema import Found
from credit_grading.department.source import source_problems


def cross_problems(document: Any, stem: str, contracts: Collection[str], rulebooks: Collection[str]) -> list[Found]:
    """Problems as (line, message) of a document that already satisfies the schema."""
    found = list(_identity(document, stem))
    found += _schedule(document)
    found += _live_since(document, [], document)
    found += reads_problems(document, rulebooks)
    seen: dict[str, int] = {}
    for position, feed in enumerate(document["feeds"]):
        here: list[str | int] = ["feeds", position]
        line = line_of(document, [*here, "id"])
        first = seen.setdefault(feed["id"], line)
        if first != line:
            found.append((line, f"数据源“{feed['id']}”重复，第 {first} 行已有（feed id '{feed['id']}' is used twice）"))
        found += _feed(document, here, feed, contracts)
        found += _delivery(document, [*here, "delivery"], feed)
        found += due_problems(document, here, feed)
        found += _live_since(document, here, feed)
        if feed["contract"] in contracts:
            found += filled_problems(document, here, feed)
            found += _headers(document, here, feed)
    return found


def _identity(document: Any, stem: str) -> Iterator[Found]:
    if document["id"] != stem:
        line = line_of(document, ["id"])
        yield line, f"id“{document['id']}”应与文件名一致：“{stem}”（id must be the file's name '{stem}'）"


def _schedule(document: Any) -> Iterator[Found]:
    from croniter import croniter  # type: ignore[import-untyped]

    schedule = document["schedule"]
    five_fields = 5
    if schedule is not None and (len(schedule.split()) != five_fields or not croniter.is_valid(schedule)):
        line = line_of(document, ["schedule"])
        yield line, f"schedule“{schedule}”不是有效的 cron（not a valid cron expression, example: 0 2 * * *）"


def _live_since(document: Any, here: list[str | int], node: Any) -> Iterator[Found]:
    since = node.get("live_since")
    if since is None:
        return
    line = line_of(document, [*here, "live_since"])
    try:
        date.fromisoformat(since)
    except ValueError:
        yield line, f"live_since“{since}”不是日期（not a day of the calendar）"
    if "live_since" not in document:
        yield line, "部门尚未启用：先写部门的 live_since（the department is planned: give it a live_since first）"


def _headers(document: Any, here: list[str | int], feed: Any) -> Iterator[Found]:
    from credit_grading.contract.load import ContractFileError, load_contract

    headers = feed.get("headers")
    if not headers:
        return
    try:
        columns = {column.name: column for column in load_contract(feed["contract"]).columns}
    except ContractFileError:
        # a mistake of the contract, not of this file: whoever reads the contract is told
        return
    for heading, column in headers.items():
        if column is not None and column not in columns:
            close = get_close_matches(column, columns, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            message = f"契约没有列“{column}”（contract {feed['contract']} has no column '{column}'{hint}）"
            yield line_of(document, [*here, "headers", heading]), message
        elif column is not None and (message := _unit(feed, str(heading), columns[column])):
            yield line_of(document, [*here, "headers", heading]), message


def _unit(feed: Any, heading: str, column: Column) -> str:
    """Why a heading cannot be the column's: its numbers would be taken for many times as much. Empty where it can."""
    unit, units = named_unit(heading), units_of(column)
    if column.data_type not in ("numeric", "integer") or unit is None or not units or unit in units:
        return ""
    words = "、".join(UNIT_WORDS.get(known, known) for known in sorted(units))
    return (
        f"数据源“{feed['id']}”的表头“{heading}”以“{UNIT_WORDS.get(unit, unit)}”为单位，而列“{column.label}”只按"
        f" {words} 接收，请按该单位报送并改列名（feed {feed['id']}: heading '{heading}' names another unit than column"
        f" {column.name} is received in: {', '.join(sorted(units))}）"
    )


def _feed(document: Any, here: list[str | int], feed: Any, contracts: Collection[str]) -> Iterator[Found]:
    contract = feed["contract"]
    if contract not in contracts:
        close = get_close_matches(contract, contracts, 1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        message = f"没有数据契约“{contract}”（there is no contract '{contract}'{hint}）"
        yield line_of(document, [*here, "contract"]), message
    assertions = feed["assertions"]
    least, most = assertions.get("minimum_rows", 1), assertions.get("maximum_rows")
    if most is not None and least > most:
        line = line_of(document, [*here, "assertions", "minimum_rows"])
        yield line, f"minimum_rows {least} 大于 maximum_rows {most}（minimum_rows is above maximum_rows）"
    for path, message in source_problems(feed["source"]):
        yield line_of(document, [*here, "source", *path]), message


def _delivery(document: Any, here: list[str | int], feed: Any) -> Iterator[Found]:
    delivery = feed.get("delivery", {})
    if delivery.get("kind") == "snapshot" and feed["source"].get("cursor"):
        message = "全量（snapshot）每次读取全部，不能同时声明 cursor（a snapshot is read whole: leave out the cursor）"
        yield line_of(document, [*here, "kind"]), message
    parts_of = delivery.get("parts_of")
    if parts_of is not None and feed["source"]["kind"] == "sql":
        message = "parts_of 只用于文件（parts_of is for files: a table is one list）"
        yield line_of(document, [*here, "parts_of"]), message
    if parts_of is not None and not _is_expression(parts_of):
        message = f"parts_of“{parts_of}”不是有效的正则表达式（not a regular expression）"
        yield line_of(document, [*here, "parts_of"]), message
    written = {normalise_heading(str(word)) for word in delivery.get("written", ())}
    for word in delivery.get("deleted", ()):
        if normalise_heading(str(word)) in written:
            message = f"“{word}”不能既表示写入又表示删除（'{word}' stands in both written and deleted）"
            yield line_of(document, [*here, "deleted"]), message


def _is_expression(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True
