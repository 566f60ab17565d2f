"""Headings of a contract: when two are the same, and which one a column is shown under."""

import unicodedata

from credit_grading.contract.model import Column
from credit_grading.sources.characters import without_invisible

TEN_THOUSAND_YUAN = "万元"


def normalise_heading(text: str) -> str:
    """A heading without what does not tell columns apart: width of characters, case, blanks, invisible characters."""
    return "".join(unicodedata.normalize("NFKC", without_invisible(text)).split()).casefold()


def heading_of(column: Column) -> str:
    """The first Chinese heading in the column's own unit; where that is 万元, the first that says so; else the name.

    dbt's macro column_heading gives the same in SQL.
    """
    chinese = [
        heading for heading in column.headers
        if not heading.isascii() and unit_under(column, heading) == unit_under(column, column.name)
    ]  # fmt: skip
    if column.unit == "ten_thousand_yuan":
        chinese = [heading for heading in chinese if TEN_THOUSAND_YUAN in heading] + chinese
    return (*chinese, column.name)[0]


def unit_under(column: Column, heading: str | None) -> str | None:
    """The unit of a column's numbers under a heading, as the contract writes it; None where they have none."""
    return column.header_units.get(heading or "", column.unit or ("yuan" if column.header_units else None))
