"""``credit-grading warnings``: check the rules, and list what holds."""

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg

OpenWarehouse = Callable[[], AbstractContextManager[psycopg.Connection]]

SEVERITY = {"notice": "提示", "attention": "关注", "key": "重点"}


def add_commands(parser: argparse.ArgumentParser, open_warehouse: OpenWarehouse) -> None:
    """Add the commands to the parser of ``warnings``; ``open_warehouse`` gives a prepared autocommit connection."""
    commands = parser.add_subparsers(required=True, metavar="check|list")
    check = commands.add_parser("check", help="检查预警规则 every fault with file and line")
    check.set_defaults(command=_check)
    listing = commands.add_parser("list", help="现有预警 warnings that hold, most serious first")
    listing.add_argument("--subject", help="主体标识 of one subject")
    listing.add_argument("--rulebook", help="评价模型 of one rulebook")
    listing.set_defaults(command=lambda options: _list(options, open_warehouse))


def _check(_: argparse.Namespace) -> int:
    from credit_grading.supervision.warning_rules import read_warning_rules

    for document in read_warning_rules():
        rule = document.data
        print(f"{document.file.name}: 正确 right　{SEVERITY[rule['severity']]}　{rule['title']['zh']}")
    return 0


def _list(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    with open_warehouse() as connection:
        found = connection.execute(
            "select warning_id, severity, message_zh from sharing.warning where is_open"
            " and (%(subject)s::text is null or subject_key = %(subject)s)"
            " and (%(rulebook)s::text is null or rulebook_id = %(rulebook)s)"
            " order by array_position(array['key', 'attention', 'notice'], severity), warning_id",
            {"subject": options.subject, "rulebook": options.rulebook},
        ).fetchall()
    for number, severity, message in found:
        print(f"  {number}　{SEVERITY[severity]}　{message}")
    print(f"现有预警 {len(found)} 项 warnings hold")
    return 0
