"""``credit-grading rulebook``: check rulebooks, explain one as a rule sheet, say what changed between two."""

import argparse
import sys
from pathlib import Path


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add the three commands to the parser of ``rulebook``."""
    commands = parser.add_subparsers(required=True, metavar="check|explain|diff")
    check = commands.add_parser("check", help="检查规则文件 every fault with file and line")
    check.add_argument(
        "place", nargs="?", type=Path, help="folder or file (default: all rulebooks, published ones too)"
    )
    check.set_defaults(command=_check)
    explain = commands.add_parser("explain", help="规则表 the rulebook in plain words, for signature")
    explain.add_argument("rulebook", help="file, or id@version such as public_credit@2026-01")
    explain.add_argument(
        "--output", type=Path, help="write to this file: .html or .md (default: Markdown on the screen)"
    )
    explain.set_defaults(command=_explain)
    diff = commands.add_parser("diff", help="规则变化 what changed from one version to another, in words")
    diff.add_argument("old", help="file, or id@version")
    diff.add_argument("new", help="file, or id@version")
    diff.set_defaults(command=_diff)
    for command in (explain, diff):
        command.add_argument("--language", choices=("zh", "en"), default="zh")


def _check(options: argparse.Namespace) -> int:
    from credit_grading.rulebook.collection import check_places
    from credit_grading.rulebook.compile import content_hash
    from credit_grading.rulebook.problem import short

    documents = check_places(options.place)
    problems = sorted({problem for document in documents for problem in document.problems})
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} 处错误 faults; {len(documents)} 个文件 files", file=sys.stderr)
        return 1
    for document in documents:
        data = document.data
        print(
            f"{short(document.file)}: 正确 right　{data['title']['zh']} {data['title']['en']}　"
            f"{data['in_force']['from']} → {data['in_force']['until'] or '…'}　{content_hash(document)[:12]}"
        )
    return 0


def _explain(options: argparse.Namespace) -> int:
    from credit_grading.rulebook.collection import names_in, one_rulebook
    from credit_grading.rulebook.sheet import rule_sheet
    from credit_grading.rulebook.sheet_pages import html, markdown

    output: Path | None = options.output
    if output and output.suffix not in (".html", ".md"):
        raise ValueError(f"规则表只能写成 a rule sheet is written as .html or .md, not {output.name}")
    document = one_rulebook(options.rulebook)
    sheet = rule_sheet(document, names_in(document, options.language))
    if output is None:
        print(markdown(sheet), end="")
        return 0
    text = html(sheet, options.language) if output.suffix == ".html" else markdown(sheet)
    output.write_text(text, encoding="utf-8")
    print(f"已写入 written: {output}")
    return 0


def _diff(options: argparse.Namespace) -> int:
    from credit_grading.rulebook.collection import names_in, one_rulebook
    from credit_grading.rulebook.diff import differences

    old, new = one_rulebook(options.old), one_rulebook(options.new)
    names = names_in(new, options.language)
    lines = differences(old, new, names)
    print("\n".join(lines) if lines else names.say("没有变化", "nothing changed"))
    return 0
