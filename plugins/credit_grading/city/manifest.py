"""What the generator wrote: exact numbers per feed, to compare with what the pipeline accepts and rejects."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from credit_grading.city.dirt import REJECTION_REASONS, Record

FILE = "city.json"


@dataclass
class FeedManifest:
    """One feed. `files` maps file names (or the table) to rows; `planted` counts rows per kind of dirt.

    `duplicated` and `corrected` count the extra rows, which are part of `rows`.
    """

    department: str
    feed: str
    contract: str
    files: dict[str, int] = field(default_factory=dict)
    planted: dict[str, int] = field(default_factory=dict)
    # clean versions of rows that were soiled: what the department sends when it puts them right
    put_right: list[Record] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows written, header not counted."""
        return sum(self.files.values())

    @property
    def rejected_by_reason(self) -> dict[str, int]:
        """Rows that belong into quarantine, by the first reason that each must get."""
        reasons: Counter[str] = Counter()
        for kind, reason in REJECTION_REASONS.items():
            in_key = kind == "missing_name" and self.contract != "market_entity"
            reasons["missing_key" if in_key else reason] += self.planted.get(kind, 0)
        return {reason: count for reason, count in reasons.items() if count}

    @property
    def rejected(self) -> int:
        """Rows that belong into quarantine."""
        return sum(self.rejected_by_reason.values())


@dataclass
class CityManifest:
    """One run of the generator. `feeds` is keyed by feed id; `story_code` is the firm that documents explain."""

    seed: int
    firms: int
    as_of: date
    story_code: str
    feeds: dict[str, FeedManifest] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Write ``city.json`` beside the departments' folders."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, default=str)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "CityManifest":
        """Read it back. Raises FileNotFoundError where no city was generated."""
        plain: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        feeds = {name: FeedManifest(**feed) for name, feed in plain.pop("feeds").items()}
        return cls(**plain | {"as_of": date.fromisoformat(plain["as_of"]), "feeds": feeds})
