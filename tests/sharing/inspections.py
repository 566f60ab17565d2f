"""A released small city with a supervision list and inspectors: what drawing needs, without dbt."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import yaml

from credit_grading.publication.publish import publish
from credit_grading.supervision.draw import commit_draw, make_draw
from credit_grading.supervision.supervision_list import load_supervision_list
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.sharing.releases import Grade, set_candidates, verified_run

MAY = date(2026, 5, 20)
APRIL = date(2026, 4, 1)
SEED = "the lot of the city"
# grade → subjects, ratio; each once a quarter, so that the ratio is the share
STRATA = {"A": (30, 10), "B": (15, 20), "C": (10, 50), "D": (5, 100)}
TO_DRAW = {"A": 3, "B": 3, "C": 5, "D": 5}
ITEM: dict[str, Any] = {
    "id": "registered_matters", "title": {"zh": "登记事项检查", "en": "Registered matters"}, "kind": "ordinary",
    "rulebook": "public_credit", "business_line": "登记", "period_months": 3, "inspectors": 2, "workload_limit": 6,
    "result_working_days": 20, "from": "2026-01-01", "until": None, "legal_basis": ["本项目假设"],
    "grades": {grade: {"ratio_percent": ratio, "per_year": 4} for grade, (_, ratio) in STRATA.items()},
}  # fmt: skip
THEMATIC = """
create schema if not exists thematic_public_credit;
create table thematic_public_credit.inspector (
    record_key text, person_key text, certificate_number text, department_name text, department_code text,
    business_line text, certificate_valid_until date, is_active boolean, known_from timestamptz,
    known_until timestamptz
);
create table thematic_public_credit.inspection_result (
    record_key text, subject_key text, draw_number text, result text, inspected_on date, rectified_on date,
    withdrawn_on date, known_from timestamptz
);
"""


def subject(grade: str, number: int) -> str:
    return f"S{grade}{number:03d}"


def code(number: int) -> str:
    """As supervision.inspector_code makes it."""
    return "I" + sha256(f"P:{number}".encode()).hexdigest()[:12]


def release(owner: psycopg.Connection[Any], as_of: date = MAY, strata: dict[str, int] | None = None) -> None:
    counts = strata or {grade: subjects for grade, (subjects, _) in STRATA.items()}
    grades = [
        Grade("public_credit", subject(grade, number), Decimal(70), grade)
        for grade, subjects in counts.items()
        for number in range(subjects)
    ]
    set_candidates(owner, as_of, [*grades, Grade("public_credit", "S-new", Decimal(70), "A")])
    owner.execute(
        "insert into candidate.grade_band select rulebook_id, 4, rulebook_version, 'C', '中', 'C', 50, true, 60, false,"
        " null, null from candidate.rulebook;"
        "update candidate.measure set inspections_per_year = 4;"
        # every third subject elsewhere, one without a grade
        "update candidate.grade set division_code = case right(subject_key, 1) when '0' then null else '500102' end"
        " where right(subject_key, 1) in ('0', '3', '6', '9');"
        "update candidate.grade set grade = null, city_grade = null, grade_status = 'no_grade'"
        " where subject_key = 'S-new'"
    )
    publish(owner, verified_run(owner, as_of))


def write_list(folder: Path, *items: dict[str, Any], department: str = "market_regulation") -> Path:
    folder.mkdir(exist_ok=True)
    # copied: what stands in two items would be written as an alias, which no file of the project has
    document = {"department": department, "items": [deepcopy(item) for item in items]}
    content = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    (folder / f"{department}.yml").write_text(content, encoding="utf-8")
    return folder


def add_inspectors(owner: psycopg.Connection[Any], many: int, line: str = "登记") -> None:
    owner.execute(
        "insert into thematic_public_credit.inspector select 'r' || nr, 'P:' || nr, 'Z' || nr, '市监局', null, %s,"
        " null, true, timestamptz '2026-01-01', null from generate_series(1, %s) as nr",
        (line, many),
    )


def commit(
    owner: psycopg.Connection[Any], seed: str = SEED, item: str = "registered_matters", begins: date = APRIL
) -> str:
    return commit_draw(owner, item, begins, sha256(seed.encode()).hexdigest(), "王五")


def draw(owner: psycopg.Connection[Any], seed: str = SEED, begins: date = APRIL) -> str:
    number = commit(owner, seed, begins=begins)
    assert make_draw(owner, number, seed, "王五")
    return number


def prepared(owner: psycopg.Connection[Any], folder: Path, inspectors: int = 12, **changed: Any) -> None:
    """A release, the list with one item, and the directory."""
    owner.execute(THEMATIC)
    release(owner)
    load_supervision_list(owner, write_list(folder / "list", ITEM | changed))
    add_inspectors(owner, inspectors)


@contextmanager
def database(cluster: EmbeddedPostgres, template: str, name: str) -> Iterator[psycopg.Connection[Any]]:
    """A prepared database that a whole module may share."""
    cluster.create_database(name, template=template)
    with psycopg.connect(cluster.url(name), autocommit=True) as owner:
        yield owner
    with psycopg.connect(cluster.url(), autocommit=True) as server:
        server.execute(f'drop database "{name}" with (force)'.encode())
