"""Warning rules as files: read them, and check each in itself and against its other versions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

from credit_grading import paths
from credit_grading.rulebook.check_form import check_form
from credit_grading.rulebook.document import Document, Location, read_document
from credit_grading.rulebook.problem import Problem, RulebookError, short
from credit_grading.rulebook.read import check_rulebooks, raise_if_wrong
from credit_grading.supervision.warning_watches import check_watches, spans_meet

WHOLE = frozenset({"rulebook"})
INDICATOR = frozenset({"rulebook", "indicator"})
LIMIT = frozenset({"rulebook", "limit"})
LIMIT_BY_INDICATOR = frozenset({"rulebook", "limit", "indicator"})


@dataclass(frozen=True)
class Kind:
    """What a kind of rule must say: its parameters, and which keys each entry of `watches` may have together."""

    parameters: frozenset[str]
    watches: tuple[frozenset[str], ...]


KINDS = {
    "grade_drop": Kind(frozenset({"levels_at_least", "months"}), (WHOLE,)),
    "levels_in_period": Kind(frozenset({"levels_at_least", "months"}), (WHOLE,)),
    "points_in_period": Kind(frozenset({"points_at_least", "months"}), (INDICATOR,)),
    "near_threshold": Kind(frozenset({"distance_at_most"}), (WHOLE, LIMIT_BY_INDICATOR)),
    "validity_ends": Kind(frozenset({"days_before"}), (INDICATOR, LIMIT)),
    "publicity_ends": Kind(frozenset({"days_before"}), (WHOLE,)),
    "serious_listing": Kind(frozenset(), (LIMIT,)),
}


def read_warning_rules(folder: Path | None = None, rulebooks: list[Document] | None = None) -> list[Document]:
    """Every checked rule ``<id>@<version>.yml`` of a folder, in name order.

    Args:
        folder: default ``dbt_project/warning_rules``.
        rulebooks: checked rulebooks that the rules may name; default the project's.

    Raises RulebookError with every problem found, by file and line; also where there is no rule or a rulebook is wrong.
    """
    folder = folder or paths.warning_rules()
    documents = [read_document(file) for file in sorted(folder.glob("*.yml"))]
    if not documents:
        raise RulebookError(
            [Problem(short(folder), 1, "没有预警规则（there is no warning rule, *.yml, in this folder）")]
        )
    rulebooks = check_rulebooks() if rulebooks is None else rulebooks
    for document in documents:
        if not document.problems and check_form(document, paths.warning_rules() / "schema.json"):
            for location, message in _faults(document):
                document.problem(location, message)
            document.is_comparable = not document.problems
            if document.is_comparable:
                check_watches(document, rulebooks)
    _check_versions([document for document in documents if document.is_comparable])
    raise_if_wrong(documents)
    return documents


def _faults(document: Document) -> Iterator[tuple[Location, str]]:
    data = document.data
    expected = f"{data['id']}@{data['version']}.yml"
    if document.file.name != expected:
        yield ("id",), f"文件名应为 {expected}（the file must be called so）"
    yield from _fault_of_days(data["in_force"])
    kind = KINDS[data["kind"]]
    given = data.get("parameters", {})
    for name in sorted(kind.parameters - set(given)):
        yield ("parameters",), f"{data['kind']} 缺少参数 '{name}'（needs this parameter）"
    for name in sorted(set(given) - kind.parameters):
        yield ("parameters", name), f"{data['kind']} 没有参数 '{name}'（has no such parameter）"
    for index, watched in enumerate(data["watches"]):
        place = ("watches", index)
        if frozenset(watched) not in kind.watches:
            shapes = " / ".join("+".join(sorted(shape)) for shape in kind.watches)
            yield place, f"{data['kind']} 的适用范围应写明 {shapes}（each entry says exactly these keys）"
        elif watched["rulebook"] == "all" and (len(watched) > 1 or len(data["watches"]) > 1):
            yield place, "'all' 已包括全部评价模型，应单独书写（'all' stands alone）"


def _fault_of_days(in_force: dict[str, str | None]) -> Iterator[tuple[Location, str]]:
    days = {}
    for key, text in in_force.items():
        try:
            days[key] = date.fromisoformat(text) if text else None
        except ValueError:
            yield ("in_force", key), f"'{text}' 不是日期（not a day of the calendar）"
            return
    begin, end = days["from"], days["until"]
    if begin and end and end <= begin:
        yield ("in_force", "until"), f"施行期止 {end} 应晚于起 {begin}（must end after it begins）"


def _check_versions(documents: list[Document]) -> None:
    for one, other in combinations(documents, 2):
        if one.data["id"] == other.data["id"] and spans_meet(one.data["in_force"], other.data["in_force"]):
            other.problem(
                ("in_force", "from"),
                f"与 {short(one.file)} 同时施行：先写明其止期（both are in force on some day: end that one first）",
            )
