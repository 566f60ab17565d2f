"""Match the columns of a source with those of its contract, and suggest what a strange heading may mean."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from credit_grading.contract.model import Column, Contract

# Ours (an assumption): below this similarity a suggestion would mislead more often than help.
LEAST_SIMILARITY = 0.6


# a department's own headings: the contract's column, or None for a heading that is none of its columns
Headings = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A strange heading that may be a missing column. ``similarity``: 0 to 1, of their spelling."""

    heading: str
    column: Column
    similarity: float

    def __str__(self) -> str:
        return f"；列 '{self.heading}' 可能是 '{self.column.label}'（did you mean）"


@dataclass(frozen=True, slots=True)
class HeaderFinding:
    """What a header says beside its values: ``recognised`` and ``missing`` columns, personal ones included.

    ``strangers`` are headings that neither the contract nor the department's file knows. ``suggestions`` holds the
    best one of each missing column, by its name.
    """

    recognised: tuple[str, ...]
    missing: tuple[str, ...]
    strangers: tuple[str, ...]
    suggestions: Mapping[str, Suggestion]


class WrongHeader(Exception):
    """The header cannot be used; ``problems`` holds (column, message) pairs."""

    def __init__(self, problems: list[tuple[str, str]], finding: HeaderFinding) -> None:
        super().__init__("; ".join(message for _, message in problems))
        self.problems = problems
        self.finding = finding


@dataclass(frozen=True, slots=True)
class HeaderMapping:
    """``columns`` are the contract columns to land, in contract order, found at ``positions`` of the source.

    ``unknown`` are (heading, position) of what is kept although the contract does not know it. ``warnings`` and
    ``notices`` are (column, message) pairs. Personal columns are in none of these: their values go no further.
    """

    columns: tuple[str, ...]
    positions: tuple[int, ...]
    unknown: tuple[tuple[str, int], ...]
    warnings: tuple[tuple[str, str], ...]
    notices: tuple[tuple[str, str], ...]
    finding: HeaderFinding


def normalise_heading(text: str) -> str:
    """A heading without what does not tell columns apart: width of characters, case, blanks, byte order mark."""
    return "".join(unicodedata.normalize("NFKC", text).replace("\ufeff", "").split()).casefold()


def column_of(contract: Contract, heading: str, headings: Headings | None = None) -> Column | None:
    """The contract's column that a heading names, or None."""
    return _known(contract, headings or {}).get(normalise_heading(heading))


def names_any(headings: Headings, unknown_columns: Iterable[str]) -> bool:
    """Whether a department's own headings now name a column that was unknown before."""
    named = {normalise_heading(heading) for heading, column in headings.items() if column}
    return any(normalise_heading(heading) in named for heading in unknown_columns)


def map_header(header: Sequence[str], contract: Contract, headings: Headings | None = None) -> HeaderMapping:
    """Match a header with a contract. Raises WrongHeader naming every missing and every doubled column.

    Args:
        header: the source's columns, in its order.
        contract: what they should be.
        headings: what the department's file says about headings of this feed; it goes before the contract.
    """
    known = _known(contract, headings or {})
    found: dict[str, int] = {}
    unknown: list[tuple[str, int]] = []
    strangers: list[str] = []
    problems: list[tuple[str, str]] = []
    for position, heading in enumerate(header):
        normal = normalise_heading(heading)
        column = known.get(normal)
        if column is None:
            unknown.append((heading.strip() or f"_column_{position + 1}", position))
            strangers += [] if normal in known else [unknown[-1][0]]
        elif column.name in found:
            first = header[found[column.name]]
            message = f"列“{heading}”与“{first}”重复，都是 {column.label}（two columns for one: {column.name}）"
            problems.append((heading, message))
        else:
            found[column.name] = position
    problems += _doubled(unknown)
    missing = [column for column in contract.columns if column.name not in found]
    hints = _suggestions(strangers, missing)
    for column in missing:
        if column.header_required:
            hint = hints.get(column.name, "")
            problems.append((column.label, f"缺少列“{column.label}”（missing column {column.name}）{hint}"))
    if not found and not problems:
        problems.append(("", f"没有一列属于契约“{contract.title_zh}”（no column of contract {contract.id}）"))
    finding = HeaderFinding(tuple(found), tuple(column.name for column in missing), tuple(strangers), hints)
    if problems:
        raise WrongHeader(problems, finding)
    return _mapping(contract, found, unknown, finding)


def _mapping(
    contract: Contract, found: dict[str, int], unknown: list[tuple[str, int]], finding: HeaderFinding
) -> HeaderMapping:
    landed = [column.name for column in contract.columns if column.name in found and not column.personal]
    personal = [column for column in contract.columns if column.name in found and column.personal]
    hinted = [(hint.column.label, hint) for hint in finding.suggestions.values()]
    return HeaderMapping(
        columns=tuple(landed),
        positions=tuple(found[name] for name in landed),
        unknown=tuple(unknown),
        warnings=tuple((label, f"未见列“{label}”（absent column）{hint}") for label, hint in hinted),
        notices=tuple(
            (c.label, f"列“{c.label}”是个人信息，按契约不落地（personal data, not landed）") for c in personal
        ),
        finding=finding,
    )


def _known(contract: Contract, headings: Headings) -> dict[str, Column | None]:
    known: dict[str, Column | None] = {
        normalise_heading(heading): column for column in contract.columns for heading in (column.name, *column.headers)
    }
    own = {normalise_heading(heading): contract.column(name) if name else None for heading, name in headings.items()}
    return known | own


def _doubled(unknown: list[tuple[str, int]]) -> list[tuple[str, str]]:
    names = [heading for heading, _ in unknown]
    doubled = sorted({name for name in names if names.count(name) > 1})
    return [(name, f"列“{name}”出现了不止一次（duplicate column）") for name in doubled]


def _suggestions(strangers: list[str], missing: list[Column]) -> dict[str, Suggestion]:
    """For each missing column the most similar strange heading; nothing where none is similar."""
    hints = {}
    for column in missing:
        best, stranger = max(((_similarity(name, column), name) for name in strangers), default=(0.0, ""))
        if best >= LEAST_SIMILARITY:
            hints[column.name] = Suggestion(stranger, column, best)
    return hints


def _similarity(stranger: str, column: Column) -> float:
    left = normalise_heading(stranger)
    accepted = (column.name, *column.headers)
    return max(SequenceMatcher(None, left, normalise_heading(heading)).ratio() for heading in accepted)
