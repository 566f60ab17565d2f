"""Read a rulebook as the oracle sees it: every scalar as text, numbers as exact fractions."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

import yaml


def number(text: str | None) -> Fraction | None:
    """Exact value of a number as written; None for null."""
    return None if text is None or text in ("null", "~", "") else Fraction(text)


def day(text: str) -> date | None:
    return None if text in ("null", "~", "") else date.fromisoformat(text)


@dataclass(frozen=True)
class Leaf:
    """One leaf with the weights on the way to it, in percent."""

    indicator_id: str
    weights: tuple[Fraction, ...]
    body: dict

    def upstream(self) -> str | None:
        return self.body["rulebook_score"]["rulebook"] if "rulebook_score" in self.body else None


class Rulebook:
    """One version of a rulebook."""

    def __init__(self, text: str) -> None:
        self.data = yaml.load(text, Loader=yaml.BaseLoader)
        self.id = self.data["id"]
        self.version = self.data["version"]
        self.begins = day(self.data["in_force"]["from"])
        self.ends = day(self.data["in_force"]["until"])
        self.per_facet = self.data["population"]["per_facet"] == "true"
        self.leaves = list(self._leaves(self.data["indicators"], ()))
        self.limits = self.data.get("limits", [])

    def _leaves(self, indicators: list[dict], weights: tuple[Fraction, ...]):
        for indicator in indicators:
            own = weights + ((Fraction(indicator["weight"]),) if "weight" in indicator else ())
            if "indicators" in indicator:
                yield from self._leaves(indicator["indicators"], own)
            else:
                yield Leaf(indicator["id"], own, indicator)

    def applies_on(self, as_of: date) -> bool:
        return self.begins <= as_of and (self.ends is None or as_of < self.ends)

    def upstreams(self) -> set[str]:
        return {leaf.upstream() for leaf in self.leaves if leaf.upstream()}


def read_rulebooks(folder: Path) -> list[Rulebook]:
    return [Rulebook(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.yml"))]
