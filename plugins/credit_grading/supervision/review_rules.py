"""The rules of the review of diverging grades (评价等级核查): read, checked, and put beside the ledger they govern."""

import json
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from credit_grading import paths
from credit_grading.department.lines import line_of
from credit_grading.department.read import read_document
from credit_grading.department.schema import Found, schema_problems

RULES_FILE = Path(__file__).parent / "rules" / "review.yml"

MAKE_EQUAL = """
with given as (
    select * from jsonb_populate_record(null::supervision.review_rule, %(rule)s)
),

written as (
    insert into supervision.review_rule as held select * from given
    on conflict (only_row) do update set
        minimum_gap = excluded.minimum_gap,
        answer_working_days = excluded.answer_working_days,
        escalation_working_days = excluded.escalation_working_days,
        correction_working_days = excluded.correction_working_days,
        escalates_to = excluded.escalates_to
    where held is distinct from excluded
),

listed as (
    select key as rulebook_id, value as department_id from jsonb_each_text(%(rulebooks)s)
),

gone as (
    delete from supervision.review_rulebook where rulebook_id not in (select listed.rulebook_id from listed)
)

insert into supervision.review_rulebook as held (rulebook_id, department_id)
select listed.rulebook_id, listed.department_id from listed
on conflict (rulebook_id) do update set department_id = excluded.department_id
where held.department_id <> excluded.department_id
"""


class ReviewRulesError(ValueError):
    """The rules cannot be used; ``problems`` holds one readable line per mistake, with file and line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_review_rules(connection: psycopg.Connection[Any], file: Path = RULES_FILE) -> None:
    """Make supervision.review_rule and review_rulebook say what the file says, in the caller's transaction.

    Raises ReviewRulesError with every mistake at once: of form, of a department without a file, of a rulebook that is
    not listed or does not exist.
    """
    document = _checked(file.name, file.read_bytes(), *_known())
    rule = {
        "only_row": True,
        "minimum_gap": document["minimum_gap"]["levels"],
        "answer_working_days": document["answer"]["working_days"],
        "escalation_working_days": document["escalation"]["working_days"],
        "correction_working_days": document["correction"]["working_days"],
        "escalates_to": document["escalation"]["to"],
    }
    connection.execute(MAKE_EQUAL, {"rule": Jsonb(rule), "rulebooks": Jsonb(dict(document["rulebooks"]))})


def _known() -> tuple[frozenset[str], frozenset[str]]:
    rulebooks = frozenset(file.stem.split("@")[0] for file in paths.rulebooks().glob("*@*.yml"))
    return rulebooks, frozenset(file.stem for file in paths.departments().glob("*.yml"))


@lru_cache(maxsize=8)
def _checked(name: str, content: bytes, rulebooks: frozenset[str], departments: frozenset[str]) -> dict[str, Any]:
    document, found = read_document(content)
    if document is not None:
        schema = json.loads(RULES_FILE.with_suffix(".schema.json").read_text(encoding="utf-8"))
        found = schema_problems(document, schema) or _cross_problems(document, rulebooks, departments)
    if document is None or found:
        raise ReviewRulesError([f"{name} line {line}: {message}" for line, message in sorted(found)])
    return document


def _cross_problems(document: Any, rulebooks: Collection[str], departments: Collection[str]) -> list[Found]:
    mapped = document["rulebooks"]
    found = [
        (line_of(document, ["rulebooks"]), f"评价模型“{rulebook}”没有写明解释部门（'{rulebook}' is not listed）")
        for rulebook in sorted(set(rulebooks) - set(mapped))
    ]
    named = [(["rulebooks", rulebook], department) for rulebook, department in mapped.items()]
    for path, department in [*named, (["escalation", "to"], document["escalation"]["to"])]:
        if department not in departments:
            found.append((line_of(document, path), f"没有部门“{department}”（there is no department '{department}'）"))
    for rulebook in sorted(set(mapped) - set(rulebooks)):
        line = line_of(document, ["rulebooks", rulebook])
        found.append((line, f"没有评价模型“{rulebook}”（there is no rulebook '{rulebook}'）"))
    return found
