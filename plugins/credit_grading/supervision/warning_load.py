"""Load the warning rules: all of them or, where one is wrong, none. A loaded version never changes but for its end."""

from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from credit_grading.rulebook.compile import content_hash
from credit_grading.rulebook.document import Document
from credit_grading.rulebook.read import raise_if_wrong
from credit_grading.supervision.warning_rules import read_warning_rules

# two loaders at once must not insert the same version twice; any number that nobody else uses
LOAD_LOCK = 7_220_193

PARAMETERS = ("levels_at_least", "months", "points_at_least", "distance_at_most", "days_before")


def load_warning_rules(
    connection: psycopg.Connection[Any], folder: Path | None = None, rulebooks: list[Document] | None = None
) -> list[str]:
    """Check every rule of a folder and load the new ones in one transaction.

    Args:
        connection: to a prepared warehouse.
        folder: default ``dbt_project/warning_rules``.
        rulebooks: checked rulebooks that the rules may name; default the project's.

    Returns ``<id>@<version>`` of what was loaded now. Raises RulebookError with every problem, by file and line; then
    nothing was written.
    """
    documents = read_warning_rules(folder, rulebooks)
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (LOAD_LOCK,))
        known = {
            (rule_id, version): (digest, until)
            for rule_id, version, digest, until in connection.execute(
                "select rule_id, rule_version, content_hash, in_force_until::text from sharing.warning_rule"
            )
        }
        for document in documents:
            _check_unchanged(document, known)
        raise_if_wrong(documents)
        new = [one for one in documents if (one.data["id"], one.data["version"]) not in known]
        for document in new:
            _insert(connection, "warning_rule", [_rule(document)])
            _insert(connection, "warning_scope", _scopes(document))
        for document in documents:
            connection.execute(
                "update sharing.warning_rule set in_force_until = %s, source_text = %s"
                " where rule_id = %s and rule_version = %s and in_force_until is null and %s::date is not null",
                (
                    document.data["in_force"]["until"], document.text, document.data["id"], document.data["version"],
                    document.data["in_force"]["until"],
                ),
            )  # fmt: skip
    return [f"{document.data['id']}@{document.data['version']}" for document in new]


def _check_unchanged(document: Document, known: dict[tuple[str, str], tuple[str, str | None]]) -> None:
    data = document.data
    if (data["id"], data["version"]) not in known:
        return
    digest, until = known[data["id"], data["version"]]
    if content_hash(document) != digest:
        document.problem(
            ("version",),
            f"{data['id']} {data['version']} 已按其他内容加载，修改须用新版本"
            "（this version was loaded with other content: a change needs a new version）",
        )
    if until and data["in_force"]["until"] != until:
        document.problem(("in_force", "until"), f"该版本已定于 {until} 终止，不再更改（an end once set stays）")


def _rule(document: Document) -> dict[str, Any]:
    data = document.data
    return {
        "rule_id": data["id"],
        "rule_version": data["version"],
        "kind": data["kind"],
        "severity": data["severity"],
        "title_zh": data["title"]["zh"],
        "title_en": data["title"]["en"],
        "in_force_from": data["in_force"]["from"],
        "in_force_until": data["in_force"]["until"],
        **{name: data.get("parameters", {}).get(name) for name in PARAMETERS},
        "legal_basis": data["legal_basis"],
        # like a rulebook's, without `in_force.until`: the day on which a version ends is decided with its successor
        "content_hash": content_hash(document),
        "source_text": document.text,
    }


def _scopes(document: Document) -> list[dict[str, Any]]:
    return [
        {
            "rule_id": document.data["id"],
            "rule_version": document.data["version"],
            "rulebook_id": watched["rulebook"],
            "indicator_id": watched.get("indicator", ""),
            "limit_id": watched.get("limit", ""),
        }
        for watched in document.data["watches"]
    ]


def _insert(connection: psycopg.Connection[Any], table: str, rows: list[dict[str, Any]]) -> None:
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier("sharing", table),
        sql.SQL(", ").join(map(sql.Identifier, rows[0])),
        sql.SQL(", ").join(map(sql.Placeholder, rows[0])),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
