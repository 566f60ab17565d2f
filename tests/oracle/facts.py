"""Facts written by hand, as short as tests/worked_examples/README.md describes them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from tests.oracle.records import Record

KNOWN_FROM = datetime(2020, 1, 2, tzinfo=UTC)
# short name → column
COLUMNS = {
    "behaviour": "behaviour_code", "severity": "severity", "facet": "facet", "case": "case_id", "on": "occurred_on",
    "from": "effective_from", "until": "effective_until", "points": "points_counted", "declared": "points_declared",
    "amount": "amount", "quantity": "quantity", "repaired": "repaired_on", "withdrawn": "withdrawn_on",
}  # fmt: skip
DATES = ("on", "from", "until", "repaired", "withdrawn")
NUMBERS = ("points", "declared", "amount", "quantity")
KEYS = frozenset({"item", "times", *COLUMNS})
_numbers: Iterator[int] = count(1)


def fact(subject: str, item: str, **short: object) -> Record:
    """One record of a subject, complete. Raises ValueError for a key that no record has."""
    if unknown := short.keys() - COLUMNS.keys() - {"known_from", "known_until"}:
        raise ValueError(f"a record has no {', '.join(sorted(unknown))}")
    given = {"on": "2020-01-01"} | short
    given.setdefault("from", given["on"])
    if "points" in given:
        given.setdefault("declared", given["points"])
    identity = f"r{next(_numbers):06d}"
    record: Record = dict.fromkeys(COLUMNS.values()) | {"behaviour_code": "", "severity": "", "facet": ""}
    record |= {
        "record_id": identity, "record_key": identity, "catalogue_item_id": item, "subject_key": subject,
        "reported_subject_key": subject, "department_id": "d", "contract_id": "c", "summary": "算例", "batch_id": 1,
        "row_number": 1, "quantity": Decimal(1), "known_from": given.pop("known_from", KNOWN_FROM),
        "known_until": given.pop("known_until", None),
    }  # fmt: skip
    for name, value in given.items():
        if value is not None:
            record[COLUMNS[name]] = typed(name, value)
    return record


def typed(name: str, value: object) -> object:
    if name in DATES:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    return Decimal(str(value)) if name in NUMBERS else str(value)
