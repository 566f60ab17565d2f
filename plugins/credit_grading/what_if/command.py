"""``credit-grading what-if``: try drafts, tell the outcome, write the page."""

import argparse
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import psycopg

from credit_grading import paths
from credit_grading.what_if.page import Row, read_trial, write_page
from credit_grading.what_if.trial import NOISE_PERCENT, run_trial


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``what-if``."""
    parser.add_argument("drafts", nargs="+", type=Path, metavar="DRAFT.yml", help="草案 drafts, <id>@<version>.yml")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, metavar="DATE", help="评价日期 the day (default: of the last results)"
    )
    parser.add_argument(
        "--noise-percent", type=_percent, default=NOISE_PERCENT, metavar="X",
        help="权重扰动幅度 weights are shaken by up to ±X percent (default 10)",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, metavar="PAGE.html", help="网页 where the page goes")


def what_if(connection: psycopg.Connection, options: argparse.Namespace) -> str:
    """Run the trial that the options ask for and write its page; returns what to tell."""
    trial_id = run_trial(connection, options.drafts, options.as_of, noise_percent=options.noise_percent)
    trial = read_trial(connection, trial_id)
    file = options.output or page_file(trial_id)
    write_page(trial, file)
    return "\n".join([*told(trial), f"  网页 page        {file}"])


def page_file(trial_id: int) -> Path:
    """Where the page of a trial goes unless somebody says otherwise."""
    return paths.state() / "what_if" / f"trial-{trial_id}.html"


def told(trial: Row) -> list[str]:
    """A trial in a few lines, for the screen and the log."""
    lines = [f"规则试算 what-if trial {trial['trial_id']} · {trial['as_of']}"]
    for book in trial["rulebooks"]:
        flipped = [
            f"{'现行 current' if row['side'] == 'before' else '草案 draft'} {row['flipped_percent']:.2f}%"
            for row in book["sensitivity"]
            if row["grade"] is None
        ]
        versions = f"{book['version_before'] or '—'} → {book['version_after'] or '—'}"
        lines += [
            f"  {book['title_zh']} {book['rulebook_id']} {versions}",
            f"    参评 graded {book['graded_before']:,} → {book['graded_after']:,}；变动 moved {book['moved']:,}："
            f"上升 up {book['up']:,}，下降 down {book['down']:,}，其他 other {book['otherwise']:,}",
        ]
        if flipped:
            lines += [f"    权重扰动翻转 flips under ±{trial['noise_percent']}% noise: {', '.join(flipped)}"]
    return lines


def _percent(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise argparse.ArgumentTypeError(f"'{text}' is not a number")
    return number
