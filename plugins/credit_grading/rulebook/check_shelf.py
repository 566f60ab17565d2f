"""Checks across rulebooks: versions in force, who reads whose score, and the stages that follow from it."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from credit_grading.rulebook.document import Document
from credit_grading.rulebook.tree import all_indicators


@dataclass(frozen=True)
class Version:
    """What other rulebooks must know of one version, from a file or from an earlier load.

    `gives_score` is False for a crosswalk of which no grade has a score.
    """

    rulebook_id: str
    version: str
    in_force_from: date
    in_force_until: date | None
    per_facet: bool
    gives_score: bool
    reads: frozenset[str]

    def meets(self, other: "Version") -> bool:
        """Whether both are in force on some day."""
        begin = max(self.in_force_from, other.in_force_from)
        return begin < min(self.in_force_until or date.max, other.in_force_until or date.max)


Shelf = dict[tuple[str, str], tuple[Version, Document | None]]


def version_of(document: Document) -> Version:
    """The version that a checked document describes."""
    data: dict[str, Any] = document.data
    until = data["in_force"]["until"]
    return Version(
        rulebook_id=data["id"],
        version=data["version"],
        in_force_from=date.fromisoformat(data["in_force"]["from"]),
        in_force_until=date.fromisoformat(until) if until else None,
        per_facet=data["population"]["per_facet"],
        gives_score="crosswalk" not in data or any("score" in grade for grade in data["grades"]),
        reads=frozenset(
            indicator["rulebook_score"]["rulebook"]
            for _, indicator in all_indicators(data)
            if "rulebook_score" in indicator
        ),
    )


def check_shelf(
    documents: list[Document], loaded: Iterable[Version], unreadable: Set[str] = frozenset()
) -> dict[str, int]:
    """Note faults between the documents, and between them and versions known from elsewhere.

    Args:
        documents: each right in itself.
        loaded: versions without a file here; a file of the same version takes their place.
        unreadable: rulebooks whose file is wrong, of which nothing else is known.

    Returns the stage of each rulebook: 0 reads records only, n reads scores of stages below n; empty where a document
    has a fault.
    """
    shelf: Shelf = {(version.rulebook_id, version.version): (version, None) for version in loaded}
    for document in documents:
        version = version_of(document)
        key = (version.rulebook_id, version.version)
        other = shelf.get(key, (version, None))[1]
        if other is not None:
            document.problem(("version",), f"{other.file.name} already describes this version")
        shelf[key] = (version, document)
    _check_overlaps(list(shelf.values()))
    _check_readers(shelf, unreadable)
    reads = _reads(version for version, _ in shelf.values())
    for document in documents:
        cycle = _cycle(document.data["id"], reads)
        if cycle:
            document.problem(("indicators",), f"rulebooks read each other in a circle: {' → '.join(cycle)}")
    return {} if any(document.problems for document in documents) else _stages(reads)


def _check_overlaps(shelf: list[tuple[Version, Document | None]]) -> None:
    for (first, first_document), (second, second_document) in combinations(shelf, 2):
        if first.rulebook_id != second.rulebook_id or not first.meets(second):
            continue
        until = min(first.in_force_until or date.max, second.in_force_until or date.max)
        begin = max(first.in_force_from, second.in_force_from)
        for document, other in ((first_document, second), (second_document, first)):
            if document is not None:
                days = f"from {begin}" + (f" until {until}" if until != date.max else "")
                document.problem(("in_force",), f"version {other.version} is in force {days} too: one of them must end")


def _check_readers(shelf: Shelf, unreadable: Set[str]) -> None:
    sources: dict[str, list[Version]] = {}
    for version, _ in shelf.values():
        sources.setdefault(version.rulebook_id, []).append(version)
    for reader, document in shelf.values():
        if document is None:
            continue
        for location, indicator in all_indicators(document.data):
            upstream = indicator.get("rulebook_score")
            if upstream and upstream["rulebook"] not in unreadable:
                versions = sources.get(upstream["rulebook"], [])
                for message in _reader_faults(reader, upstream, versions):
                    document.problem((*location, "rulebook_score"), message)


def _reader_faults(reader: Version, upstream: dict[str, Any], versions: list[Version]) -> Iterator[str]:
    name = upstream["rulebook"]
    if not versions:
        yield f"there is no rulebook '{name}'"
    # of versions that are never in force together with the reader nothing is read
    met = [version for version in versions if version.meets(reader)]
    has_facets = any(version.per_facet for version in met)
    if has_facets and not reader.per_facet and "facets" not in upstream:
        yield f"'{name}' gives one score per facet: say under 'facets' how they become one"
    if "facets" in upstream and reader.per_facet:
        yield "'facets' is for a rulebook with one score per subject: this one reads the score of the same facet"
    elif "facets" in upstream and not all(version.per_facet for version in met):
        yield f"'{name}' gives one score per subject: 'facets' has no meaning here"
    if met and not any(version.gives_score for version in met):
        yield f"'{name}' is a crosswalk of which no grade has a score: there is nothing to read"


def _reads(versions: Iterable[Version]) -> dict[str, Set[str]]:
    reads: dict[str, set[str]] = {}
    for version in versions:
        reads.setdefault(version.rulebook_id, set()).update(version.reads)
    return dict(reads)


def _cycle(start: str, reads: Mapping[str, Set[str]]) -> list[str]:
    """The way from a rulebook back to itself, or nothing."""
    ways = [[start]]
    visited: set[str] = set()
    while ways:
        way = ways.pop()
        for following in sorted(reads.get(way[-1], ())):
            if following == start:
                return [*way, start]
            if following not in visited:
                visited.add(following)
                ways.append([*way, following])
    return []


def _stages(reads: Mapping[str, Set[str]]) -> dict[str, int]:
    """Stage by stage: whatever reads only what already has one. Nothing reads in a circle here."""
    stages: dict[str, int] = {}
    while len(stages) < len(reads):
        ready = {
            rulebook: max((stages[source] + 1 for source in sources if source in reads), default=0)
            for rulebook, sources in reads.items()
            if rulebook not in stages and all(source in stages or source not in reads for source in sources)
        }
        if not ready:
            raise ValueError(f"rulebooks read each other in a circle: {', '.join(sorted(set(reads) - set(stages)))}")
        stages |= ready
    return stages
