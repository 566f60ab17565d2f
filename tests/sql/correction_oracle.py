"""What records must come to, from the decision records alone: no SQL, and nothing of the product's code.

Of a record the newest row counts that reached us and was accepted: by its sequence or version day (0012), else by its
place, which a correction takes from the row that was sent back (0014). A repair counts from when it and its record are
known, the earliest standing grant first (0010). Records stand under the end of the chain of codes known so far (0013).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fact:
    """One version of one record, as the department means it.

    ``order``: its sequence or the day of its version; among versions without either, when it was said. ``values``:
    heading → text. ``content``: what the spine must show of it.
    """

    number: str
    feed: str
    record: str
    order: int
    code: str
    content: str = ""
    values: dict[str, str] = field(default_factory=dict, hash=False)
    is_deletion: bool = False


@dataclass(frozen=True)
class Repair(Fact):
    """A decision about a document: the day it is granted from or taken back on; ``content`` is its outcome."""

    document: str = ""
    day: str = ""


@dataclass(frozen=True)
class Succession(Fact):
    """``code`` was replaced by ``successor``; ``content`` is 正常 or 撤销."""

    successor: str = ""


@dataclass(frozen=True)
class Arrival:
    """An accepted row: in which batch, and the place where it stands, (batch, row): its own, unless it corrects one."""

    batch_id: int
    place: tuple[int, int]
    fact: Fact


# record → (code it stands under, content, day of repair)
State = dict[str, tuple[str, str, str | None]]


def newest(arrivals: Iterable[Arrival], *, by_place: bool) -> dict[str, Fact]:
    """The version of each record that counts; deleted ones left out."""
    found: dict[str, tuple[tuple[object, int], Fact]] = {}
    for one in arrivals:
        rank = (one.place if by_place else one.fact.order, one.batch_id)
        if one.fact.record not in found or rank >= found[one.fact.record][0]:
            found[one.fact.record] = (rank, one.fact)
    return {record: fact for record, (_, fact) in found.items() if not fact.is_deletion}


def standing(code: str, successions: Iterable[Fact]) -> str:
    """The end of the chain; chains here have no forks and no circles."""
    following = {
        one.code: one.successor for one in successions if isinstance(one, Succession) and one.content == "正常"
    }
    while code in following:
        code = following[code]
    return code


def repaired(penalty: Fact, repairs: Iterable[Fact]) -> str | None:
    about = [
        one for one in repairs
        if isinstance(one, Repair) and (one.document, one.code) == (penalty.record, penalty.code)
    ]  # fmt: skip
    revoked = max((one.day for one in about if one.content == "撤销修复"), default="")
    return min((one.day for one in about if one.content == "准予修复" and one.day > revoked), default=None)


def state(arrivals: list[Arrival], by_place: frozenset[str] = frozenset()) -> State:
    """What is known once these rows have arrived; by_place: feeds whose rows say nothing of their order."""
    known = {
        feed: newest((one for one in arrivals if one.fact.feed == feed), by_place=feed in by_place)
        for feed in ("penalties", "grades", "repairs", "successions")
    }
    acts, decisions = known["successions"].values(), known["repairs"].values()
    return {
        record: (standing(fact.code, acts), fact.content, repaired(fact, decisions))
        for feed in ("penalties", "grades") for record, fact in known[feed].items()
    }  # fmt: skip
