"""A value that a column accepts, for the notes of a template: made up, and never anybody's."""

import csv
from functools import cache

from credit_grading import paths
from credit_grading.contract.model import Column, Contract

# valid check digit (GB 32100-2015), division 500000, made up
CREDIT_CODE = "91500000MA5EXAMPXW"
# the example of the standard itself (GB 11643-1999)
IDENTITY_NUMBER = "11010519491231002X"
PERSON_NAME, ENTITY_NAME = "张三", "示例有限公司"
BY_TYPE = {"date": "2025-01-15", "numeric": "1.5", "integer": "1", "boolean": "是"}


def example_value(column: Column, contract: Contract) -> str:
    """Text that staging accepts in this column."""
    if column.values:
        return next(iter(column.values))
    subject = {name: role for role, name in contract.subject.items() if name}
    if column.name in subject and subject[column.name] != "credit_code":
        return {"person_id": IDENTITY_NUMBER, "person_name": PERSON_NAME, "name": ENTITY_NAME}.get(
            subject[column.name], "00001"
        )
    if "credit_code" in column.checks:
        return CREDIT_CODE
    if "division_code" in column.checks:
        return _seed("division")[0]["division_code"]
    if "catalogue_item" in column.checks:
        return catalogue_items(contract.id)[0][0]
    return BY_TYPE.get(column.data_type, "示例")


def catalogue_items(contract_id: str) -> list[tuple[str, str]]:
    """(identifier, title) of the catalogue's items that belong to the contract."""
    items = _seed("catalogue_item")
    return [(item["catalogue_item_id"], item["title_zh"]) for item in items if item["contract_id"] == contract_id]


def null_markers() -> list[str]:
    """Texts that mean "nothing" in every column."""
    return [row["marker"] for row in _seed("null_marker") if row["applies_to"] == "any"]


@cache
def _seed(name: str) -> list[dict[str, str]]:
    with (paths.dbt_project() / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
