"""``credit-grading draw``: commit to a draw, make it, hand it out, and check one that somebody else made."""

import argparse
import getpass
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from hashlib import sha256
from pathlib import Path

import psycopg

OpenWarehouse = Callable[[], AbstractContextManager[psycopg.Connection]]


def add_commands(parser: argparse.ArgumentParser, open_warehouse: OpenWarehouse) -> None:
    """Add the commands to the parser of ``draw``; ``open_warehouse`` gives a prepared autocommit connection."""
    commands = parser.add_subparsers(required=True, metavar="seed|commit|run|cancel|recuse|export|verify")
    seed = commands.add_parser("seed", help="种子 a new seed and its hash; keep the one, publish the other")
    seed.set_defaults(command=_seed)
    commit = commands.add_parser("commit", help="公布哈希 fix plan, frame and hash of the seed")
    commit.add_argument("item", help="事项 of the supervision list")
    commit.add_argument("period", help="周期 the month in which it begins, YYYY-MM")
    commit.add_argument("commitment", help="SHA-256 of the seed")
    run = commands.add_parser("run", help="抽取 draw with the seed")
    run.add_argument("draw", help="抽取编号, such as registered_matters-2026-01-1")
    run.add_argument("seed", help="种子")
    cancel = commands.add_parser("cancel", help="作废 visible to everybody who may read the draw")
    cancel.add_argument("draw")
    cancel.add_argument("--reason", required=True, help="理由")
    recuse = commands.add_parser("recuse", help="回避 this inspector must not inspect that subject")
    recuse.add_argument("inspector", help="检查人员代码")
    recuse.add_argument("subject", help="主体标识")
    recuse.add_argument("--reason", required=True, help="理由; it is kept")
    recuse.add_argument("--lift", action="store_true", help="解除 take that back")
    export = commands.add_parser("export", help="导出 all that repeating the draw takes, as CSV files")
    export.add_argument("draw")
    export.add_argument("folder", type=Path)
    verify = commands.add_parser("verify", help="复核 draw again from the exported files and compare")
    verify.add_argument("draw", help="抽取编号, or the folder with the exported files")
    for name, action in (("commit", _commit), ("run", _run), ("cancel", _cancel), ("recuse", _recuse)):
        command = {"commit": commit, "run": run, "cancel": cancel, "recuse": recuse}[name]
        command.add_argument("--by", default=getpass.getuser(), help="经办人 who; it is kept")
        command.set_defaults(command=lambda options, action=action: action(options, open_warehouse))
    for command, reading in ((export, _export), (verify, _verify)):
        command.set_defaults(command=lambda options, reading=reading: reading(options, open_warehouse))


def period_begins(text: str) -> date:
    """The first day of a period written as YYYY-MM. Raises ValueError."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as mistake:
        raise ValueError(f"周期应写作 YYYY-MM（a period is written as YYYY-MM）: {text}") from mistake


def _seed(_: argparse.Namespace) -> int:
    from credit_grading.supervision.draw import new_seed

    seed = new_seed()
    print(f"种子 seed (抽取前保密 keep it secret until the draw): {seed}")
    print(f"哈希 commitment (先公布 publish it first): {sha256(seed.encode()).hexdigest()}")
    return 0


def _commit(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.supervision.draw import commit_draw
    from credit_grading.supervision.supervision_list import load_supervision_list

    with open_warehouse() as connection:
        load_supervision_list(connection)
        number = commit_draw(connection, options.item, period_begins(options.period), options.commitment, options.by)
    print(f"已公布 committed: {number}")
    return 0


def _run(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.supervision.draw import make_draw

    with open_warehouse() as connection:
        made = make_draw(connection, options.draw, options.seed, options.by)
        [(subjects,)] = connection.execute(
            "select count(*) from supervision.drawn_subject where draw_number = %s", (options.draw,)
        ).fetchall()
        unassigned = connection.execute(
            "select unassigned_reason, count(*) from supervision.draw_assignment"
            " where draw_number = %s and inspector_code is null group by 1 order by 1",
            (options.draw,),
        ).fetchall()
    print(f"{'抽取完成 drawn' if made else '此前已抽取 was drawn before'}: {subjects} 户 subjects")
    for reason, places in unassigned:
        print(f"  未分派 unassigned, {reason}: {places} 人次 places")
    return 0


def _cancel(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.supervision.draw import cancel_draw

    with open_warehouse() as connection:
        cancel_draw(connection, options.draw, options.reason, options.by)
    print(f"已作废 cancelled: {options.draw}")
    return 0


def _recuse(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.supervision.draw import set_recusal

    with open_warehouse() as connection:
        set_recusal(
            connection, options.inspector, options.subject, is_recused=not options.lift, reason=options.reason,
            recorded_by=options.by,
        )  # fmt: skip
    print(f"{'已解除回避 lifted' if options.lift else '已登记回避 recused'}: {options.inspector} {options.subject}")
    return 0


def _export(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.supervision.draw import export_draw

    with open_warehouse() as connection:
        drawn = export_draw(connection, options.draw, options.folder)
    print(f"{options.draw}: {drawn} 户 subjects → {options.folder}")
    return 0


def _verify(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    from credit_grading.supervision.draw import export_draw
    from credit_grading.supervision.draw_verify import verify_draw

    if Path(options.draw).is_dir():
        differences = verify_draw(Path(options.draw))
    else:
        with tempfile.TemporaryDirectory() as folder:
            with open_warehouse() as connection:
                export_draw(connection, options.draw, Path(folder))
            differences = verify_draw(Path(folder))
    print(*(differences or [f"{options.draw}: 复核一致 the draw is repeated exactly"]), sep="\n")
    return 1 if differences else 0
