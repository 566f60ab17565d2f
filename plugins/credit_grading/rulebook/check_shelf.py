"""Checks across rulebooks: versions in force, who reads whose score, and the stages that follow from it."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from credit_grading.rulebook.check_rules import walk_indicators
from credit_grading.rulebook.document import Document

# The SQL has one model per stage; a deeper chain needs one more score_stage_<n> and upstream_contribution_<n>.
DEEPEST_STAGE = 2


@dataclass(frozen=True)
class Version:
    """What other rulebooks must know of one version, from a file or from an earlier load."""

    rulebook_id: str
    version: str
    in_force_from: date
    in_force_until: date | None
    per_facet: bool
    reads: frozenset[str]


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
        reads=frozenset(
            indicator["rulebook_score"]["rulebook"]
            for _, indicator in walk_indicators(data["indicators"])
            if "rulebook_score" in indicator
        ),
    )


def check_shelf(documents: list[Document], loaded: Iterable[Version]) -> dict[str, int]:
    """Note faults between the documents, and between them and versions loaded earlier without a file.

    Returns the stage of each rulebook: 0 reads records only, n reads scores of stages below n.
    """
    versions = {(v.rulebook_id, v.version): (v, None) for v in loaded}
    shelf: dict[tuple[str, str], tuple[Version, Document | None]] = dict(versions)
    for document in documents:
        version = version_of(document)
        key = (version.rulebook_id, version.version)
        other = shelf.get(key, (version, None))[1]
        if other is not None:
            document.problem(("version",), f"{other.file.name} already describes this version")
        shelf[key] = (version, document)
    _check_overlaps(list(shelf.values()))
    _check_readers(shelf)
    reads = _reads(version for version, _ in shelf.values())
    stages: dict[str, int] = {}
    for document in documents:
        cycle = _cycle(document.data["id"], reads)
        if cycle:
            document.problem(("indicators",), f"rulebooks read each other in a circle: {' → '.join(cycle)}")
    if not any(document.problems for document in documents):
        stages = {rulebook: _stage(rulebook, reads) for rulebook in reads}
        for document in documents:
            if stages[document.data["id"]] > DEEPEST_STAGE:
                document.problem(
                    ("indicators",),
                    f"the chain of rulebook scores below '{document.data['id']}' is {stages[document.data['id']]} "
                    f"long; at most {DEEPEST_STAGE} is supported",
                )
    return stages


def _check_overlaps(shelf: list[tuple[Version, Document | None]]) -> None:
    for (first, first_document), (second, second_document) in combinations(shelf, 2):
        if first.rulebook_id != second.rulebook_id:
            continue
        until = min(first.in_force_until or date.max, second.in_force_until or date.max)
        begin = max(first.in_force_from, second.in_force_from)
        if begin >= until:
            continue
        for document, other in ((first_document, second), (second_document, first)):
            if document is not None:
                days = f"from {begin}" + (f" until {until}" if until != date.max else "")
                document.problem(("in_force",), f"version {other.version} is in force {days} too: one of them must end")


def _check_readers(shelf: dict[tuple[str, str], tuple[Version, Document | None]]) -> None:
    per_facet: dict[str, set[bool]] = {}
    for version, _ in shelf.values():
        per_facet.setdefault(version.rulebook_id, set()).add(version.per_facet)
    for version, document in shelf.values():
        if document is None:
            continue
        for location, indicator in walk_indicators(document.data["indicators"]):
            source = indicator.get("rulebook_score", {}).get("rulebook")
            if source and source not in per_facet:
                document.problem((*location, "rulebook_score"), f"there is no rulebook '{source}'")
            elif source and True in per_facet[source] and not version.per_facet:
                document.problem(
                    (*location, "rulebook_score"),
                    f"'{source}' gives one score per facet: a rulebook with one score per subject cannot choose",
                )


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


def _stage(rulebook: str, reads: Mapping[str, Set[str]]) -> int:
    return max((_stage(source, reads) + 1 for source in reads.get(rulebook, ())), default=0)
