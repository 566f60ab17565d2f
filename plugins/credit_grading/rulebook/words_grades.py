"""Words for grades and what hangs on them: limits, conditions, measures, effects."""

from collections.abc import Iterator
from typing import Any

from credit_grading.rulebook.tree import limit_lines
from credit_grading.rulebook.words import Fact, Names, plain, quantity
from credit_grading.rulebook.words_lines import line_facts

Row = dict[str, Any]

SCENARIOS = {
    "approval": {"zh": "审批服务", "en": "Approval"},
    "public_service": {"zh": "公共服务", "en": "Public service"},
    "public_resource_trading": {"zh": "公共资源交易", "en": "Public-resource trading"},
}
EFFECTS = {
    "bid_points": {"zh": "评标加减分", "en": "Points in the evaluation of bids"},
    "price_markup_percent": {"zh": "评标价上浮", "en": "Mark-up of the evaluated price"},
    "deposit_percent": {"zh": "保证金比例", "en": "Share of the usual deposit"},
    "green_channel": {"zh": "绿色通道", "en": "Green channel"},
    "priority": {"zh": "优先", "en": "Priority"},
    "deferred_documents": {"zh": "容缺受理", "en": "Missing papers may follow"},
    "stricter_review": {"zh": "从严审查", "en": "Stricter review"},
    "exclusion": {"zh": "限制或禁止参加", "en": "Exclusion"},
}


def limit_facts(names: Names, index: int, limit: Row, year_begins: str | None) -> Iterator[Fact]:
    """Every fact of one limit; `index` is its place in the rulebook's list."""
    say = names.say
    yield Fact(say("名称", "title"), "", names.both(limit["title"]))
    yield Fact(say("后果", "effect"), "", limit_effect(names, limit))
    yield Fact(say("条件", "condition"), "", limit_condition(names, limit))
    yield from line_facts(names, say("记录", "records"), [line for _, line in limit_lines(index, limit)], year_begins)
    if "lasts_months" in limit:
        months = names.months(limit["lasts_months"])
        text = say(
            f"自条件成就之日起持续{months}，不论记录此后是否仍计入",
            f"{months} from the day on which the condition is fulfilled, whether or not the records still count",
        )
        yield Fact(say("持续时间", "lasts"), "", text)
    if "legal_basis" in limit:
        yield Fact(say("依据", "legal basis"), "", limit["legal_basis"])


def limit_effect(names: Names, limit: Row) -> str:
    """What a limit does to the grade."""
    grade = limit.get("grade", "")
    words = {
        "veto": names.say(
            f"一票否决：无论得分多高，直接定为{grade}", f"veto: the grade is {grade}, however good the score"
        ),
        "cap": names.say(f"封顶：最高定为{grade}", f"cap: the grade is never better than {grade}"),
        "no_grade": names.say("不评定等级（仍有得分）", "no grade, though there is a score"),
    }
    return words[limit["effect"]]


def limit_condition(names: Names, limit: Row) -> str:
    """When a limit holds."""
    say, what, texts = names.say, quantity(names, limit), []
    if "total_at_least" in limit:
        total = plain(limit["total_at_least"])
        texts.append(say(f"计入记录的{what}合计达到{total}", f"the sum of the {what} of its records reaches {total}"))
    if "single_at_least" in limit:
        single = plain(limit["single_at_least"])
        texts.append(say(f"任一计入记录的{what}达到{single}", f"the {what} of one of its records reach {single}"))
    if "count_at_least" in limit:
        count = limit["count_at_least"]
        texts.append(say(f"计入记录达到{count}条", f"{count} of its records count"))
    if not texts:
        return say("有一条计入的记录即适用", "one record that counts is enough")
    return say("，或", ", or ").join(texts)


def grade_facts(names: Names, grade: Row, titles: dict[str, str]) -> Iterator[Fact]:
    """Every fact of one grade. `titles` are those of the indicators that conditions name."""
    say = names.say
    yield Fact(say("名称", "title"), "", grade["title"])
    if "level" in grade:
        yield Fact(say("外部等级", "level elsewhere"), "", grade["level"])
        text = plain(grade["score"]) if "score" in grade else say("无", "none")
        yield Fact(say("供其他评价读取的得分", "score for other rulebooks"), "", text)
    else:
        yield Fact(say("得分", "score"), "", score_range(names, grade))
        conditions = names.list([_condition(names, one, titles) for one in grade.get("requires", [])])
        yield Fact(say("另须满足", "also requires"), "", conditions or "—")
    city = grade["city_grade"] or say("不对应", "none")
    yield Fact(say("全市统一等级", "city grade"), "", city)


def score_range(names: Names, grade: Row) -> str:
    """Which scores belong to a grade, bounds included or not."""
    score = names.say("得分", "score")
    lower = f"{plain(grade['from'])} {'≤' if grade['from_included'] else '<'} " if grade["from"] is not None else ""
    upper = f" {'≤' if grade['until_included'] else '<'} {plain(grade['until'])}" if grade["until"] is not None else ""
    if lower and not upper:
        return f"{score} {'≥' if grade['from_included'] else '>'} {plain(grade['from'])}"
    return f"{lower}{score}{upper}" if lower or upper else names.say("任何得分", "any score")


def _condition(names: Names, condition: Row, titles: dict[str, str]) -> str:
    indicator: str = condition["indicator"]
    title = names.quoted(titles.get(indicator, indicator))
    bounds = [
        f"{sign} {plain(condition[end])}" for end, sign in (("at_least", "≥"), ("at_most", "≤")) if end in condition
    ]
    return names.say(f"{title}的原始值 {' 且 '.join(bounds)}", f"raw value of {title} {' and '.join(bounds)}")


def measure_facts(names: Names, measure: Row) -> Iterator[Fact]:
    """Every fact of one measure besides its text."""
    say = names.say
    ratio, frequency = measure.get("inspection_ratio_percent"), measure.get("inspections_per_year")
    yield Fact(say("抽查比例", "inspection ratio"), "", f"{plain(ratio)}%" if ratio is not None else "—")
    yield Fact(say("每年检查次数", "inspections per year"), "", plain(frequency) if frequency is not None else "—")
    yield Fact(say("依据", "legal basis"), "", measure.get("legal_basis", "—"))


def effect_facts(names: Names, effect: Row) -> Iterator[Fact]:
    """Every fact of one effect besides its text."""
    say = names.say
    unit = say("分", " points") if effect["effect"] == "bid_points" else "%"
    value = f"{plain(effect['value'])}{unit}" if "value" in effect else "—"
    yield Fact(say("种类", "kind"), "", names.title(EFFECTS[effect["effect"]]))
    yield Fact(say("数值", "value"), "", value)
    yield Fact(say("依据", "legal basis"), "", effect.get("legal_basis", "—"))
