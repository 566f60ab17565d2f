"""The verdict on a file in words: on the screen, as a page, or as a copy of the file with its mistakes marked."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template

import psycopg

from credit_grading.clerk.check import Verdict, file_item, rejected_rows
from credit_grading.clerk.marked import MarkedRow, told_and_marked, write_workbook
from credit_grading.contract.headings import heading_of, normalise_heading
from credit_grading.contract.load import load_contract
from credit_grading.landing.changes import own_headings
from credit_grading.landing.corrections import REASON_HEADING, unprotected_rows
from credit_grading.landing.headers import map_header
from credit_grading.landing.problem import as_json

PAGE = Path(__file__).parent / "pages" / "check.html"
CONCLUSIONS = ("通过：全部行都会被接受（clean）", "有行会被隔离（rows would be rejected）", "文件不能使用（unusable）")
LEVELS = {"error": "错误", "warning": "警告", "info": "提示"}
WARNINGS = {
    "repeated_record": "与前面的行完全相同，只计一次（repeated）",
    "no_credit_code": "没有统一社会信用代码，按名称或本部门编号识别（no credit code）",
    "replaced_division": "行政区划代码已停用，按现行代码处理（code no longer in use）",
}

Section = tuple[str, list[tuple[str, ...]]]


def sections(verdict: Verdict) -> list[Section]:
    """The report as titled tables."""
    feed, department = verdict.feed, verdict.department
    facts: list[tuple[str, ...]] = [
        ("文件 file", verdict.file.name),
        ("部门 department", f"{department.title_zh}（{department.id}）"),
        ("数据源 feed", f"{feed.title_zh}（{feed.id}，契约 contract {feed.contract_id}）"),
        *([("编码 encoding", verdict.encoding)] if verdict.encoding else []),
        ("接收结果 outcome", verdict.outcome),
    ]
    if verdict.outcome == "loaded":
        facts += [
            ("行数 rows", f"{verdict.landed}"), ("接受 accepted", f"{verdict.accepted}"),
            ("隔离 rejected", f"{verdict.rejected}"),
        ]  # fmt: skip
    facts.append(("结论 verdict", CONCLUSIONS[verdict.exit_code]))
    found: list[Section] = [("检查结果 Check", facts)]
    if verdict.problems:
        found.append(("文件 File", [_problem_line(problem) for problem in as_json(verdict.problems)]))
    for reason in verdict.reasons:
        title = f"{reason.title}　{reason.rows} 行 rows" + (f"　列 {reason.heading}" if reason.heading else "")
        examples = [(f"第 {row} 行 row", "（空 empty）" if value is None else value) for row, value in reason.examples]
        found.append((title, [("怎么办 advice", reason.advice), *examples]))
    if verdict.warnings:
        notes: list[tuple[str, ...]] = [
            (f"{rows} 行 rows", WARNINGS.get(code, code)) for code, rows in verdict.warnings
        ]
        found.append(("接受但请留意 Accepted, with a note", notes))
    if verdict.seconds:
        found.append(("用时 Time", [(step, f"{seconds} s") for step, seconds in verdict.seconds.items()]))
    return found


def _problem_line(problem: dict[str, object]) -> tuple[str, ...]:
    where = f"第 {problem['row']} 行 " if problem["row"] is not None else ""
    return LEVELS[str(problem["level"])], f"{where}{problem['message']}"


def as_text(verdict: Verdict) -> str:
    """For the screen."""
    parts = []
    for title, lines in sections(verdict):
        parts.append("\n".join([title, *(f"  {'　'.join(line)}" for line in lines)]))
    return "\n\n".join(parts)


def as_page(verdict: Verdict) -> str:
    """One HTML page, whole in itself; nothing from the file is taken for markup."""
    body = []
    for title, lines in sections(verdict):
        cells = ("".join(f"<td>{escape(cell)}</td>" for cell in line) for line in lines)
        body.append(f"<h2>{escape(title)}</h2><table>{''.join(f'<tr>{line}</tr>' for line in cells)}</table>")
    template = Template(PAGE.read_text(encoding="utf-8"))
    return template.substitute(title=escape(f"{verdict.file.name} 检查结果"), body="\n".join(body))


def write_copy(connection: psycopg.Connection, verdict: Verdict, path: Path) -> int:
    """All rows of the checked file as XLSX, mistakes marked; corrected in place, the feed receives it as it is.

    Returns the number of rows. Raises DoesNotFit where the rows do not fit into a sheet.
    """
    source = verdict.feed.source
    contract = load_contract(verdict.feed.contract_id)
    with file_item(verdict.file, verdict.feed, contract).open() as stream:
        kept = [
            position for position, heading in enumerate(stream.header)
            if normalise_heading(heading) != REASON_HEADING
        ]  # fmt: skip
        mapping = map_header(stream.header, contract, own_headings(verdict.feed, contract))
        places = {name: kept.index(position) for name, position in zip(mapping.columns, mapping.positions, strict=True)}
        headings = {column.name: heading_of(column) for column in contract.columns}
        rows = stream.rows
        if mapping.corrects is not None and source["kind"] == "csv":
            rows = unprotected_rows(rows)
        rejected = rejected_rows(connection)

        def marked() -> Iterator[MarkedRow]:
            number, reasons = next(rejected, (0, []))
            for row, values, _ in rows:
                shown = [values[position] for position in kept]
                if row != number:
                    yield MarkedRow([None], shown)
                    continue
                told, marks = told_and_marked(reasons, places, headings)
                yield MarkedRow(["；".join(told)], shown, marks)
                number, reasons = next(rejected, (0, []))

        notes = [line for title, lines in sections(verdict) for line in [(title,), *lines, ()]]
        return write_workbook(
            path, [REASON_HEADING, *(stream.header[position] for position in kept)], marked(), ours=1,
            sheet=source.get("sheet"), header_row=source.get("header_row", 1), notes=notes,
        )  # fmt: skip
