"""The days of the benchmark: a first run, and the daily run after it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Day:
    """One run's as-of date, and the moment after which nothing is seen (with time zone)."""

    as_of: str
    knowledge_at: str

    @property
    def parameters(self) -> dict[str, str]:
        """The same for a statement of ``sql/``."""
        return {"as_of": self.as_of, "knowledge_at": self.knowledge_at}


FIRST = Day("2026-11-24", "2026-11-24 22:00+08")
NEXT = Day("2026-11-25", "2026-11-25 22:00+08")
