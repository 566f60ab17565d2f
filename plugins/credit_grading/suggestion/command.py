"""``credit-grading feed suggest``: bounds from history as YAML to paste, each with its reason, and the difference."""

import argparse
import json
from collections.abc import Iterable
from textwrap import wrap
from typing import Any

import psycopg

from credit_grading.suggestion.propose import Proposal, Suggestion, suggest

WIDTH = 110


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``feed suggest``."""
    parser.add_argument("--department", help="id of a department (default: every one)")
    parser.add_argument("--feed", help="id of a feed (default: every one)")


def run(connection: psycopg.Connection, options: argparse.Namespace) -> str:
    """Suggestions for the chosen feeds as text. No file and no table is written.

    Raises LookupError where no department file names such a feed.
    """
    from credit_grading.contract.load import load_contracts
    from credit_grading.department.load import DepartmentFileError, load_departments

    try:
        departments = load_departments()
    except DepartmentFileError as mistakes:
        departments = mistakes.departments
    contracts = load_contracts()
    chosen = [
        (department, feed)
        for department in departments
        for feed in department.feeds
        if options.department in (None, department.id) and options.feed in (None, feed.id)
    ]
    if not chosen:
        raise LookupError(
            f"没有这样的数据源（there is no such feed）: {options.department or '*'}/{options.feed or '*'}"
        )
    return "\n\n".join(
        told(suggest(connection, department, feed, contracts[feed.contract_id])) for department, feed in chosen
    )


def told(suggestion: Suggestion) -> str:
    """One feed's suggestion: a fragment for its entry in the department file, then what would change."""
    department, feed = suggestion.department, suggestion.feed
    lines = [
        f"# {department.title_zh}·{feed.title_zh}　dags/departments/{department.id}.yml → feeds → {feed.id}",
        f"# {suggestion.looked_at}",
    ]
    top = [proposal for proposal in suggestion.proposals if proposal.key == "due"]
    beneath = [proposal for proposal in suggestion.proposals if proposal.key != "due"]
    lines += _fragment(top, 4)
    lines += ["    assertions:"] if any(proposal.proposed is not None for proposal in beneath) else []
    lines += _fragment(beneath, 6)
    return "\n".join([*lines, "# 与现值之差 difference to the file:", *_difference(suggestion.proposals)])


def _fragment(proposals: Iterable[Proposal], indent: int) -> list[str]:
    space = " " * indent
    lines = []
    for proposal in proposals:
        text = f"{proposal.key}：{proposal.reason}" if proposal.proposed is None else proposal.reason
        lines += [f"{space}# {line}" for line in wrap(text, WIDTH - indent)]
        if proposal.proposed is not None:
            lines.append(f"{space}{proposal.key}: {_yaml(proposal.proposed)}")
    return lines


def _difference(proposals: Iterable[Proposal]) -> list[str]:
    lines = []
    for proposal in proposals:
        if proposal.proposed is not None and proposal.proposed != proposal.current:
            lines += [
                f"# - {proposal.key}: {_yaml(proposal.current)}",
                f"# + {proposal.key}: {_yaml(proposal.proposed)}",
            ]
    return lines or ["#   没有差别 none"]


def _yaml(value: Any) -> str:
    """A value in YAML's flow style; JSON is YAML, and names and numbers need no quotes."""
    if value is None:
        return "（未写 not said）"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False).replace('"', "")
