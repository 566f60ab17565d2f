"""When a record counts, in the words of the rule rather than as one interval."""

import calendar
from datetime import date, datetime, timedelta

Record = dict
MONTHS = ("validity_months", "longest_months")


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_known(record: Record, moment: datetime) -> bool:
    if record["known_from"] > moment:
        return False
    return record["known_until"] is None or record["known_until"] > moment


def counts_on(record: Record, day: date, rule: dict) -> bool:
    """Whether a known record counts on a day under one line of a rulebook."""
    for ended in ("withdrawn_on", "repaired_on"):
        if record[ended] is not None and record[ended] <= day:
            return False
    if record["occurred_on"] > day:
        return False
    if "validity_months" in rule:
        return day < add_months(record["occurred_on"], int(rule["validity_months"]))
    if "longest_months" in rule and day >= add_months(record["occurred_on"], int(rule["longest_months"])):
        return False
    if record["effective_from"] > day:
        return False
    return record["effective_until"] is None or day < record["effective_until"]


def next_change(record: Record, as_of: date, rule: dict) -> date | None:
    """The first day after as_of on which it counts although it did not the day before, or the other way round."""
    days = [
        record[name] for name in ("occurred_on", "effective_from", "effective_until", "withdrawn_on", "repaired_on")
    ]
    days += [add_months(record["occurred_on"], int(rule[name])) for name in MONTHS if name in rule]
    for candidate in sorted(day for day in days if day is not None and day > as_of):
        before = counts_on(record, candidate - timedelta(days=1), rule)
        if counts_on(record, candidate, rule) != before:
            return candidate
    return None


def rule_for(record: Record, rules: list[dict]) -> dict | None:
    """The most exact of the rules that fit the record; a behaviour says more than a severity."""
    fitting = [
        rule
        for rule in rules
        if rule["item"] == record["catalogue_item_id"]
        and rule.get("behaviour", record["behaviour_code"]) == record["behaviour_code"]
        and rule.get("severity", record["severity"]) == record["severity"]
    ]
    return max(fitting, key=lambda rule: ("behaviour" in rule, "severity" in rule), default=None)
