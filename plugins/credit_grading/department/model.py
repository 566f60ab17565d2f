"""The shape of a department file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Assertions:
    """Bounds on a batch: rows received, and the share of them that staging may reject (percent)."""

    minimum_rows: int = 1
    maximum_rows: int | None = None
    rejected_share_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed (数据源) of a department.

    ``source`` is the declared source, as checked by the schema. ``headers`` are headings of this feed that its
    contract does not know, with the contract's column, or None where the heading is none of its columns.
    ``live_since`` is the first day on which the feed is expected; None: it is planned.
    """

    id: str
    contract_id: str
    title_zh: str
    source: dict[str, Any]
    title_en: str = ""
    legal_basis: str = ""
    cadence: str = "daily"
    grace_days: int = 0
    assertions: Assertions = field(default_factory=Assertions)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    live_since: date | None = date.min

    def is_live(self, day: date) -> bool:
        """Whether the feed is expected on that day; a planned one is received only when a person asks."""
        return self.live_since is not None and self.live_since <= day


@dataclass(frozen=True, slots=True)
class Department:
    """One department (部门). ``batch`` is its roll-out batch, ``reads`` the rulebooks whose grades it may read."""

    id: str
    title_zh: str
    title_en: str
    owner: str
    maintainers: list[str]
    legal_basis: list[str]
    batch: str
    schedule: str | None
    reads: list[str]
    feeds: list[Feed]

    def live_feeds(self, day: date) -> list[Feed]:
        """The feeds that are expected on that day; none of a planned department."""
        return [feed for feed in self.feeds if feed.is_live(day)]

    def feed(self, feed_id: str) -> Feed:
        """The feed of that id. Raises KeyError where there is none."""
        for feed in self.feeds:
            if feed.id == feed_id:
                return feed
        raise KeyError(feed_id)
