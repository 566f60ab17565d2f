"""Match the columns of a source with those of its contract, and suggest what a strange heading may mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from credit_grading.contract.headings import normalise_heading
from credit_grading.contract.model import Column, Contract, Layout

# Ours (an assumption): below this similarity a suggestion would mislead more often than help.
LEAST_SIMILARITY = 0.6


class WrongHeader(Exception):
    """The header cannot be used; ``problems`` holds (column, message) pairs."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(message for _, message in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class HeaderMapping:
    """``columns`` are the contract columns to land, in contract order, found at ``positions`` of the source.

    ``headings`` are the headings they came in under, as the contract writes them, ``layout`` the layout of the
    contract that these belong to (None: its own). ``unknown`` are (heading, position) of what the contract does not
    know. ``warnings`` and ``notices`` are (column, message) pairs. Personal columns are in none of the lists: their
    values go no further. ``readings`` say what a row's texts mean: the columns, with what changes their meaning.
    """

    columns: tuple[str, ...]
    positions: tuple[int, ...]
    unknown: tuple[tuple[str, int], ...]
    warnings: tuple[tuple[str, str], ...]
    notices: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    layout: str | None
    readings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Heading:
    column: Column
    text: str
    layout: Layout | None = None


def column_of(contract: Contract, heading: str) -> Column | None:
    """The contract's column that a heading names, or None."""
    found = _headings(contract).get(normalise_heading(heading))
    return found.column if found else None


def map_header(header: Sequence[str], contract: Contract) -> HeaderMapping:
    """Match a header with a contract. Raises WrongHeader naming every missing and every doubled column."""
    known = _headings(contract)
    found: dict[str, tuple[_Heading, int]] = {}
    unknown: list[tuple[str, int]] = []
    problems: list[tuple[str, str]] = []
    for position, heading in enumerate(header):
        match = known.get(normalise_heading(heading))
        if match is None:
            unknown.append((heading.strip() or f"_column_{position + 1}", position))
        elif match.column.name in found:
            first = header[found[match.column.name][1]]
            label = f"{match.column.label}（two columns for one: {match.column.name}）"
            problems.append((heading, f"列“{heading}”与“{first}”重复，都是 {label}"))
        else:
            found[match.column.name] = (match, position)
    problems += _doubled(unknown)
    layout = _layout([(header[position], match) for match, position in found.values()], problems)
    missing = [
        column for column in contract.columns
        if column.name not in found and not (layout and column.name in layout.fixed)
    ]  # fmt: skip
    hints = _suggestions([heading for heading, _ in unknown], missing)
    for column in missing:
        if column.header_required:
            hint = hints.get(column.name, "")
            problems.append((column.label, f"缺少列“{column.label}”（missing column {column.name}）{hint}"))
    if not found and not problems:
        problems.append(("", f"没有一列属于契约“{contract.title_zh}”（no column of contract {contract.id}）"))
    if problems:
        raise WrongHeader(problems)
    hinted = [(column.label, hints[column.name]) for column in missing if column.name in hints]
    return _mapping(contract, found, unknown, hinted, layout)


def _layout(found: list[tuple[str, _Heading]], problems: list[tuple[str, str]]) -> Layout | None:
    """The layout whose own headings are there; None where all are the contract's. Two at once are a problem."""
    signs = {match.layout.name: (heading, match.layout) for heading, match in found if match.layout}
    if len(signs) > 1:
        names = "、".join(f"“{layout.title_zh}”（列“{heading}”）" for heading, layout in signs.values())
        problems.append(("", f"表头混用了不同格式：{names}（headings of several layouts: {', '.join(signs)}）"))
    return next((layout for _, layout in signs.values()), None)


def _mapping(
    contract: Contract,
    found: dict[str, tuple[_Heading, int]],
    unknown: list[tuple[str, int]],
    hinted: list[tuple[str, str]],
    layout: Layout | None,
) -> HeaderMapping:
    landed = [column for column in contract.columns if column.name in found and not column.personal]
    headings = [found[column.name][0].text for column in landed]
    notices = [("", f"表头按“{layout.title_zh}”格式识别（header of layout {layout.name}）")] if layout else []
    notices += [
        (column.label, f"列“{column.label}”是个人信息，按契约不落地（personal data, not landed）")
        for column in contract.columns
        if column.name in found and column.personal
    ]
    return HeaderMapping(
        columns=tuple(column.name for column in landed),
        positions=tuple(found[column.name][1] for column in landed),
        unknown=tuple(unknown),
        warnings=tuple((label, f"未见列“{label}”（absent column）{hint}") for label, hint in hinted),
        notices=tuple(notices),
        headings=tuple(headings),
        layout=layout.name if layout else None,
        readings=_readings(landed, headings, layout),
    )


def _readings(landed: list[Column], headings: list[str], layout: Layout | None) -> tuple[str, ...]:
    """Column names, marked where the same text means something else than under the contract's own heading.

    The row hash begins with them: a file sent again in another unit, with the same numbers, is a correction.
    """
    names = []
    for column, heading in zip(landed, headings, strict=True):
        unit = column.header_units.get(heading)
        names.append(column.name if unit in (None, column.unit or "yuan") else f"{column.name} {unit}")
    return (*names, f"layout {layout.name}") if layout and (layout.values or layout.fixed) else tuple(names)


def _headings(contract: Contract) -> dict[str, _Heading]:
    """Every accepted heading, in one spelling; of several spellings of one the first written counts."""
    accepted = [
        _Heading(column, heading) for column in contract.columns for heading in (column.name, *column.headers)
    ] + [
        _Heading(contract.column(name), heading, layout)
        for layout in contract.layouts
        for name, headings in layout.headers.items()
        for heading in headings
    ]
    return {normalise_heading(heading.text): heading for heading in reversed(accepted)}


def _doubled(unknown: list[tuple[str, int]]) -> list[tuple[str, str]]:
    names = [heading for heading, _ in unknown]
    doubled = sorted({name for name in names if names.count(name) > 1})
    return [(name, f"列“{name}”出现了不止一次（duplicate column）") for name in doubled]


def _suggestions(strangers: list[str], missing: list[Column]) -> dict[str, str]:
    """For each missing column the most similar unknown heading, as a sentence; nothing where none is similar."""
    hints = {}
    for column in missing:
        best, stranger = max(((_similarity(name, column), name) for name in strangers), default=(0.0, ""))
        if best >= LEAST_SIMILARITY:
            hints[column.name] = f"；列 '{stranger}' 可能是 '{column.label}'（did you mean）"
    return hints


def _similarity(stranger: str, column: Column) -> float:
    left = normalise_heading(stranger)
    accepted = (column.name, *column.headers)
    return max(SequenceMatcher(None, left, normalise_heading(heading)).ratio() for heading in accepted)
