"""``credit-grading roll-back``, ``resume-releases``, ``retention``: what people decide about releases and old data."""

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import psycopg

from credit_grading.platform.today import city_today

OpenWarehouse = Callable[[], AbstractContextManager[psycopg.Connection]]


def add_commands(commands: Any, open_warehouse: OpenWarehouse) -> None:
    """Add the commands to the program's; ``open_warehouse`` gives a prepared autocommit connection."""
    back = commands.add_parser("roll-back", help="回退发布 publish an earlier release again, row for row")
    back.add_argument("publication", type=int, help="恢复到第几次发布 the release that departments shall read again")
    back.add_argument("--reason", required=True, help="理由 why; it is published")
    back.add_argument("--by", required=True, help="决定人 who ordered it; it is published")
    back.add_argument("--keep-releasing", action="store_true", help="不暂停后续发布 do not hold further releases")
    back.set_defaults(command=lambda options: _roll_back(options, open_warehouse))
    resume = commands.add_parser("resume-releases", help="恢复发布 let releases go on that a roll-back held")
    resume.add_argument("--by", required=True, help="决定人 who says that the cause is gone; it is published")
    resume.set_defaults(command=lambda options: _resume(options, open_warehouse))
    retention = commands.add_parser("retention", help="到期数据 what may be removed; removes it on approval")
    steps = retention.add_subparsers(required=True, metavar="preview|apply")
    preview = steps.add_parser("preview", help="预览 show what may be removed, and write the plan down")
    preview.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="基准日 default: today")
    preview.set_defaults(command=lambda options: _preview(options, open_warehouse))
    apply = steps.add_parser("apply", help="执行 remove exactly what a plan showed")
    apply.add_argument("plan", type=int, help="清单编号 number of the newest plan")
    apply.add_argument("--by", required=True, help="批准人 who approved it; it is kept")
    apply.set_defaults(command=lambda options: _apply(options, open_warehouse))


def _roll_back(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.publication.roll_back import roll_back

    with open_warehouse() as connection:
        done = roll_back(
            connection, options.publication, options.reason, options.by, holds_releases=not options.keep_releasing
        )
    print(
        f"发布 publication {done.publication_id} 恢复第 {options.publication} 次发布 restores publication "
        f"{options.publication}: {done.grades_added} added, "
        f"{done.grades_changed} changed, {done.grades_removed} removed"
    )
    return 0


def _resume(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.publication.resume import resume_releases

    with open_warehouse() as connection:
        publication_id = resume_releases(connection, options.by)
    print("没有被暂停的发布 nothing is held" if publication_id is None else "已恢复发布 releases go on")
    return 0


def _preview(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.supervision.retention import preview

    day = options.as_of or city_today()
    with open_warehouse() as connection:
        plan_id, lines = preview(connection, day)
    print(f"第 {plan_id} 号清单 plan {plan_id}" if plan_id else "没有可删除的数据 nothing may be removed")
    print("\n".join(f"  {line}" for line in lines))
    return 0


def _apply(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.supervision.retention import apply

    with open_warehouse() as connection:
        lines = apply(connection, options.plan, options.by)
    print("\n".join(f"  已删除 removed {line}" for line in lines) or "此前已执行 applied before: nothing to do")
    return 0
