"""What a schema cannot say about a feed's own headings: the contract has the column, and counts in the same unit."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from credit_grading.contract.headings import normalise_heading, unit_under
from credit_grading.contract.model import Column
from credit_grading.department.lines import line_of
from credit_grading.department.schema import Found

# in brackets, or after a mark, at the end of a heading: 金额（元）, 罚款金额/万元, 金额（单位：千元）
_SAID_UNIT = re.compile(r"(?:[(\[【〔/:,_-]|单位:?)(?:人民币)?([十百千万亿]*元)[)\]】〕]?$")
# what contracts count in, as headings say it
_SAID_BY = {None: "元", "yuan": "元", "ten_thousand_yuan": "万元"}


def headers_problems(document: Any, here: list[str | int], feed: Any) -> Iterator[Found]:
    """Headings for a column that the contract does not have, or that speak of another unit than the contract's."""
    from credit_grading.contract.load import ContractFileError, load_contract

    headers = feed.get("headers")
    if not headers:
        return
    try:
        columns = {column.name: column for column in load_contract(feed["contract"]).columns}
    except ContractFileError:
        # a mistake of the contract, not of this file: whoever reads the contract is told
        return
    for heading, name in headers.items():
        if name is None:
            continue
        line = line_of(document, [*here, "headers", heading])
        if name not in columns:
            close = get_close_matches(name, columns, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            yield line, f"契约没有列“{name}”（contract {feed['contract']} has no column '{name}'{hint}）"
        elif message := _unit_problem(str(heading), columns[name]):
            yield line, message


def _unit_problem(heading: str, column: Column) -> str | None:
    said = _SAID_UNIT.search(normalise_heading(heading))
    if said is None or column.data_type != "numeric":
        return None
    counted = _SAID_BY[unit_under(column, heading)]
    if said[1] == counted:
        return None
    return (
        f"表头“{heading}”的单位是“{said[1]}”，而列 {column.name} 按“{counted}”读取；请按该单位报送，"
        f"或在契约的 header_units 中写明此表头（the heading speaks of another unit than "
        f"column '{column.name}' is read in）"
    )
