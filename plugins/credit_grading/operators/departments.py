"""Department files as the DAGs need them: the readable ones, the mistakes of the others, and their pages."""

from dataclasses import asdict
from functools import cache

from credit_grading import paths
from credit_grading.department.due import when_due
from credit_grading.department.load import DepartmentFileError, load_departments
from credit_grading.department.model import Department, Feed

# 推进批次
BATCHES = {"improve": "完善优化", "breakthrough": "启动突破", "deploy": "部署推广"}


def readable_departments() -> list[Department]:
    """Departments whose file is right, in order of their id. One file's mistakes do not hide the others."""
    try:
        return load_departments()
    except DepartmentFileError as mistakes:
        return mistakes.departments


def raise_unreadable_departments() -> None:
    """Raise DepartmentFileError with every mistake of every file; return where there is none."""
    load_departments()


@cache
def find_feed(department_id: str, feed_id: str) -> tuple[Department, Feed]:
    """A department and one of its feeds. Raises LookupError, naming the file that should hold them."""
    for department in readable_departments():
        for feed in department.feeds:
            if (department.id, feed.id) == (department_id, feed_id):
                return department, feed
    raise LookupError(f"{paths.departments() / department_id}.yml has no feed {feed_id}, or has mistakes")


def department_page(department: Department) -> str:
    """What the DAG's page says: who, on which legal basis, which feeds, how to re-run. Markdown."""
    feeds = "\n".join(
        f"| `{feed.id}` | {feed.title_zh} | `{feed.contract_id}` | {feed.source['kind']} | {when_due(feed)} "
        f"| {_live_since(feed)} |"
        for feed in department.feeds
    )
    return f"""# {department.title_zh} ({department.title_en})

**Maintainers** {", ".join(department.maintainers)} · **roll-out batch** {BATCHES[department.batch]} \
({department.batch}) · **file** `dags/departments/{department.id}.yml`

**Legal basis (法律依据)**

{_bullets(department.legal_basis)}

| feed | 名称 | contract | source | 报送日 due | 启用日期 live since |
|---|---|---|---|---|---|
{feeds}

A feed that is 计划中 (planned) is expected by nobody and received only where a person starts its DAG; `live_since` in \
the file switches it on.

**Re-run (重跑)**: trigger the DAG again, or clear `receive_<feed>` with its `announce_<feed>`. A batch is known \
by its content: what was landed before is not landed twice, and nothing is replaced. A red feed leaves the other \
feeds and the last good data as they are; its log names file, row and column.
"""


def _live_since(feed: Feed) -> str:
    return feed.live_since.isoformat() if feed.live_since else "计划中 planned"


def feed_page(feed: Feed) -> str:
    """What a receiving task's page says. Markdown."""
    bounds = {name: value for name, value in asdict(feed.assertions).items() if value not in (None, {})}
    return f"""**{feed.title_zh}** {feed.title_en}: contract `{feed.contract_id}`, source {feed.source["kind"]}, \
{feed.cadence}.

Legal basis: {feed.legal_basis}. Assertions: {", ".join(f"{name} {value}" for name, value in bounds.items())}. \
报送日 Due: {when_due(feed)}.
"""


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
