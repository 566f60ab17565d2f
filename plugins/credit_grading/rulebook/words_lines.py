"""Words for lines of records: which records, how long they count, what they are worth, what a repair gives back."""

from collections.abc import Iterator
from typing import Any

from credit_grading.rulebook.words import Fact, Names, plain

Row = dict[str, Any]

SEVERITIES_ZH = {"serious": "严重", "ordinary": "一般", "minor": "轻微"}


def line_facts(names: Names, what: str, lines: list[Row], year_begins: str | None) -> Iterator[Fact]:
    """Facts of each line, one group per line. `what` says what the lines are for; `year_begins` is MM-DD or None."""
    for line in lines:
        group = names.say(f"{what}{records_of(names, line)}", f"{what} {records_of(names, line)}")
        yield Fact(group, names.say("计入期", "time"), validity(names, line, year_begins))
        if "points" in line:
            points = plain(line["points"])
            yield Fact(group, names.say("分值", "points"), names.say(f"每条固定{points}分", f"{points} points each"))
        if "decay" in line:
            yield Fact(group, names.say("衰减", "fading"), decay(names, line["decay"]))
        if "repair" in line:
            yield Fact(group, names.say("修复返还", "repair"), repair(names, line["repair"]))


def records_of(names: Names, line: Row) -> str:
    """Which records a line takes."""
    narrowing = []
    if "behaviour" in line:
        narrowing.append(names.say(f"行为代码 {line['behaviour']}", f"behaviour {line['behaviour']}"))
    if "severity" in line:
        severity = SEVERITIES_ZH.get(line["severity"], line["severity"])
        narrowing.append(names.say(f"严重程度：{severity}", f"severity {line['severity']}"))
    title = names.quoted(names.item(line["item"]))
    if not narrowing:
        return title
    return names.say(f"{title}（{'，'.join(narrowing)}）", f"{title} ({', '.join(narrowing)})")


def validity(names: Names, line: Row, year_begins: str | None) -> str:
    """How long a record counts."""
    if "validity_months" in line:
        months = names.months(line["validity_months"])
        text = names.say(
            f"自发生之日起计{months}，不论记录自身有效期",
            f"{months} from the day it occurred, whatever its own validity",
        )
    elif "longest_months" in line:
        months = names.months(line["longest_months"])
        text = names.say(
            f"记录自身有效期内，自发生之日起最长{months}",
            f"while it is valid, at most {months} from the day it occurred",
        )
    else:
        text = names.say("记录自身有效期内", "while it is valid")
    if line.get("until_cycle_end"):
        day = month_day(names, year_begins or "")
        text += names.say(
            f"，并于下一计分年度开始（{day}）时清零", f", and cleared when the next year of points begins ({day})"
        )
    return text


def month_day(names: Names, text: str) -> str:
    """MM-DD as a day of the year."""
    if not text:
        return text
    month, day = (int(part) for part in text.split("-"))
    return names.say(f"每年{month}月{day}日", text)


def decay(names: Names, steps: list[Row]) -> str:
    """How the points of a record fade."""
    return names.list(
        [
            names.say(
                f"自发生之日起满{names.months(step['from_months'])}后按{plain(step['percent'])}%计",
                f"{plain(step['percent'])} percent from {names.months(step['from_months'])} after the day it occurred",
            )
            for step in steps
        ]
    )


def repair(names: Names, steps: list[Row]) -> str:
    """What a repair gives back, step by step."""
    texts = [_step(names, step) for step in steps]
    if _conditions(names, steps[-1]):
        texts.append(names.say("其余情形不返还", "otherwise nothing is returned"))
    lead = names.say("修复后继续计入，但返还部分分值：", "goes on counting after its repair, less what is returned: ")
    return lead + names.list(texts)


def _step(names: Names, step: Row) -> str:
    percent = plain(step["returned_percent"])
    conditions = _conditions(names, step)
    if not conditions:
        return names.say(f"其余情形返还{percent}%", f"otherwise {percent} percent is returned")
    return names.say(
        f"{'且'.join(conditions)}的返还{percent}%", f"{' and '.join(conditions)}: {percent} percent is returned"
    )


def _conditions(names: Names, step: Row) -> list[str]:
    conditions = []
    if "within_days" in step:
        days = step["within_days"]
        conditions.append(names.say(f"发生后{days}日内修复", f"repaired within {days} day{'' if days == 1 else 's'}"))
    if "within_calendar_years" in step:
        years = step["within_calendar_years"]
        conditions.append(
            names.say("当年修复", "repaired in the same calendar year")
            if years == 0
            else names.say(
                f"不晚于发生当年之后第{years}个日历年修复",
                f"repaired within {years} calendar years after that of the event",
            )
        )
    if "amount_at_most" in step:
        amount = plain(step["amount_at_most"])
        conditions.append(names.say(f"金额不超过{amount}元", f"the amount is at most {amount} yuan"))
    return conditions
