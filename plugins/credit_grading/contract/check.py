"""What can be wrong with a contract, each mistake as one plain sentence."""

import re
from difflib import get_close_matches
from typing import Any

from credit_grading.contract.model import LANDING_COLUMNS

DATA_TYPES = ("text", "date", "numeric", "integer", "boolean")
CHECKS = ("credit_code", "division_code", "catalogue_item", "not_in_future", "positive", "not_negative")
CONTRACT_KEYS = ("title_zh", "standard", "natural_key", "subject", "version_column", "plausible_maximum", "layouts")
COLUMN_KEYS = (
    "headers", "required", "header_required", "check", "unit", "header_units", "values", "open_ended", "null_markers",
    "personal", "part_of",
)  # fmt: skip
UNITS = ("yuan", "ten_thousand_yuan")
SUBJECT_KEYS = (
    "credit_code", "organisation_code", "registration_number", "name", "local_id", "person_id", "person_name",
)  # fmt: skip
RESERVED_TABLES = ("batch", "feed_attempt", "snapshot", "person_key", "person_key_succession")
# Postgres cuts identifiers at 63 bytes
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")


def contract_problems(stem: str, table: dict[str, Any], meta: dict[str, Any], columns: list[str]) -> list[str]:
    """Mistakes of the table itself: its name, its meta, and references to columns that do not exist."""
    name = str(table.get("name"))
    problems = unknown_keys("meta", meta, CONTRACT_KEYS)
    if name != stem:
        problems.append(f"the table is called '{name}', the file '{stem}': they must be the same")
    if not IDENTIFIER.fullmatch(name) or name in RESERVED_TABLES:
        problems.append(f"'{name}' cannot be a table name: small letters, digits and _, and not {RESERVED_TABLES}")
    if not meta.get("title_zh"):
        problems.append("meta.title_zh is missing")
    if not columns:
        problems.append("the table has no columns")
    repeated = sorted({column for column in columns if columns.count(column) > 1})
    problems += [f"column '{column}' is declared more than once" for column in repeated]
    return problems + _reference_problems(meta, columns)


def _reference_problems(meta: dict[str, Any], columns: list[str]) -> list[str]:
    problems = []
    natural_key = meta.get("natural_key")
    subject = meta.get("subject")
    if not isinstance(natural_key, list) or not natural_key:
        problems.append("meta.natural_key must be a list of at least one column")
        natural_key = []
    if not isinstance(subject, dict):
        problems.append(f"meta.subject is missing: it names the columns of {', '.join(SUBJECT_KEYS)}")
        subject = {}
    problems += unknown_keys("meta.subject", subject, SUBJECT_KEYS)
    if subject.get("person_name") and not subject.get("person_id"):
        problems.append("meta.subject names a person_name but no person_id, the column of the identity number")
    references = [("meta.natural_key", value) for value in natural_key]
    references += [(f"meta.subject.{key}", value) for key, value in subject.items() if value is not None]
    if meta.get("version_column") is not None:
        references.append(("meta.version_column", meta["version_column"]))
    for place, value in references:
        if value not in columns:
            problems.append(f"{place} names '{value}', which is not a column{suggestion(str(value), columns)}")
    return problems


def column_problems(column: dict[str, Any], meta: dict[str, Any]) -> list[str]:
    """Mistakes of one column."""
    name = str(column.get("name"))
    place = f"column '{name}'"
    problems = unknown_keys(f"{place} meta", meta, COLUMN_KEYS)
    if not IDENTIFIER.fullmatch(name):
        problems.append(f"{place}: a name is small letters, digits and _, starting with a letter")
    if name in LANDING_COLUMNS:
        problems.append(f"{place}: this name is kept for landing's own columns {LANDING_COLUMNS}")
    if column.get("data_type") not in DATA_TYPES:
        problems.append(f"{place}: data_type is '{column.get('data_type')}', must be one of {', '.join(DATA_TYPES)}")
    problems += _shape_problems(place, meta)
    checks = meta.get("check") or []
    for check in checks if isinstance(checks, list) else [checks]:
        if check not in CHECKS:
            problems.append(f"{place}: there is no check '{check}'{suggestion(str(check), list(CHECKS))}")
    return problems


def _shape_problems(place: str, meta: dict[str, Any]) -> list[str]:
    problems = []
    for flag in ("required", "header_required", "personal"):
        if not isinstance(meta.get(flag, False), bool):
            problems.append(f"{place}: {flag} must be true or false")
    for key in ("headers", "open_ended", "null_markers"):
        if not isinstance(meta.get(key) or [], list):
            problems.append(f"{place}: {key} must be a list")
    if not isinstance(meta.get("values") or {}, dict):
        problems.append(f"{place}: values must map received words to canonical ones")
    if not isinstance(meta.get("header_units") or {}, dict):
        problems.append(f"{place}: header_units must map headings to units")
    if meta.get("unit") is not None and meta["unit"] not in UNITS:
        problems.append(f"{place}: unit is '{meta['unit']}', must be one of {', '.join(UNITS)}")
    return problems


def unknown_keys(place: str, mapping: dict[str, Any], known: tuple[str, ...]) -> list[str]:
    """One sentence per key that nobody reads."""
    return [
        f"{place}: '{key}' is not a known key{suggestion(str(key), list(known))}" for key in mapping if key not in known
    ]


def suggestion(word: str, known: list[str]) -> str:
    """The known word that may have been meant, as the end of a sentence."""
    close = get_close_matches(word, known, 1)
    return f"; did you mean '{close[0]}'?" if close else ""
