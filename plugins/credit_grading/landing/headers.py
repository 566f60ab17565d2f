"""Match the columns of a source with those of its contract, and suggest what a strange heading may mean."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from credit_grading.contract.model import Column, Contract
from credit_grading.landing.personal import mask_identity_numbers
from credit_grading.sources.characters import shown, without_invisible
from credit_grading.sources.limits import LONGEST_HEADING, MOST_COLUMNS

# Ours (an assumption): below this similarity a suggestion would mislead more often than help.
LEAST_SIMILARITY = 0.6
# Unknown headings looked at for a suggestion: each is compared with every heading of every missing column.
COMPARED_HEADINGS = 100


class WrongHeader(Exception):
    """The header cannot be used; ``problems`` holds (column, message) pairs."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(message for _, message in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class HeaderMapping:
    """``columns`` are the contract columns to land, in contract order, found at ``positions`` of the source.

    ``unknown`` are (heading, position) of what the contract does not know. ``warnings`` and ``notices`` are
    (column, message) pairs. Personal columns are in none of the lists: their values go no further.
    """

    columns: tuple[str, ...]
    positions: tuple[int, ...]
    unknown: tuple[tuple[str, int], ...]
    warnings: tuple[tuple[str, str], ...]
    notices: tuple[tuple[str, str], ...]


def normalise_heading(text: str) -> str:
    """A heading without what does not tell columns apart: width of characters, case, blanks, invisible characters."""
    return "".join(unicodedata.normalize("NFKC", without_invisible(text)).split()).casefold()


def unknown_name(heading: str, position: int) -> str:
    """The name under which an unknown column is kept: visible, and never one of landing's own, which begin with _."""
    name = shown(mask_identity_numbers(heading.strip())).strip() or f"_column_{position + 1}"
    return f"列{name}" if name.startswith("_") and heading.strip() else name


def column_of(contract: Contract, heading: str) -> Column | None:
    """The contract's column that a heading names, or None."""
    return _headings(contract).get(normalise_heading(heading))


def map_header(header: Sequence[str], contract: Contract) -> HeaderMapping:
    """Match a header with a contract. Raises WrongHeader naming every missing, doubled and impossible column."""
    _refuse_oversized(header)
    known = _headings(contract)
    found: dict[str, int] = {}
    unknown: list[tuple[str, int]] = []
    problems: list[tuple[str, str]] = []
    for position, heading in enumerate(header):
        column = known.get(normalise_heading(heading))
        if column is None:
            unknown.append((unknown_name(heading, position), position))
        elif column.name in found:
            first = header[found[column.name]]
            message = f"列“{heading}”与“{first}”重复，都是 {column.label}（two columns for one: {column.name}）"
            problems.append((heading, message))
        else:
            found[column.name] = position
    problems += _doubled(unknown)
    missing = [column for column in contract.columns if column.name not in found]
    hints = _suggestions([heading for heading, _ in unknown], missing)
    for column in missing:
        if column.header_required:
            hint = hints.get(column.name, "")
            problems.append((column.label, f"缺少列“{column.label}”（missing column {column.name}）{hint}"))
    if not problems and all(contract.column(name).personal for name in found):
        problems.append(("", f"没有一列属于契约“{contract.title_zh}”（no column of contract {contract.id}）"))
    if problems:
        raise WrongHeader(problems)
    return _mapping(contract, found, unknown, [(c.label, hints[c.name]) for c in missing if c.name in hints])


def _refuse_oversized(header: Sequence[str]) -> None:
    if len(header) > MOST_COLUMNS:
        raise WrongHeader([("", f"表头有 {len(header)} 列，超过上限 {MOST_COLUMNS}（too many columns）")])
    long = [
        ("", f"第 {position} 列的列名有 {len(heading)} 个字符，不像列名：“{heading[:30]}…”（too long for a heading）")
        for position, heading in enumerate(header, start=1)
        if len(heading) > LONGEST_HEADING
    ]
    if long:
        raise WrongHeader(long)


def _mapping(
    contract: Contract, found: dict[str, int], unknown: list[tuple[str, int]], hinted: list[tuple[str, str]]
) -> HeaderMapping:
    landed = [column.name for column in contract.columns if column.name in found and not column.personal]
    personal = [column for column in contract.columns if column.name in found and column.personal]
    return HeaderMapping(
        columns=tuple(landed),
        positions=tuple(found[name] for name in landed),
        unknown=tuple(unknown),
        warnings=tuple((label, f"未见列“{label}”（absent column）{hint}") for label, hint in hinted),
        notices=tuple(
            (c.label, f"列“{c.label}”是个人信息，按契约不落地（personal data, not landed）") for c in personal
        ),
    )


def _headings(contract: Contract) -> dict[str, Column]:
    return {
        normalise_heading(heading): column for column in contract.columns for heading in (column.name, *column.headers)
    }


def _doubled(unknown: list[tuple[str, int]]) -> list[tuple[str, str]]:
    counted = Counter(heading for heading, _ in unknown)
    doubled = sorted(name for name, count in counted.items() if count > 1)
    return [(name, f"列“{name}”出现了不止一次（duplicate column）") for name in doubled]


def _suggestions(strangers: list[str], missing: list[Column]) -> dict[str, str]:
    """For each missing column the most similar unknown heading, as a sentence; nothing where none is similar."""
    compared = [(normalise_heading(stranger), stranger) for stranger in strangers[:COMPARED_HEADINGS]]
    hints = {}
    for column in missing:
        accepted = [normalise_heading(heading) for heading in (column.name, *column.headers)]
        best, stranger = max(((_similarity(left, accepted), name) for left, name in compared), default=(0.0, ""))
        if best >= LEAST_SIMILARITY:
            hints[column.name] = f"；列 '{stranger}' 可能是 '{column.label}'（did you mean）"
    return hints


def _similarity(stranger: str, accepted: list[str]) -> float:
    best = 0.0
    for heading in accepted:
        matcher = SequenceMatcher(None, stranger, heading)
        # upper bounds, much cheaper than the ratio itself
        least = max(best, LEAST_SIMILARITY)
        if matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least:
            best = max(best, matcher.ratio())
    return best
