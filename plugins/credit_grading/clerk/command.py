"""``credit-grading feed``: check a file before it is delivered, and make the templates to fill in."""

import argparse
import sys
from functools import partial
from pathlib import Path

from credit_grading.clerk.check import UNUSABLE
from credit_grading.department.model import Department, Feed
from credit_grading.quarantine.command import OpenWarehouse
from credit_grading.suggestion import command as suggesting


def add_commands(parser: argparse.ArgumentParser, warehouse: OpenWarehouse) -> None:
    """Add the commands to the parser of ``feed``. ``warehouse`` opens the one whose history is looked at."""
    commands = parser.add_subparsers(required=True, metavar="check|template|suggest")
    check = commands.add_parser(
        "check",
        help="检查文件 what receiving and staging would say of a file; exit code 0 clean, 1 rejected rows, 2 unusable",
    )
    check.add_argument("file", type=Path)
    check.add_argument("--department", required=True)
    check.add_argument("--feed", required=True)
    check.add_argument("--format", choices=("text", "html", "xlsx"), help="xlsx: a copy with every mistake marked")
    check.add_argument("--output", type=Path, help="write the report to this file (html and xlsx need one)")
    check.set_defaults(command=_check)
    template = commands.add_parser("template", help="报送模板 an XLSX to fill in, with headings, types and choices")
    template.add_argument("output", nargs="?", type=Path, help="the file to write")
    template.add_argument("--department")
    template.add_argument("--feed")
    template.add_argument("--all", type=Path, metavar="FOLDER", help="a template for every feed of every department")
    template.set_defaults(command=_template)
    suggestion = commands.add_parser(
        "suggest", help="建议断言和报送日 propose bounds and a due day from history; edits nothing"
    )
    suggesting.add_arguments(suggestion)
    suggestion.set_defaults(command=partial(_suggest, warehouse))


def _check(options: argparse.Namespace) -> int:
    from credit_grading.department.choose import choose_department, choose_feed

    kind = options.format or (options.output.suffix.lstrip(".") if options.output else "text")
    kind = kind if kind in ("html", "xlsx") else "text"
    try:
        if kind != "text" and options.output is None:
            raise ValueError(f"{kind} 须用 --output 指明文件（needs --output）")
        if options.output and options.output.resolve() == options.file.resolve():
            raise ValueError("报告不能覆盖被检查的文件（the report must not replace the checked file）")
        department = choose_department(options.department)
        return _checked(options, kind, department, choose_feed(department, options.feed))
    except (ValueError, LookupError, OSError) as problem:
        # 1 means rejected rows
        print(f"\n{type(problem).__name__}: {problem}", file=sys.stderr)
        return UNUSABLE


def _checked(options: argparse.Namespace, kind: str, department: Department, feed: Feed) -> int:
    from credit_grading.clerk.check import check_file
    from credit_grading.clerk.report import as_page, as_text, write_copy
    from credit_grading.clerk.scratch import scratch_warehouse

    with scratch_warehouse() as connection:
        verdict = check_file(connection, department, feed, options.file)
        is_written = options.output is not None and (kind != "xlsx" or verdict.exit_code != UNUSABLE)
        if kind == "xlsx" and is_written:
            write_copy(connection, verdict, options.output)
    if kind != "xlsx" and is_written:
        text = as_page(verdict) if kind == "html" else as_text(verdict)
        options.output.write_text(text, encoding="utf-8")
    if kind != "text" or not is_written:
        print(as_text(verdict))
    if is_written:
        print(f"\n已写入 written: {options.output}")
    return verdict.exit_code


def _template(options: argparse.Namespace) -> int:
    from credit_grading.clerk.template import write_template
    from credit_grading.department.choose import choose_department, choose_feed
    from credit_grading.department.load import load_departments

    if options.all:
        written = 0
        for department in load_departments():
            for feed in department.feeds:
                write_template(department, feed, options.all / department.id / f"{feed.id}.xlsx")
                written += 1
        print(f"已写入 written: {written} 个模板 templates → {options.all}")
        return 0
    if not (options.output and options.department and options.feed):
        raise ValueError("须指明 --department、--feed 和文件，或 --all 文件夹（or --all）")
    department = choose_department(options.department)
    write_template(department, choose_feed(department, options.feed), options.output)
    print(f"已写入 written: {options.output}")
    return 0


def _suggest(warehouse: OpenWarehouse, options: argparse.Namespace) -> int:
    with warehouse() as connection:
        print(suggesting.run(connection, options))
    return 0
