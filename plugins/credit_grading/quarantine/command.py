"""``credit-grading quarantine``: hand out rejected rows, write them off, and say how long they have been waiting."""

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg

from credit_grading.department.model import Department, Feed

OpenWarehouse = Callable[[], AbstractContextManager[psycopg.Connection]]


AGEING = (
    "部门 department", "数据源 feed", "季度 quarter", "接收 landed", "隔离 rejected", "占比 percent", "已更正 cleared",
    "作废 void", "待更正 open", "最久天数 oldest days", "更正天数中位数 median days",
)  # fmt: skip


def add_commands(parser: argparse.ArgumentParser, open_warehouse: OpenWarehouse) -> None:
    """Add the commands to the parser of ``quarantine``; ``open_warehouse`` gives a prepared autocommit connection."""
    commands = parser.add_subparsers(required=True, metavar="export|void|reopen|ageing")
    export = commands.add_parser("export", help="导出待更正的行 rejected rows as a file that the feed receives again")
    export.add_argument("output", type=Path, help="folder, or a file where one feed is named")
    export.add_argument("--department", help="部门 id of the department (default: all)")
    export.add_argument("--feed", help="数据源 one feed of the department")
    export.add_argument("--format", choices=("xlsx", "csv"), help="default: what the feed reads")
    export.set_defaults(command=lambda options: _export(options, open_warehouse))
    for kind, text in (("void", "作废 these rows will never be corrected"), ("reopen", "撤回作废 take that back")):
        command = commands.add_parser(kind, help=text)
        command.add_argument("reference", nargs="+", help="隔离编号, such as Q12-5")
        command.add_argument("--department", required=True)
        command.add_argument("--reason", required=True, help="理由 why; it is kept")
        command.add_argument("--by", required=True, help="决定人 who; it is kept")
        command.set_defaults(command=lambda options, kind=kind: _decide(options, kind, open_warehouse))
    ageing = commands.add_parser("ageing", help="隔离时效 per feed and quarter: rejected, cleared, open, age")
    ageing.add_argument("--department", help="部门 id of the department (default: all)")
    ageing.set_defaults(command=lambda options: _ageing(options, open_warehouse))


def _departments(department_id: str | None) -> list[Department]:
    from credit_grading.department.choose import choose_department
    from credit_grading.department.load import load_departments

    return [choose_department(department_id)] if department_id else load_departments()


def _export(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.department.choose import choose_feed
    from credit_grading.quarantine.export import default_format, export_feed

    if options.feed and not options.department:
        raise ValueError("--feed 须与 --department 一起使用（--feed needs --department）")
    total = 0
    with open_warehouse() as connection:
        for department in _departments(options.department):
            feeds: list[Feed] = [choose_feed(department, options.feed)] if options.feed else department.feeds
            for feed in feeds:
                kind = options.format or default_format(feed)
                is_file = options.feed and options.output.suffix in (".xlsx", ".csv")
                path = options.output if is_file else options.output / department.id / f"{feed.id}.{kind}"
                if is_file and path.suffix != f".{kind}":
                    raise ValueError(f"文件名应以 .{kind} 结尾（must end in .{kind}, or name the --format）: {path}")
                for file, rows in export_feed(connection, department, feed, path, kind).items():
                    total += rows
                    print(f"  {department.id}/{feed.id}: {rows} 行 rows → {file}")
    print(f"待更正 {total} 行 rows wait to be corrected")
    return 0


def _decide(options: argparse.Namespace, kind: str, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.department.choose import choose_department
    from credit_grading.quarantine.decisions import KINDS, decide

    department = choose_department(options.department)
    with open_warehouse() as connection:
        rows = decide(
            connection, department.id, [feed.contract_id for feed in department.feeds], options.reference,
            kind=kind, reason=options.reason, decided_by=options.by,
        )  # fmt: skip
    print(f"{KINDS[kind]} {rows} 行 rows")
    return 0


def _ageing(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    with open_warehouse() as connection:
        found = connection.execute(
            "select department_id, feed_id, to_char(quarter_begins, 'YYYY\"Q\"Q'), landed_rows, rejected_rows,"
            " coalesce(rejected_percent::text, '—'), cleared_rows, void_rows, open_rows,"
            " coalesce(oldest_open_days::text, '—'), coalesce(median_days_to_clear::text, '—')"
            " from quality.quarantine_ageing where %(department)s::text is null or department_id = %(department)s"
            " order by department_id, feed_id, quarter_begins",
            {"department": options.department},
        ).fetchall()
    print("  ".join(AGEING))
    for row in found:
        print("  ".join(str(cell) for cell in row))
    return 0
