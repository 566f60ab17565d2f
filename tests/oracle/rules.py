"""Read a rulebook as the oracle sees it: every scalar as text, numbers as exact fractions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import yaml

from tests.oracle.records import Line

# every scalar stays the text that was written
PlainLoader = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
NOTHING = ("null", "~", "")


def number(text: str | None) -> Fraction | None:
    """Exact value of a number as written; None for null."""
    return None if text is None or text in NOTHING else Fraction(text)


def day(text: str) -> date | None:
    return None if text in NOTHING else date.fromisoformat(text)


def months(text: str | None) -> int | None:
    return None if text is None else int(text)


@dataclass(frozen=True)
class Node:
    """An indicator: a group with children, or a leaf with the body that was written."""

    indicator_id: str
    weight: Fraction | None
    scored: bool
    redistributes: bool
    children: tuple["Node", ...]
    body: dict = field(repr=False)

    @property
    def upstream(self) -> str | None:
        return self.body["rulebook_score"]["rulebook"] if "rulebook_score" in self.body else None

    def leaves(self) -> Iterator["Node"]:
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def share(self) -> Fraction:
        """Its weight among its siblings; a ledger's leaf counts in full."""
        return Fraction(1) if self.weight is None else self.weight / 100


class Rulebook:
    """One version of a rulebook."""

    def __init__(self, text: str) -> None:
        self.data = yaml.load(text, Loader=PlainLoader)
        self.id = self.data["id"]
        self.version = self.data["version"]
        self.begins = day(self.data["in_force"]["from"])
        self.ends = day(self.data["in_force"]["until"])
        self.per_facet = self.data["population"]["per_facet"] == "true"
        self.is_crosswalk = "crosswalk" in self.data
        self.roots = [read_node(indicator) for indicator in self.data.get("indicators", [])]
        self.limits = self.data.get("limits", [])
        self.grades = self.data["grades"]
        # a limit of one item says it itself
        self._limit_items = {limit["id"]: limit.get("items", [limit]) for limit in self.limits}
        self._lines: dict[int, tuple[list[dict], list[Line]]] = {}

    @cached_property
    def year_begins(self) -> tuple[int, int] | None:
        cycle = self.data["cycle"]
        if isinstance(cycle, str) or "year_begins" not in cycle:
            return None
        month, of_month = cycle["year_begins"].split("-")
        return int(month), int(of_month)

    @cached_property
    def leaves(self) -> list[Node]:
        return [leaf for root in self.roots for leaf in root.leaves()]

    def lines(self, written: list[dict]) -> list[Line]:
        # the lists of one rulebook live as long as it does
        if id(written) not in self._lines:
            self._lines[id(written)] = (written, [self.line(one) for one in written])
        return self._lines[id(written)][1]

    def line(self, written: dict) -> Line:
        repair = written.get("repair")
        return Line(
            item=written["item"],
            behaviour=written.get("behaviour"),
            severity=written.get("severity"),
            validity_months=months(written.get("validity_months")),
            longest_months=months(written.get("longest_months")),
            year_begins=self.year_begins if written.get("until_cycle_end") == "true" else None,
            points=number(written.get("points")),
            decay=tuple((int(step["from_months"]), Fraction(step["percent"])) for step in written.get("decay", [])),
            repair=None if repair is None else tuple(repair),
        )

    @cached_property
    def population_line(self) -> Line:
        return Line(item=self.data["population"]["item"])

    def limit_lines(self, limit: dict) -> list[Line]:
        return self.lines(self._limit_items[limit["id"]])

    def looks_at(self, *, with_limits: bool) -> list[list[Line]]:
        """All groups of lines besides the population; a record follows one line of each group."""
        groups = []
        for leaf in self.leaves:
            for place, key in (("records", "items"), ("records", "numerator"), ("exempt", "items"),
                               ("applicable", "items")):  # fmt: skip
                groups.append(self.lines(leaf.body.get(place, {}).get(key, [])))
        if self.is_crosswalk:
            groups.append([self.line(self.data["crosswalk"])])
        if with_limits:
            groups += [self.limit_lines(limit) for limit in self.limits]
        return groups

    def applies_on(self, as_of: date) -> bool:
        return self.begins <= as_of and (self.ends is None or as_of < self.ends)

    def upstreams(self) -> set[str]:
        return {leaf.upstream for leaf in self.leaves if leaf.upstream}


def read_node(indicator: dict) -> Node:
    return Node(
        indicator_id=indicator["id"],
        weight=number(indicator.get("weight")),
        scored=indicator.get("scored", "true") == "true",
        redistributes=indicator.get("redistribute", "false") == "true",
        children=tuple(read_node(child) for child in indicator.get("indicators", [])),
        body=indicator,
    )


def read_rulebooks(folder: Path) -> list[Rulebook]:
    return [Rulebook(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.yml"))]
