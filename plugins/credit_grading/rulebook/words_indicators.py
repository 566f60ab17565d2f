"""Words for indicators: weights, how records become a raw value, how the raw value becomes a value, and its states."""

from collections.abc import Iterator
from typing import Any

from credit_grading.rulebook.check_records import counts_only
from credit_grading.rulebook.words import Fact, Names, left_out, plain, quantity, weighting
from credit_grading.rulebook.words_lines import line_facts

Row = dict[str, Any]


def indicator_facts(names: Names, indicator: Row, parent: Row | None, year_begins: str | None) -> Iterator[Fact]:
    """Every fact of one indicator, groups included."""
    say = names.say
    yield Fact(say("名称", "title"), "", names.both(indicator["title"]))
    yield Fact(say("上级指标", "parent"), "", names.title(parent["title"]) if parent else say("无（一级指标）", "none"))
    yield Fact(say("权重", "weight"), "", _weight(names, indicator))
    if indicator.get("redistribute"):
        yield Fact(
            say("缺项", "what is left out"),
            "",
            say(
                "缺项的权重按比例由其余各项分担；全部缺项时该组计0分且不评定等级",
                "its weight goes to the others in proportion; where everything is left out the group counts 0 and "
                "there is no grade",
            ),
        )
    if "records" in indicator:
        yield from _records(names, indicator["records"], year_begins)
    if "rulebook_score" in indicator:
        yield from _rulebook_score(names, indicator["rulebook_score"])
    if "indicators" not in indicator:
        yield Fact(say("指标值", "value"), "", scale(names, indicator.get("scale")))
        yield from _states(names, indicator, year_begins)
    if "direction" in indicator:
        words = {"higher": say("原始值越高越好", "higher is better"), "lower": say("原始值越低越好", "lower is better")}
        yield Fact(say("方向", "direction"), "", words[indicator["direction"]])
    if "legal_basis" in indicator:
        yield Fact(say("依据", "legal basis"), "", indicator["legal_basis"])


def _weight(names: Names, indicator: Row) -> str:
    if not indicator.get("scored", True):
        return names.say("不计入得分，仅用于等级条件", "not scored, for the conditions of a grade only")
    if "weight" in indicator:
        return f"{plain(indicator['weight'])}%"
    return names.say("无权重，全额计入", "none, counts in full")


def _records(names: Names, records: Row, year_begins: str | None) -> Iterator[Fact]:
    say = names.say
    yield Fact(say("原始值", "raw value"), "", raw_value(names, records))
    if records.get("once_per_case"):
        yield Fact(
            say("同案只计一次", "once per case"),
            "",
            say(
                "同一案号（奖项）的记录只计分值最高的一条",
                "of records with the same case number only the one with most points",
            ),
        )
    what = say("记录", "records") if "numerator" not in records else say("分母记录", "below the line:")
    yield from line_facts(names, what, records["items"], year_begins)
    yield from line_facts(names, say("分子记录", "above the line:"), records.get("numerator", []), year_begins)
    if records["aggregate"] in ("count", "sum"):
        missing = say("原始值为0", "the raw value is 0")
    else:
        missing = _value(names, records.get("when_missing"))
    yield Fact(say("无记录时", "without records"), "", missing)


def raw_value(names: Names, records: Row) -> str:
    """How the raw value is made."""
    say, what = names.say, quantity(names, records)
    mean = weighting(names, records)
    above_below = say("分子记录的条数 ÷ 分母记录的条数", "number of records above the line ÷ number of those below it")
    if not counts_only(records):
        above_below = say(
            f"分子记录的{what}合计 ÷ 分母记录的{what}合计", f"sum of the {what} above the line ÷ sum below it"
        )
    words = {
        "count": say("记录条数", "number of records"),
        "sum": say(f"{what}合计", f"sum of the {what}"),
        "maximum": say(f"{what}的最大值", f"largest {what}"),
        "minimum": say(f"{what}的最小值", f"smallest {what}"),
        "latest": say(f"最近发生的一条记录的{what}", f"{what} of the record that occurred last"),
        "mean": say(f"{what}的{mean}平均值", f"{mean}mean of the {what}"),
        "ratio": above_below,
    }
    return words[records["aggregate"]]


def _rulebook_score(names: Names, upstream: Row) -> Iterator[Fact]:
    say, source = names.say, names.rulebook(upstream["rulebook"])
    text = say(f"同一主体在{source}中的得分（不取整）", f"score of the same subject in {source}, not rounded")
    facets = upstream.get("facets")
    if facets:
        mean = weighting(names, facets)
        words = {
            "mean": say(f"{mean}平均值", f"{mean}mean"),
            "minimum": say("最低值", "minimum"),
            "maximum": say("最高值", "maximum"),
        }
        how = words[facets["aggregate"]]
        text = say(f"同一主体各分项在{source}中得分的{how}", f"{how} of the subject's scores per facet in {source}")
    yield Fact(say("原始值", "raw value"), "", text)
    yield Fact(say("无得分时", "without a score"), "", _value(names, upstream.get("when_missing")))


def scale(names: Names, rule: Row | None) -> str:
    """How the raw value becomes the value."""
    say = names.say
    if rule is None:
        return say("等于原始值", "the raw value")
    if "bands" in rule:
        bands = [say("{}：{}分", "{}: {}").format(_band(names, band), plain(band["value"])) for band in rule["bands"]]
        return names.list(bands)
    if "goalposts" in rule:
        worst, best = (plain(rule["goalposts"][end]) for end in ("worst", "best"))
        return say(
            f"原始值为{worst}或更差时0分，为{best}或更好时100分，其间按比例计算",
            f"0 at {worst} or beyond, 100 at {best} or beyond, in proportion between them",
        )
    return _linear(names, rule["linear"])


def _linear(names: Names, linear: Row) -> str:
    raw = names.say("原始值", "raw value")
    sign = "−" if linear["slope"] < 0 else "+"
    text = f"{plain(linear['intercept'])} {sign} {plain(abs(linear['slope']))} × {raw}"
    if "lowest" in linear:
        text += names.say(f"，最低{plain(linear['lowest'])}分", f", at least {plain(linear['lowest'])}")
    if "highest" in linear:
        text += names.say(f"，最高{plain(linear['highest'])}分", f", at most {plain(linear['highest'])}")
    return text


def _band(names: Names, band: Row) -> str:
    if band["from"] is None and band["until"] is None:
        return names.say("任何原始值", "any raw value")
    if band["from"] is None:
        return names.say(f"原始值小于{plain(band['until'])}", f"below {plain(band['until'])}")
    if band["until"] is None:
        return names.say(f"{plain(band['from'])}及以上", f"{plain(band['from'])} and above")
    return names.say(
        f"{plain(band['from'])}及以上、不足{plain(band['until'])}",
        f"from {plain(band['from'])} to below {plain(band['until'])}",
    )


def _states(names: Names, leaf: Row, year_begins: str | None) -> Iterator[Fact]:
    say = names.say
    if "applicable" in leaf:
        group, value = say("适用范围", "applies to"), _value(names, leaf["applicable"].get("otherwise"))
        text = say(
            f"仅适用于有适用记录的主体；不适用时{value}", f"subjects with one of the records below; for others {value}"
        )
        yield Fact(group, "", text)
        yield from line_facts(names, say("适用记录", "applies by"), leaf["applicable"]["items"], year_begins)
    if "exempt" in leaf:
        value = _value(names, leaf["exempt"].get("value"))
        text = say(f"有豁免记录的主体豁免，{value}", f"subjects with one of the records below: {value}")
        yield Fact(say("豁免", "exempt"), "", text)
        yield from line_facts(names, say("豁免记录", "exempt by"), leaf["exempt"]["items"], year_begins)
    if "stale" in leaf:
        months, value = names.months(leaf["stale"]["after_months"]), _value(names, leaf["stale"].get("value"))
        text = say(
            f"最近一条记录自发生之日起满{months}即为过期，{value}",
            f"{months} after the newest record occurred: {value}",
        )
        yield Fact(say("过期", "stale"), "", text)


def _value(names: Names, value: Any) -> str:
    if value is None:
        return left_out(names)
    return names.say(f"指标值为{plain(value)}分", f"the value is {plain(value)}")
