"""The one heading under which a column is shown to a department."""

from credit_grading.contract.model import Column

TEN_THOUSAND_YUAN = "万元"


def heading_of(column: Column) -> str:
    """The first Chinese heading; where amounts come in 万元, the first that says so; else the column's name.

    dbt's macro column_heading gives the same in SQL.
    """
    chinese = [heading for heading in column.headers if not heading.isascii()]
    if column.unit == "ten_thousand_yuan":
        chinese = [heading for heading in chinese if TEN_THOUSAND_YUAN in heading] + chinese
    return (*chinese, column.name)[0]
