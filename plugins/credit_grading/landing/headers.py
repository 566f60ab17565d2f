"""Match the columns of a source with those of its contract, and suggest what a strange heading may mean."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from credit_grading.contract.headings import heading_in, named_unit, normalise_heading
from credit_grading.contract.model import Column, Contract, Layout
from credit_grading.landing.corrections import CORRECTS, HOUSE_HEADINGS
from credit_grading.landing.personal import mask_identity_numbers
from credit_grading.sources.characters import shown
from credit_grading.sources.limits import LONGEST_HEADING, MOST_COLUMNS
from credit_grading.sources.model import Expected

# Ours (an assumption): below this similarity a suggestion would mislead more often than help.
LEAST_SIMILARITY = 0.6
# Unknown headings looked at for a suggestion: each is compared with every heading of every missing column.
COMPARED_HEADINGS = 100


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

    ``strangers`` are headings that neither the contract nor the department's file knows, in a contract with persons
    their places. ``suggestions`` holds the best one of each missing column, by its name. ``holds_corrections``: it has
    the column 隔离编号.
    """

    recognised: tuple[str, ...]
    missing: tuple[str, ...]
    strangers: tuple[str, ...]
    suggestions: Mapping[str, Suggestion]
    holds_corrections: bool = False


NOTHING_FOUND = HeaderFinding((), (), (), {})


class WrongHeader(Exception):
    """The header cannot be used; ``problems`` holds (column, message) pairs."""

    def __init__(self, problems: list[tuple[str, str]], finding: HeaderFinding) -> None:
        super().__init__("; ".join(message for _, message in problems))
        self.problems = problems
        self.finding = finding


@dataclass(frozen=True, slots=True)
class HeaderMapping:
    """``columns`` are the contract columns to land, in contract order, found at ``positions`` of the source.

    ``headings`` are the headings they came in under, as the contract writes them, ``layout`` the layout of the
    contract that these belong to (None: its own). ``unknown`` are (heading, position) of what is kept although the
    contract does not know it. ``warnings`` and ``notices`` are (column, message) pairs. Personal columns are in none
    of these: their values go no further. ``readings`` say what a row's texts mean: the columns, with what changes
    their meaning. ``corrects`` is the position of the column that names the rejected row each row is sent in place of.
    """

    columns: tuple[str, ...]
    positions: tuple[int, ...]
    unknown: tuple[tuple[str, int], ...]
    warnings: tuple[tuple[str, str], ...]
    notices: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    layout: str | None
    readings: tuple[str, ...]
    finding: HeaderFinding
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as the contract or the department's file writes it, and the layout that it is a sign of."""

    column: Column
    text: str
    layout: Layout | None = None


def column_of(contract: Contract, heading: str, headings: Headings | None = None) -> Column | None:
    """The contract's column that a heading names, or None."""
    found = accepted_headings(contract, headings or {}).get(normalise_heading(heading))
    return found.column if found else None


def unknown_name(heading: str, position: int) -> str:
    """The name under which an unknown column is kept: visible, and never one of landing's own, which begin with _."""
    name = shown(mask_identity_numbers(heading.strip())).strip() or f"_column_{position + 1}"
    return f"列{name}" if name.startswith("_") and heading.strip() else name


def place_of(position: int) -> str:
    """How a heading is told that may be somebody's data."""
    return f"第 {position + 1} 列"


def expected_of(contract: Contract, headings: Headings | None = None) -> Expected:
    """What readers are told of a contract, and of what the department's file says about headings."""
    known = accepted_headings(contract, headings or {})
    personal = {heading for heading, found in known.items() if found and found.column.personal}
    return Expected(
        headings=frozenset({*known, *HOUSE_HEADINGS}), personal=frozenset(personal), has_persons=contract.has_persons
    )


def map_header(header: Sequence[str], contract: Contract, headings: Headings | None = None) -> HeaderMapping:
    """Match a header with a contract. Raises WrongHeader naming every missing and every doubled column.

    Args:
        header: the source's columns, in its order.
        contract: what they should be.
        headings: what the department's file says about headings of this feed; it goes before the contract.
    """
    _refuse_oversized(header)
    known = accepted_headings(contract, headings or {})
    found: dict[str, tuple[Heading, int]] = {}
    unknown: list[tuple[str, int]] = []
    strangers: list[str] = []
    ours: dict[str, int] = {}
    problems: list[tuple[str, str]] = []
    for position, heading in enumerate(header):
        normal = normalise_heading(heading)
        match = known.get(normal)
        house = HOUSE_HEADINGS.get(normal) if match is None else None
        if house and house not in ours:
            ours[house] = position
        elif match is None:
            unknown.append((unknown_name(heading, position), position))
            strangers += [] if normal in known else [unknown[-1][0]]
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
    hints = _suggestions(strangers, missing)
    if contract.has_persons:
        # a name may stand beside the headings; a person who holds the file finds the column by its place
        told = {heading: place_of(position) for heading, position in unknown}
        strangers = [told[heading] for heading in strangers]
        hints = {name: replace(hint, heading=told[hint.heading]) for name, hint in hints.items()}
    for column in missing:
        if column.header_required:
            hint = hints.get(column.name, "")
            problems.append((column.label, f"缺少列“{column.label}”（missing column {column.name}）{hint}"))
    if not problems and all(contract.column(name).personal for name in found):
        problems.append(("", f"没有一列属于契约“{contract.title_zh}”（no column of contract {contract.id}）"))
    names = tuple(column.name for column in missing)
    finding = HeaderFinding(tuple(found), names, tuple(strangers), hints, holds_corrections=CORRECTS in ours)
    if problems:
        raise WrongHeader(problems, finding)
    return replace(_mapping(contract, found, unknown, layout, finding), corrects=ours.get(CORRECTS))


def _refuse_oversized(header: Sequence[str]) -> None:
    if len(header) > MOST_COLUMNS:
        raise WrongHeader(
            [("", f"表头有 {len(header)} 列，超过上限 {MOST_COLUMNS}（too many columns）")], NOTHING_FOUND
        )
    long = [
        ("", f"第 {position} 列的列名有 {len(heading)} 个字符，不像列名：“{heading[:30]}…”（too long for a heading）")
        for position, heading in enumerate(header, start=1)
        if len(heading) > LONGEST_HEADING
    ]
    if long:
        raise WrongHeader(long, NOTHING_FOUND)


def _layout(found: list[tuple[str, Heading]], problems: list[tuple[str, str]]) -> Layout | None:
    """The layout whose own headings are there; None where all are the contract's. Two at once are a problem."""
    signs = {match.layout.name: (heading, match.layout) for heading, match in found if match.layout}
    if len(signs) > 1:
        names = "、".join(f"“{layout.title_zh}”（列“{heading}”）" for heading, layout in signs.values())
        problems.append(("", f"表头混用了不同格式：{names}（headings of several layouts: {', '.join(signs)}）"))
    return next((layout for _, layout in signs.values()), None)


def _mapping(
    contract: Contract,
    found: dict[str, tuple[Heading, int]],
    unknown: list[tuple[str, int]],
    layout: Layout | None,
    finding: HeaderFinding,
) -> HeaderMapping:
    landed = [column for column in contract.columns if column.name in found and not column.personal]
    headings = [found[column.name][0].text for column in landed]
    notices = [("", f"表头按“{layout.title_zh}”格式识别（header of layout {layout.name}）")] if layout else []
    notices += [
        (column.label, f"列“{column.label}”是个人信息，按契约不落地（personal data, not landed）")
        for column in contract.columns
        if column.name in found and column.personal
    ]
    hinted = [(hint.column.label, hint) for hint in finding.suggestions.values()]
    return HeaderMapping(
        columns=tuple(column.name for column in landed),
        positions=tuple(found[column.name][1] for column in landed),
        unknown=tuple(unknown),
        warnings=tuple((label, f"未见列“{label}”（absent column）{hint}") for label, hint in hinted),
        notices=tuple(notices),
        headings=tuple(headings),
        layout=layout.name if layout else None,
        readings=_readings(landed, headings, layout),
        finding=finding,
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


def accepted_headings(contract: Contract, headings: Headings) -> dict[str, Heading | None]:
    """Every accepted heading, in one spelling; of several spellings of one the first written counts."""
    accepted = [
        Heading(column, heading) for column in contract.columns for heading in (column.name, *column.headers)
    ] + [
        Heading(contract.column(name), heading, layout)
        for layout in contract.layouts
        for name, written in layout.headers.items()
        for heading in written
    ]
    known: dict[str, Heading | None] = {normalise_heading(heading.text): heading for heading in reversed(accepted)}
    for heading, name in headings.items():
        normal = normalise_heading(heading)
        of_contract = known.get(normal)
        column = contract.column(name) if name else None
        known[normal] = Heading(column, _text_of(column, heading, of_contract)) if column else None
    return known


def _text_of(column: Column, heading: str, of_contract: Heading | None) -> str:
    """A department's own heading as the contract knows it, so that its unit stays what it says."""
    if of_contract and of_contract.column.name == column.name:
        return of_contract.text
    unit = named_unit(heading)
    return heading_in(column, unit) or heading if unit != column.unit else heading


def _doubled(unknown: list[tuple[str, int]]) -> list[tuple[str, str]]:
    counted = Counter(heading for heading, _ in unknown)
    doubled = sorted(name for name, count in counted.items() if count > 1)
    return [(name, f"列“{name}”出现了不止一次（duplicate column）") for name in doubled]


def _suggestions(strangers: list[str], missing: list[Column]) -> dict[str, Suggestion]:
    """For each missing column the most similar strange heading; nothing where none is similar."""
    compared = [(normalise_heading(stranger), stranger) for stranger in strangers[:COMPARED_HEADINGS]]
    hints = {}
    for column in missing:
        accepted = [normalise_heading(heading) for heading in (column.name, *column.headers)]
        best, stranger = max(((_similarity(left, accepted), name) for left, name in compared), default=(0.0, ""))
        if best >= LEAST_SIMILARITY:
            hints[column.name] = Suggestion(stranger, column, best)
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
