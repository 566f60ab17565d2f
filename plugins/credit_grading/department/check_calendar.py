"""What a schema cannot say about a feed's due days and fill rates."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from credit_grading.department.lines import line_of
from credit_grading.department.schema import Found

KINDS = ("every", "weekday", "day_of_month", "working_day_of_month")
MONTHLY = ("day_of_month", "working_day_of_month")


def due_problems(document: Any, here: list[str | int], feed: Any) -> Iterator[Found]:
    """A feed has grace days or a due day, and a due day is said in one way."""
    if ("due" in feed) == ("grace_days" in feed):
        line = line_of(document, [*here, "due"])
        if "due" in feed:
            yield line, "写了 due 就不写 grace_days，请用 grace_working_days（due takes the place of grace_days）"
        else:
            yield line, "缺少“grace_days”或“due”（'grace_days' or 'due' is missing）"
    rule = feed.get("due")
    if rule is None:
        return
    said = [kind for kind in KINDS if kind in rule]
    if len(said) != 1:
        message = f"due 应写 {' / '.join(KINDS)} 中的一个，现有 {len(said)} 个（due takes exactly one of these）"
        yield line_of(document, [*here, "due", *said[1:2]]), message
    elif "months" in rule and said[0] not in MONTHLY:
        line = line_of(document, [*here, "due", "months"])
        yield line, f"months 只与 {' / '.join(MONTHLY)} 同用（months goes with these only）"


def filled_problems(document: Any, here: list[str | int], feed: Any) -> Iterator[Found]:
    """Fill rates are asked of columns that the contract has and staging keeps."""
    from credit_grading.contract.load import ContractFileError, load_contract

    asked = feed["assertions"].get("filled_percent")
    if not asked:
        return
    try:
        contract = load_contract(feed["contract"])
    except ContractFileError:
        # a mistake of the contract, not of this file: whoever reads the contract is told
        return
    columns = [column.name for column in contract.columns if not column.personal and not column.part_of]
    for name in asked:
        if name not in columns:
            close = get_close_matches(name, columns, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            message = f"契约没有列“{name}”（contract {contract.id} has no column '{name}'{hint}）"
            yield line_of(document, [*here, "assertions", "filled_percent", name]), message
