"""What a reader wants to see after a run, read from the warehouse: counts, grades, verdicts, one explained grade."""

import unicodedata
from typing import Any

import psycopg

GRADES = ("A", "B", "C", "D", "E")

FEEDS = """
select
    batch.department_id,
    batch.feed_id,
    sum(batch.row_count) as landed,
    coalesce(sum(staged.accepted), 0) as accepted,
    coalesce(sum(staged.quarantined), 0) as quarantined,
    sum(batch.row_count) filter (where staged.batch_id is null) as waiting
from landing.batch as batch
left join staging.staged_batch as staged on staged.batch_id = batch.batch_id
group by batch.department_id, batch.feed_id
order by batch.department_id, batch.feed_id
"""

GRADED = """
select rulebook_id, rulebook_version, city_grade, count(*)
from sharing.grade
group by rulebook_id, rulebook_version, city_grade
order by rulebook_id, rulebook_version
"""

DATA_AGE = """
select rulebook_id, count(*), max(age_days), count(*) filter (where is_carried_over),
    string_agg(
        format('%s（%s 天 days）', title_zh, coalesce(age_days::text, '?')), '；' order by department_id, feed_id
    ) filter (where is_carried_over)
from sharing.rulebook_data_age
group by rulebook_id
order by rulebook_id
"""

VERDICTS = """
select result.suite, verdict.gate, verdict.outcome,
    count(*), count(*) filter (where result.status = 'passed'),
    count(*) filter (where result.status = 'failed' and result.severity <> 'fatal'),
    count(*) filter (where result.status = 'not_applicable')
from quality.verdict as verdict
inner join quality.check_result as result on result.verdict_id = verdict.verdict_id
where verdict.run_id = (select max(run_id) from quality.verdict)
group by result.suite, verdict.gate, verdict.outcome, verdict.verdict_id
order by verdict.verdict_id, result.suite
"""

# the subject with the most to tell: several records count, and the grade is not the best one
TELLING = """
select grade.rulebook_id, grade.subject_key, grade.facet
from sharing.grade as grade
inner join sharing.contribution as line
    on line.rulebook_id = grade.rulebook_id and line.subject_key = grade.subject_key and line.facet = grade.facet
where line.status = 'hit'
group by grade.rulebook_id, grade.subject_key, grade.facet, grade.city_grade
order by count(*) desc, grade.city_grade desc nulls last, grade.rulebook_id desc, grade.subject_key
limit 1
"""


CHOSEN = """
select rulebook_id, subject_key, facet
from sharing.grade
where subject_key = %s
order by rulebook_id = 'public_credit' desc, rulebook_id, facet
limit 1
"""


def report(connection: psycopg.Connection, subject_key: str | None = None) -> str:
    """Rows per feed, grades per rulebook, age of their data, the gates' verdicts and one explained grade, as text.

    Args:
        connection: to a prepared warehouse.
        subject_key: whose grade is explained; where it has none, the one with the most to tell.
    """
    parts = [
        ("数据 rows per feed", _feeds(connection)),
        ("评价等级 grades per rulebook", _grades(connection)),
        ("数据时效 age of the data behind each rulebook", _data_age(connection)),
        ("闸门 verdicts per suite, last run", _verdicts(connection)),
        ("一个主体的解释 one grade explained", _explained(connection, subject_key)),
    ]
    return "\n\n".join(f"── {title} ──\n{text}" for title, text in parts)


def last_release(connection: psycopg.Connection) -> str | None:
    """One line on the newest publication; None where nothing is published."""
    row = connection.execute(
        "select publication_id, run_id, as_of, grades_added, grades_changed, grades_removed, published_at"
        " from sharing.publication order by publication_id desc limit 1"
    ).fetchone()
    if row is None:
        return None
    number, run_id, as_of, added, changed, removed, at = row
    return (
        f"发布 publication {number} (run {run_id}), as of {as_of}: {added} added, {changed} changed, "
        f"{removed} removed, {at:%Y-%m-%d %H:%M:%S}"
    )


def conservation(connection: psycopg.Connection) -> dict[str, int]:
    """Totals of rows landed, accepted, quarantined and not yet staged."""
    rows = connection.execute(FEEDS).fetchall()
    names = ("landed", "accepted", "quarantined", "waiting")
    return {name: int(sum(row[2 + position] or 0 for row in rows)) for position, name in enumerate(names)}


def _feeds(connection: psycopg.Connection) -> str:
    rows: list[tuple[Any, ...]] = [
        (department, feed, int(landed), int(accepted), int(quarantined), int(waiting or 0))
        for department, feed, landed, accepted, quarantined, waiting in connection.execute(FEEDS)
    ]
    totals = conservation(connection)
    rows.append(("合计 total", "", *totals.values()))
    headings = ("部门 department", "数据源 feed", "接收 landed", "入库 accepted", "隔离 quarantined", "待清洗 waiting")
    return table(headings, rows)


def _grades(connection: psycopg.Connection) -> str:
    counted: dict[str, dict[str | None, int]] = {}
    for rulebook_id, version, grade, count in connection.execute(GRADED):
        counted.setdefault(f"{rulebook_id} {version}", {})[grade] = count
    rows = [
        (name, *(grades.get(grade, 0) for grade in GRADES), grades.get(None, 0), sum(grades.values()))
        for name, grades in counted.items()
    ]
    return table(("评价模型 rulebook", *GRADES, "不评级 none", "合计 total"), rows)


def _data_age(connection: psycopg.Connection) -> str:
    headings = (
        "评价模型 rulebook",
        "数据源 feeds",
        "最旧 oldest, days",
        "沿用旧数据 carried over",
        "哪些 which",
    )
    return table(headings, connection.execute(DATA_AGE).fetchall())


def _verdicts(connection: psycopg.Connection) -> str:
    headings = (
        "检查集 suite",
        "闸门 gate",
        "结论 outcome",
        "检查 checks",
        "通过 passed",
        "警告 warnings",
        "不适用 n/a",
    )
    return table(headings, connection.execute(VERDICTS).fetchall())


def _explained(connection: psycopg.Connection, subject_key: str | None) -> str:
    chosen = connection.execute(CHOSEN, (subject_key,)).fetchone() or connection.execute(TELLING).fetchone()
    if chosen is None:
        return "尚无已发布的等级 nothing is published yet"
    from credit_grading.publication.explain import explain

    rulebook_id, subject_key, facet = chosen
    return str(explain(connection, rulebook_id, subject_key, facet))


def table(headings: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """Columns under headings; a Chinese character is two places wide; numbers are right-aligned."""
    if not rows:
        return "  (无 none)"
    cells = [headings, *(tuple("" if value is None else str(value) for value in row) for row in rows)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(headings))]
    numeric = [all(isinstance(row[column], int) for row in rows) for column in range(len(headings))]
    lines = []
    for row in cells:
        padded = []
        for text, width, is_number in zip(row, widths, numeric, strict=True):
            space = " " * (width - _width(text))
            padded.append(space + text if is_number else text + space)
        lines.append("  " + "  ".join(padded).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
