"""The shape of a department file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Assertions:
    """Bounds on a batch: rows received, the share of them that staging may reject, and per column the smallest share
    that holds a value (percent)."""

    minimum_rows: int = 1
    maximum_rows: int | None = None
    rejected_share_percent: float | None = None
    filled_percent: Mapping[str, float] = field(default_factory=dict)


# Percent of a list that may be absent from the next one before it is taken for half a list (assumption: 本项目假设)
MAXIMUM_DISAPPEARED_PERCENT = 20.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a feed delivers (送达方式).

    ``append``: each delivery adds and corrects. ``snapshot``: each is the complete list, so what is not in it has
    disappeared; files whose name has the same match of ``parts_of`` are one list. ``changes``: the column
    ``operation`` says whether a row was written or deleted. ``sequence`` is a column with a number or a moment that
    orders the versions of a record (append and changes).
    """

    kind: str = "append"
    maximum_disappeared_percent: float = MAXIMUM_DISAPPEARED_PERCENT
    parts_of: str | None = None
    operation: str | None = None
    written: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    sequence: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed (数据源) of a department.

    ``source`` is the declared source, as checked by the schema. ``headers`` are headings of this feed that its
    contract does not know, with the contract's column, or None where the heading is none of its columns.
    ``live_since`` is the first day on which the feed is expected; None: it is planned. ``due`` is the rule of its due
    days, as SQL function calendar.feed_state reads it; without one, ``grace_days`` after the last delivery count.
    """

    id: str
    contract_id: str
    title_zh: str
    source: dict[str, Any]
    title_en: str = ""
    legal_basis: str = ""
    cadence: str = "daily"
    grace_days: int = 0
    due: Mapping[str, Any] | None = None
    assertions: Assertions = field(default_factory=Assertions)
    delivery: Delivery = field(default_factory=Delivery)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    live_since: date | None = date.min

    def is_live(self, day: date) -> bool:
        """Whether the feed is expected on that day; a planned one is received only when a person asks."""
        return self.live_since is not None and self.live_since <= day


@dataclass(frozen=True, slots=True)
class Subscription:
    """A right to read a rulebook's grades for a purpose and a time (订阅): its first and its last day, both included.

    ``divisions`` are codes (GB/T 2260) of the divisions whose subjects it covers; none: every subject.
    """

    rulebook_id: str
    purpose: str
    legal_basis: str
    granted_from: date
    granted_until: date
    divisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutgoingDelivery:
    """What is brought to a department after each publication (推送).

    ``kind``: files or database. ``connection``: Airflow connection of the place; None: a folder of ours. ``what``:
    tables of schema sharing. ``mode``: full, or changes for the change feed. ``rulebooks``: of those it may read; None:
    all of them. ``purpose``: what the department needs the data for.
    """

    id: str
    kind: str
    what: tuple[str, ...]
    mode: str
    purpose: str
    connection: str | None = None
    rulebooks: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Department:
    """One department (部门).

    ``batch`` is its roll-out batch, ``reads`` the rulebooks whose grades it may read: an id, or a subscription.
    """

    id: str
    title_zh: str
    title_en: str
    owner: str
    maintainers: list[str]
    legal_basis: list[str]
    batch: str
    schedule: str | None
    reads: list[str | Subscription]
    feeds: list[Feed]
    deliveries: list[OutgoingDelivery] = field(default_factory=list)

    def live_feeds(self, day: date) -> list[Feed]:
        """The feeds that are expected on that day; none of a planned department."""
        return [feed for feed in self.feeds if feed.is_live(day)]

    def feed(self, feed_id: str) -> Feed:
        """The feed of that id. Raises KeyError where there is none."""
        for feed in self.feeds:
            if feed.id == feed_id:
                return feed
        raise KeyError(feed_id)
