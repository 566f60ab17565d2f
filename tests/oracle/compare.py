"""What the SQL found, beside what the oracle expects."""

from fractions import Fraction

from tests.oracle.grading import Graded
from tests.oracle.rules import Rulebook, number
from tests.oracle.tree import LeafResult

# where a rounded total is shared out, its remainder stands on one of the lines
SHARED_OUT = Fraction(1, 10**18)


def exact(value: object) -> Fraction | None:
    return None if value is None else Fraction(value)


def same(book: Rulebook, expected: Graded, found: dict) -> list[str]:
    """Everything in which the two differ, in words; `found` is an entry of `read_results`."""
    pairs = {
        "version": (expected.version, found["rulebook_version"]),
        "unclamped": (expected.unclamped, exact(found["unclamped_score"])),
        "score": (expected.score, exact(found["score"])),
        "grade": (expected.grade, found["grade"]),
        "city_grade": (expected.city_grade, found["city_grade"]),
        "status": (expected.status, found["grade_status"]),
        "limit": (expected.limit_id, found["limit_id"]),
        "gap": (expected.gap, exact(found["gap_to_next_band"])),
        "next_change_on": (expected.next_change_on, found["next_change_on"]),
        "lines": (set(expected.lines), set(found["lines"])),
    }
    differences = [f"{name}: oracle {want}, SQL {got}" for name, (want, got) in pairs.items() if want != got]
    if set(expected.lines) == set(found["lines"]):
        shared = {leaf for leaves, _ in expected.rounded_groups for leaf in leaves}
        for name, line in expected.lines.items():
            differences += [f"{name}: {one}" for one in line_differences(line, found["lines"][name], name in shared)]
            differences += evidence_differences(book, name, line, found["evidence"].get(name, set()))
        differences += total_differences(book, expected, found)
    return differences


def line_differences(expected: LeafResult, found: dict, shared: bool) -> list[str]:
    pairs = {"status": (expected.status, found["status"]), "value": (expected.value, found["value"])}
    if expected.status == "hit":
        pairs["raw"] = (expected.raw, found["raw"])
    if not shared:
        pairs |= {"contribution": (expected.contribution, found["contribution"]),
                  "factor": (expected.factor, found["factor"])}  # fmt: skip
    differences = [f"{name} oracle {want}, SQL {got}" for name, (want, got) in pairs.items() if want != got]
    if shared and abs(expected.contribution - found["contribution"]) >= SHARED_OUT:
        differences.append(f"contribution oracle {expected.contribution}, SQL {found['contribution']}")
    return differences


def evidence_differences(book: Rulebook, name: str, expected: LeafResult, found: set) -> list[str]:
    """The records that count; their points only where the leaf asks for a number."""
    wanted = expected.evidence
    if expected.status == "exempt" or not asks_for_number(book, name):
        wanted, found = {record for record, _ in wanted}, {record for record, _ in found}
    if wanted == found:
        return []
    return [f"{name}: records only of the oracle {wanted - found}, only of the SQL {found - wanted}"]


def asks_for_number(book: Rulebook, name: str) -> bool:
    (leaf,) = [one for one in book.leaves if one.indicator_id == name]
    spec = leaf.body.get("records", {"aggregate": "count"})
    return spec["aggregate"] not in ("count", "ratio") or "quantity" in spec


def total_differences(book: Rulebook, expected: Graded, found: dict) -> list[str]:
    """The contributions sum exactly to the score before its limits, and to the total of each rounded group."""
    differences = []
    if not book.is_crosswalk:
        start = number(book.data["score"]["start"])
        total = start + sum(line["contribution"] for line in found["lines"].values())
        if total != exact(found["unclamped_score"]):
            differences.append(f"contributions sum to {total}, the score is {found['unclamped_score']}")
    for leaves, total in expected.rounded_groups:
        found_total = sum(found["lines"][leaf]["contribution"] for leaf in leaves)
        if found_total != total:
            differences.append(f"group of {leaves}: oracle {total}, SQL {found_total}")
    return differences
