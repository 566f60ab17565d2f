"""The dirt of the wild, planted in stated shares: what real feeds contain, and how much of it this city gets.

Kinds and examples come from real department tables and 双公示 files: null markers ``\\N`` 暂无 1900-01-01,
fines in 元 under a 万元 header, codes with a wrong check character, old division codes after 县 became 区,
GB18030 files, records that know a firm by name only, records sent twice, corrected records, 2099-12-31
and 9999-09-09 for 长期. The shares are ours.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from random import Random

Record = dict[str, object]


@dataclass(frozen=True)
class DirtShares:
    """Share of a feed's records that carries each kind of dirt; a record carries one kind at most.

    The first four put the row into quarantine, the others must be accepted. Never more than these shares
    is planted, so a feed's quarantine stays under 4 % by default.
    """

    wrong_check_digit: float = 0.008
    missing_name: float = 0.004
    future_date: float = 0.004
    unit_confusion: float = 0.010
    missing_code: float = 0.010
    null_marker: float = 0.050
    open_ended_date: float = 0.040
    duplicated: float = 0.010
    corrected: float = 0.010

    def of(self, kinds: tuple[str, ...]) -> dict[str, float]:
        """The shares of the kinds that a feed can carry."""
        shares = asdict(self)
        return {kind: shares[kind] for kind in kinds}


# Which reason the quarantine gives for a planted kind; a name that is part of the record's key is a missing_key.
REJECTION_REASONS = {
    "wrong_check_digit": "credit_code_check_digit",
    "missing_name": "missing_required_value",
    "future_date": "date_in_future",
    "unit_confusion": "unit_suspect",
}

# A record is soiled some records after it falls due, so that dirt does not sit at regular distances.
CHANCE_WHEN_DUE = 0.35


class Soil:
    """Decides record by record which dirt to plant, by quota: after n records never more than share x n of a kind."""

    def __init__(self, shares: Mapping[str, float], random: Random) -> None:
        self._shares = shares
        self._random = random
        self._due = dict.fromkeys(shares, 0.0)
        self.planted: Counter[str] = Counter()

    def pick(self, possible: Callable[[str], bool]) -> str | None:
        """The kind to plant in the next record, or None. `possible` says whether the record can carry a kind."""
        for kind, share in self._shares.items():
            self._due[kind] += share
        ready = [kind for kind, due in self._due.items() if due >= 1 and possible(kind)]
        if not ready or self._random.random() > CHANCE_WHEN_DUE:
            return None
        kind = self._random.choice(ready)
        self._due[kind] -= 1
        self.planted[kind] += 1
        return kind
