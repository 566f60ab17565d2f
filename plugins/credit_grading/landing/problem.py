"""What is wrong with a feed, in a shape for people, for the ledger and for the log."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Literal, cast

from credit_grading.landing.personal import mask_identity_numbers
from credit_grading.sources.characters import shown
from credit_grading.sources.limits import LONGEST_NAME
from credit_grading.sources.model import RowNote

Level = Literal["error", "warning", "info"]
# Outcomes that must turn the run red: nothing usable came, or not all of it. Landed data stays as it was.
ALARMS = (
    "person_key_missing", "person_key_changed",
    "source_unreachable", "missing_file", "unreadable_file", "unknown_encoding", "wrong_header",
    "empty_feed", "volume_below_minimum", "too_many_disappeared",
)  # fmt: skip
# Of one batch, every kind of row problem is listed this many times and counted beyond that.
LISTED_PER_KIND = 20
SHOWN_IN_MESSAGE = 10
# A message quotes what came; more of it helps nobody.
LONGEST_MESSAGE = 2_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``row`` counts data rows from 1; ``file`` is a file's path, or connection:table.

    What it quotes may be anything that was received, so every text becomes one line of visible characters without
    identity numbers: fit for a log, a page and jsonb.
    """

    level: Level
    department: str
    feed: str
    file: str | None
    row: int | None
    column: str | None
    message: str

    def __post_init__(self) -> None:
        for name, longest in (("message", LONGEST_MESSAGE), ("file", LONGEST_NAME), ("column", LONGEST_NAME)):
            text = getattr(self, name)
            if text is not None:
                object.__setattr__(self, name, _quoted(text, longest))

    def __str__(self) -> str:
        parts = [f"{self.department}/{self.feed}"]
        parts += [f"文件 {self.file}"] if self.file else []
        parts += [f"第 {self.row} 行 (row {self.row})"] if self.row is not None else []
        parts += [f"列 {self.column}"] if self.column else []
        return f"{' '.join(parts)}: {self.message}"


def _quoted(text: str, longest: int) -> str:
    line = shown(mask_identity_numbers(text[: 2 * longest]))
    return line if len(line) <= longest else line[: longest - 1] + "…"


@dataclass(frozen=True, slots=True)
class FeedOutcome:
    """What became of one attempt to receive a feed; ``batches`` are the batch ids it landed."""

    outcome: str
    batches: list[int]
    rows: int
    problems: list[Problem]


class FeedProblem(RuntimeError):
    """A feed is in an alarm state. The attempt is in the ledger; ``outcome`` says what else was landed."""

    def __init__(self, department: str, feed: str, outcome: FeedOutcome) -> None:
        errors = [str(problem) for problem in outcome.problems if problem.level == "error"]
        more = [f"… 另有 {len(errors) - SHOWN_IN_MESSAGE} 个问题（more）"] if len(errors) > SHOWN_IN_MESSAGE else []
        super().__init__("\n".join([f"{department}/{feed}: {outcome.outcome}", *errors[:SHOWN_IN_MESSAGE], *more]))
        self.outcome = outcome


@dataclass
class ProblemLog:
    """Collects the problems of one file or query without growing with its size."""

    department: str
    feed: str
    file: str | None
    problems: list[Problem] = field(default_factory=list)
    _kinds: Counter[str] = field(default_factory=Counter)

    def add(self, level: Level, message: str, *, row: int | None = None, column: str | None = None) -> None:
        """Add one finding."""
        self.problems.append(Problem(level, self.department, self.feed, self.file, row, column, message))

    def add_note(self, row: int, note: RowNote) -> None:
        """Add a finding about a row, unless enough of its kind are listed."""
        kind = str(note.kept.get("_note") or next(iter(note.kept), note.message))
        self._kinds[kind] += 1
        if self._kinds[kind] <= LISTED_PER_KIND:
            self.add(cast(Level, note.level), note.message, row=row, column=note.column)

    def closed(self) -> list[Problem]:
        """All findings, with the number of those that were only counted."""
        for kind, count in self._kinds.items():
            if count > LISTED_PER_KIND:
                self.add("warning", f"此类问题共 {count} 行，只列出前 {LISTED_PER_KIND} 行（{count} rows: {kind}）")
        self._kinds.clear()
        return self.problems


def as_json(problems: list[Problem]) -> list[dict[str, object]]:
    """Problems as landing.feed_attempt keeps them."""
    return [asdict(problem) for problem in problems]
