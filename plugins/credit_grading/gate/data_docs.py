"""Build Data Docs from the verdicts: static pages in Chinese that open without internet.

Our own pages show what a reviewer needs (severity, owner, note, counts, keys, guidance); Great Expectations'
validation pages lie beside them as evidence. Nothing here is on the way to a publication.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from credit_grading import paths
from credit_grading.gate.evidence import KEPT_RUNS
from credit_grading.gate.gx_pages import evidence_pages, write_evidence_pages
from credit_grading.gate.ledger import read_results, read_verdicts
from credit_grading.gate.suites import Check, Suite, load_suites
from credit_grading.gate.verdict import GATES_ZH, SEVERITIES_ZH, STATUSES_ZH

PAGES = Path(__file__).parent / "pages"
CITY_TIME = ZoneInfo("Asia/Shanghai")
GRADES = ["A", "B", "C", "D", "E"]

# Moves of city grades in a release, as (from, to, subjects).
MOVES = """
    select previous_city_grade, city_grade, count(*)
    from sharing.grade_change
    where publication_id = %s and change = 'changed' and previous_city_grade <> city_grade
    group by previous_city_grade, city_grade
"""


def site_folder() -> Path:
    """Where the pages are."""
    return paths.state() / "data_docs"


def build_data_docs(run_id: int | None = None, connection: psycopg.Connection | None = None) -> Path:
    """Write the pages of the newest verdicts and return the path of the index page.

    Args:
        run_id: a run whose verdicts are shown even where they are not among the newest.
        connection: the warehouse (default: the configured one).

    Safe to repeat and to run at once from several processes: each page is replaced as a whole.
    """
    if connection is None:
        from credit_grading.warehouse.connection import connect

        with connect(autocommit=True) as own:
            return build_data_docs(run_id, own)
    folder = site_folder()
    folder.mkdir(parents=True, exist_ok=True)
    verdicts = read_verdicts(connection, KEPT_RUNS)
    shown = {verdict["verdict_id"] for verdict in verdicts}
    if run_id is not None:
        verdicts += [one for one in read_verdicts(connection, KEPT_RUNS, run_id) if one["verdict_id"] not in shown]
    suites = load_suites()
    _write_guidance(folder, suites)
    write_evidence_pages(folder / "gx", {verdict["verdict_id"] for verdict in verdicts}, _frame)
    for verdict in verdicts:
        _write_verdict(folder, verdict, connection)
    _write(folder / "index.html", _page("index.html", root="", verdicts=verdicts))
    _drop_old_pages(folder, verdicts)
    return folder / "index.html"


def _write_verdict(folder: Path, verdict: dict[str, Any], connection: psycopg.Connection) -> None:
    results = read_results(connection, verdict["verdict_id"])
    moves: dict[tuple[str, str], int] = {}
    if verdict["publication_id"]:
        rows = connection.execute(MOVES, (verdict["publication_id"],)).fetchall()
        moves = {(before, after): count for before, after, count in rows}
    evidence = evidence_pages(folder / "gx", verdict["verdict_id"])
    content = _page("verdict.html", root="", verdict=verdict, results=results, moves=moves, evidence=evidence)
    _write(folder / f"verdict-{verdict['verdict_id']}.html", content)


def _write_guidance(folder: Path, suites: Iterable[Suite]) -> None:
    """One page per check: what it looks at wherever it is used, and the advice written for it."""
    import mistune

    used: dict[str, list[tuple[Suite, Check]]] = {}
    for suite in suites:
        for check in suite.checks:
            used.setdefault(check.check_id, []).append((suite, check))
    for check_id, places in used.items():
        advice = paths.expectations() / "guidance" / f"{check_id}.md"
        text = advice.read_text(encoding="utf-8") if advice.exists() else ""
        content = _page("check.html", root="../", check_id=check_id, places=places, advice=mistune.html(text))
        _write(folder / "checks" / f"{check_id}.html", content)


def _frame(title: str, body: str, root: str) -> str:
    return _page("evidence.html", root=root, title=title, body=body)


def _page(template: str, root: str, **values: Any) -> str:
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["city_time"] = _city_time
    environment.globals.update(gates=GATES_ZH, severities=SEVERITIES_ZH, statuses=STATUSES_ZH, grades=GRADES)
    style = (PAGES / "style.css").read_text(encoding="utf-8")
    return environment.get_template(template).render(root=root, style=style, **values)


def _city_time(moment: datetime) -> str:
    return moment.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M:%S")


def _write(file: Path, content: str) -> None:
    """Replace the page at once: a reader, or a second build, never meets half of it."""
    import tempfile

    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as part:
        part.write(content)
    path = Path(part.name)
    path.chmod(0o644)
    path.replace(file)


def _drop_old_pages(folder: Path, verdicts: list[dict[str, Any]]) -> None:
    kept = {f"verdict-{verdict['verdict_id']}.html" for verdict in verdicts}
    for page in folder.glob("verdict-*.html"):
        if page.name not in kept:
            page.unlink(missing_ok=True)
