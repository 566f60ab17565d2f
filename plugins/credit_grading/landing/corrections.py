"""Rows that come back: the columns of ours in a file that quarantine handed out, and cells that it had to protect.

A file with the column 隔离编号 holds corrections: each row may name the rejected row in whose place it is sent. Such a
file is never the whole of anything, so no lower bound on rows and no conclusion from absence applies to it.
"""

import re
from collections.abc import Iterator

from credit_grading.sources.model import Row

CORRECTS_HEADING = "隔离编号"
REASON_HEADING = "隔离原因"
# key of extra_columns under which staging looks for the number of the rejected row
CORRECTS = "_corrects"
# headings that are ours and not the contract's; the reason is for reading and is not landed
HOUSE_HEADINGS = {CORRECTS_HEADING: CORRECTS, REASON_HEADING: "_reason"}
REFERENCE = re.compile(r"Q\d{1,18}-\d{1,18}")
# what spreadsheets take for the start of a formula, also behind a tab or a line break (OWASP, CSV Injection)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def protected(value: str) -> str:
    """A cell of CSV that no spreadsheet takes for a formula: an apostrophe in front, also of a value that has one."""
    return "'" + value if value.startswith((*FORMULA_STARTS, "'")) else value


def unprotected(value: str) -> str:
    """What `protected` was given. An apostrophe that a person typed before anything else stays."""
    return value[1:] if value.startswith("'") and value[1:].startswith((*FORMULA_STARTS, "'")) else value


def unprotected_rows(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows of a file of corrections in CSV, with their cells as they were."""
    for number, values, note in rows:
        yield number, [value if value is None else unprotected(value) for value in values], note
