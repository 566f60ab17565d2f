"""The rules for the pool of review experts, as officials read them: one YAML file, checked, in exact numbers."""

import json
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from credit_grading.rulebook.document import Document, read_document

FILE = Path(__file__).parent / "expert_rules.yml"
SCHEMA = Path(__file__).parent / "expert_rules.schema.json"
# one of them says what a rule looks at; the schema demands it and these are alone
GROUNDS = ("reviews", "points", "suspension", "after_failed_test")


class ExpertRulesError(ValueError):
    """The file is wrong; the message lists every fault with file and line. Nothing was proposed."""


@cache
def expert_rules(file: Path = FILE) -> str:
    """The rules as JSON text for SQL: a list of {id, action, title, legal_basis, from, until, grounds …}.

    Numbers are exact. Raises ExpertRulesError. Read once per process.
    """
    document = read_document(file)
    if not document.problems:
        _check(document)
    if document.problems:
        raise ExpertRulesError("\n".join(str(problem) for problem in sorted(document.problems)))
    rules = [rule | rule["in_force"] for rule in document.data["rules"]]
    return json.dumps(rules, ensure_ascii=False, default=_number)


def _check(document: Document) -> None:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    # plain numbers for the schema, which knows no Decimal
    for error in validator.iter_errors(json.loads(json.dumps(document.data, default=float))):
        document.problem(tuple(error.absolute_path), f"不符合规则格式（not a rule of this form）：{error.message}")
    if document.problems:
        return
    seen: list[tuple[str, str, str | None]] = []
    for number, rule in enumerate(document.data["rules"]):
        place = ("rules", number)
        beginning, end = rule["in_force"]["from"], rule["in_force"]["until"]
        for day in filter(None, (beginning, end)):
            if not _is_day(day):
                document.problem((*place, "in_force"), f"不是日期（no such day）：{day}")
        if end is not None and end <= beginning:
            document.problem((*place, "in_force"), f"期限止应晚于期限起（until must be later than from）：{rule['id']}")
        if sum(ground in rule for ground in GROUNDS) != 1:
            document.problem(place, f"只能写一种依据（exactly one of {', '.join(GROUNDS)}）：{rule['id']}")
        if any(
            rule["id"] == other and beginning < (other_end or "9999") and other_beginning < (end or "9999")
            for other, other_beginning, other_end in seen
        ):
            document.problem(place, f"同一规则在同一日有两个版本（two versions in force on one day）：{rule['id']}")
        seen.append((rule["id"], beginning, end))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(value: Any) -> Any:
    # Postgres reads the text as numeric: the value as it was written, not the nearest binary fraction
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value))
