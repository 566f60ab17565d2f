"""The catalogue of public credit information (公共信用信息目录) as far as rulebooks need it."""

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from credit_grading import paths
from credit_grading.rulebook.problem import Problem, RulebookError, short


@dataclass(frozen=True)
class CatalogueItem:
    """One row of the seed; `contract_id` is empty where no contract brings its records."""

    title_zh: str
    title_en: str
    contract_id: str


Catalogue = dict[str, CatalogueItem]


def seed_file() -> Path:
    """The seed that dbt loads, too."""
    return paths.dbt_project() / "seeds" / "catalogue_item.csv"


def read_catalogue(seed: Path | None = None) -> Catalogue:
    """Items of the seed ``catalogue_item`` by id. Raises RulebookError where the seed is missing or has none."""
    file = seed or seed_file()
    if not file.exists():
        raise RulebookError([Problem(short(file), 1, "the seed of catalogue items is missing")])
    with file.open(encoding="utf-8-sig", newline="") as text:
        items = {
            row["catalogue_item_id"]: CatalogueItem(
                row.get("title_zh") or "", row.get("title_en") or "", row.get("contract_id") or ""
            )
            for row in csv.DictReader(text)
            if row.get("catalogue_item_id")
        }
    if not items:
        raise RulebookError([Problem(short(file), 1, "the seed names no catalogue_item_id")])
    return items


def fault_of_item(item: str, catalogue: Catalogue) -> str | None:
    """Why records of an item can never reach a rulebook, or None."""
    known = catalogue.get(item)
    if known is None:
        close = get_close_matches(item, catalogue, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "the seed catalogue_item.csv lists what there is"
        return f"'{item}' is not in the catalogue; {hint}"
    if not known.contract_id:
        return f"'{item}' can never be fed: the catalogue names no contract that brings its records (contract_id)"
    return None
