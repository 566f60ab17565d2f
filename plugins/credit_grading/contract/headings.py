"""Headings of a contract: when two are the same, and which one a column is shown under."""

import re
import unicodedata

from credit_grading.contract.model import Column
from credit_grading.sources.characters import without_invisible

TEN_THOUSAND_YUAN = "万元"
UNIT_WORDS = {"yuan": "元", "ten_thousand_yuan": TEN_THOUSAND_YUAN}
# 元 alone is a unit where nothing but the unit stands there (单元, 多元), a multiple of it anywhere
_MULTIPLE = "(?:十万|百万|千万|万|千|百|亿)(?:美|欧|港|日)?元|[美欧港日]元|[%‰]|百分[比数]"
_NAMED_UNIT = re.compile(rf"{_MULTIPLE}|(?<=[(\[【:/_-])(?:元|yuan|万|千|亿)(?=$|[)\]】/])|(?<=[额价款本费值])元$")
_SPELLED = {"yuan": "元", "万": TEN_THOUSAND_YUAN}
_LEFT_OUT = re.compile("人民币|rmb|单位[:为]?|计价|以")


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


def named_unit(heading: str) -> str | None:
    """The unit that a heading names, as a contract writes it, or in the heading's own word (千元, %); None for none."""
    found = _NAMED_UNIT.search(_LEFT_OUT.sub("", normalise_heading(heading)))
    if found is None:
        return None
    word = _SPELLED.get(found[0], found[0])
    return next((unit for unit, known in UNIT_WORDS.items() if known == word), word)


def units_of(column: Column) -> set[str]:
    """The units in which a column may be received: declared, or named by its own headings; empty where it has none."""
    if column.unit or column.header_units:
        return {unit for heading in (column.name, *column.headers) if (unit := unit_under(column, heading))}
    return {unit for heading in column.headers if (unit := named_unit(heading))}


def heading_in(column: Column, unit: str | None) -> str | None:
    """The contract's first heading of the column for a unit that is not the column's own; None where it has none."""
    return next((heading for heading, named in column.header_units.items() if named == unit), None)
