"""``credit-grading regrade``: grade a past day again, or what a publication released."""

import argparse
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import psycopg

from credit_grading.evaluation.regrade import Regraded, regrade, reproduce

CITY_TIME = ZoneInfo("Asia/Shanghai")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``regrade``."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="评价日期 the day to grade")
    what.add_argument(
        "--publication", type=int, metavar="N", help="重现一次发布 grade again what publication N released"
    )
    parser.add_argument(
        "--known-at", default="now", metavar="now|then|TIMESTAMP",
        help="数据截止 what is known: now (default), then (end of the day graded), or a moment in city time",
    )  # fmt: skip
    parser.add_argument(
        "--rulebook", nargs="+", default=[], metavar="id@version",
        help="指定版本 versions that apply instead of those in force that day",
    )  # fmt: skip


def run(connection: psycopg.Connection, options: argparse.Namespace) -> Regraded:
    """What the options ask for. Raises ValueError where they do not go together."""
    if options.publication is not None:
        if options.rulebook or options.known_at != "now":
            raise ValueError("一次发布只能按原样重现 a publication is reproduced with its own rulebooks and knowledge")
        return reproduce(connection, options.publication)
    moment = known_at(options.known_at, options.as_of)
    return regrade(connection, options.as_of, moment, versions=versions(options.rulebook))


def known_at(text: str, as_of: date) -> datetime | None:
    """The moment that ``now`` (None), ``then`` or a timestamp means; city time unless it says otherwise.

    Raises ValueError for anything else.
    """
    if text == "now":
        return None
    if text == "then":
        return datetime.combine(as_of, time.max, CITY_TIME)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"--known-at 应为 now, then 或时刻 is now, then or a moment, not '{text}'") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=CITY_TIME)


def versions(names: list[str]) -> dict[str, str]:
    """Rulebook → version, from ``id@version`` each. Raises ValueError for another form or a rulebook named twice."""
    found: dict[str, str] = {}
    for name in names:
        rulebook_id, _, version = name.partition("@")
        if not version or rulebook_id in found:
            raise ValueError(f"应为 id@version，每个模型一次 write id@version, each rulebook once, not '{name}'")
        found[rulebook_id] = version
    return found


def told(result: Regraded) -> list[str]:
    """What was computed in a few lines, for the screen and the log."""
    lines = [
        f"重新评价 regraded {result.as_of}，数据截止 known until "
        f"{result.knowledge_at.astimezone(CITY_TIME):%Y-%m-%d %H:%M:%S}：{result.grades:,} 个等级 grades "
        f"→ {result.schema}.grade"
    ]
    lines += [
        f"  {count.rulebook_id}@{count.rulebook_version}  {count.city_grade or '—'}  {count.grades:,}"
        for count in result.counts
    ]
    if result.publication_id is not None:
        lines += [
            f"与第 {result.publication_id} 次发布不同 different from publication {result.publication_id}: "
            f"{result.different}"
        ]
        lines += [f"  {difference}" for difference in result.differences]
        if result.different and not result.same_engine:
            lines += ["  评价程序在那次发布之后变过 the evaluation itself has changed since that publication"]
    return lines
