"""信用监管清单, the supervision list: read from one YAML file per department, kept in append-only tables."""

import json
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from credit_grading import paths
from credit_grading.department.lines import line_of
from credit_grading.department.read import read_document
from credit_grading.department.schema import Found, schema_problems
from credit_grading.rulebook.problem import Problem, short

LIST_LOCK = 7_220_391

VERSION_COLUMNS = (
    "item_id", "in_force_from", "in_force_until", "department_id", "rulebook_id", "title_zh", "title_en", "kind",
    "business_line", "period_months", "inspectors_per_subject", "workload_limit", "result_working_days",
    "legal_basis", "content_hash",
)  # fmt: skip


class SupervisionListError(ValueError):
    """At least one file of the supervision list is wrong; nothing was loaded. The message names files and lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read_supervision_list(folder: Path | None = None) -> list[dict[str, Any]]:
    """Every entry of the folder (default: the project's), as rows of supervision.item_version plus ``grades``.

    Raises SupervisionListError with every mistake of every file.
    """
    entries: list[dict[str, Any]] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], str] = {}
    for file in sorted((folder or paths.supervision_list()).glob("*.yml")):
        document, found = read_document(file.read_bytes())
        if document is not None:
            found = schema_problems(document, _schema()) or _cross_problems(document, file.stem, seen)
        problems += [Problem(short(file), line, message) for line, message in found]
        if document is not None and not found:
            entries += [_entry(document["department"], item) for item in document["items"]]
    if problems:
        raise SupervisionListError(problems)
    return entries


def load_supervision_list(connection: psycopg.Connection[Any], folder: Path | None = None) -> int:
    """Add what the files say that the warehouse does not know yet; returns the number of new entries.

    A changed entry becomes a newer revision and the old one stays. An entry whose line was taken away goes on: it is
    ended with ``until``, so that everybody sees from which day.

    Raises SupervisionListError, and ValueError for an entry that was taken away.
    """
    entries = read_supervision_list(folder)
    added = 0
    with connection.transaction():
        # two tasks that start at once must not add the same entry twice
        connection.execute("select pg_advisory_xact_lock(%s)", (LIST_LOCK,))
        known = {
            (item, start): content
            for item, start, content in connection.execute(
                "select item_id, in_force_from, content_hash from supervision.valid_item"
            )
        }
        if gone := sorted(set(known) - {(entry["item_id"], entry["in_force_from"]) for entry in entries}):
            named = ", ".join(f"{item} {start}" for item, start in gone)
            raise ValueError(
                f"清单事项不得删除，请填写 until（entries must not be removed, end them with until）: {named}"
            )
        for entry in entries:
            if known.get((entry["item_id"], entry["in_force_from"])) != entry["content_hash"]:
                _insert(connection, entry)
                added += 1
    return added


def _insert(connection: psycopg.Connection[Any], entry: dict[str, Any]) -> None:
    values = ", ".join(f"%({column})s" for column in VERSION_COLUMNS)
    [(version_id,)] = connection.execute(
        f"insert into supervision.item_version ({', '.join(VERSION_COLUMNS)}) values ({values}) returning version_id",
        entry,
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into supervision.item_grade values (%s, %s, %s::text::numeric, %s::text::numeric)",
            [
                (version_id, grade, str(numbers["ratio_percent"]), str(numbers["per_year"]))
                for grade, numbers in entry["grades"].items()
            ],
        )


def _cross_problems(document: Any, stem: str, seen: dict[tuple[str, str], str]) -> list[Found]:
    found: list[Found] = []
    if document["department"] != stem:
        found.append((line_of(document, ["department"]), f"应与文件名一致（must be the file's name）: {stem}"))
    for number, item in enumerate(document["items"]):
        line = line_of(document, ["items", number])
        days = [item["from"]] if item["until"] is None else [item["from"], item["until"]]
        try:
            if sorted({date.fromisoformat(day) for day in days}) != [date.fromisoformat(day) for day in days]:
                found.append((line, "until 应晚于 from（until must be later than from）"))
        except ValueError:
            found.append((line, f"日期不存在（no such day）: {', '.join(days)}"))
        if stem != seen.setdefault((item["id"], item["from"]), stem) or _repeated(document, number):
            found.append((line, f"事项重复（the same item from the same day twice）: {item['id']} {item['from']}"))
    return found


def _repeated(document: Any, number: int) -> bool:
    item = document["items"][number]
    return any((item["id"], item["from"]) == (other["id"], other["from"]) for other in document["items"][:number])


def _entry(department_id: str, item: Any) -> dict[str, Any]:
    content = json.dumps([department_id, item], ensure_ascii=False, sort_keys=True)
    return {
        "item_id": item["id"], "in_force_from": date.fromisoformat(item["from"]),
        "in_force_until": None if item["until"] is None else date.fromisoformat(item["until"]),
        "department_id": department_id, "rulebook_id": item["rulebook"], "title_zh": item["title"]["zh"],
        "title_en": item["title"]["en"], "kind": item["kind"], "business_line": item["business_line"],
        "period_months": item["period_months"], "inspectors_per_subject": item["inspectors"],
        "workload_limit": item["workload_limit"], "result_working_days": item["result_working_days"],
        "legal_basis": "；".join(item["legal_basis"]), "content_hash": sha256(content.encode()).hexdigest(),
        "grades": dict(item.get("grades", {})),
    }  # fmt: skip


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((paths.supervision_list() / "schema.json").read_text(encoding="utf-8"))
    return schema
