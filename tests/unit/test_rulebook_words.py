"""Each construct of records and indicators has its sentence in Chinese and in English."""

from decimal import Decimal
from typing import Any

import pytest

from credit_grading.rulebook.words import Language
from credit_grading.rulebook.words_indicators import indicator_facts
from credit_grading.rulebook.words_lines import line_facts
from tests.unit.rulebook_names import TITLE, names, said

LINES = [{"item": "penalty"}]


def of_indicator(language: Language, **keys: Any) -> dict[str, str]:
    return said(list(indicator_facts(names(language), {"id": "i", "title": TITLE, **keys}, None, "03-01")))


LINE: dict[str, tuple[dict[str, Any], str, str, str, str]] = {
    "own validity": ({}, "计入期", "记录自身有效期内", "time", "while it is valid"),
    "validity": (
        {"validity_months": 1},
        "计入期",
        "自发生之日起计1个月，不论记录自身有效期",
        "time",
        "1 calendar month from the day it occurred, whatever its own validity",
    ),
    "longest": (
        {"longest_months": 12},
        "计入期",
        "记录自身有效期内，自发生之日起最长12个月",
        "time",
        "while it is valid, at most 12 calendar months from the day it occurred",
    ),
    "year": (
        {"until_cycle_end": True},
        "计入期",
        "记录自身有效期内，并于下一计分年度开始（每年3月1日）时清零",
        "time",
        "while it is valid, and cleared when the next year of points begins (03-01)",
    ),
    "points": ({"points": Decimal("2.50")}, "分值", "每条固定2.5分", "points", "2.5 points each"),
    "decay": (
        {"decay": [{"from_months": 12, "percent": 50}, {"from_months": 24, "percent": 0}]},
        "衰减",
        "自发生之日起满12个月后按50%计；自发生之日起满24个月后按0%计",
        "fading",
        "50 percent from 12 calendar months after the day it occurred; 0 percent from 24 calendar months after the day "
        "it occurred",
    ),
    "repair": (
        {"repair": [{"within_days": 30, "amount_at_most": 2000, "returned_percent": 100}, {"returned_percent": 40}]},
        "修复返还",
        "修复后继续计入，但返还部分分值：发生后30日内修复且金额不超过2000元的返还100%；其余情形返还40%",
        "repair",
        "goes on counting after its repair, less what is returned: repaired within 30 days and the amount is at most "
        "2000 yuan: 100 percent is returned; otherwise 40 percent is returned",
    ),
    "repair by years": (
        {
            "repair": [
                {"within_calendar_years": 0, "returned_percent": 40},
                {"within_calendar_years": 1, "returned_percent": 20},
            ]
        },
        "修复返还",
        "修复后继续计入，但返还部分分值：当年修复的返还40%；不晚于发生当年之后第1个日历年修复的返还20%；其余情形不返还",
        "repair",
        "goes on counting after its repair, less what is returned: repaired in the same calendar year: 40 percent is "
        "returned; repaired within 1 calendar years after that of the event: 20 percent is returned; otherwise nothing "
        "is returned",
    ),
}


@pytest.mark.parametrize(("keys", "part_zh", "zh", "part_en", "en"), LINE.values(), ids=LINE.keys())
def test_lines(keys: dict[str, Any], part_zh: str, zh: str, part_en: str, en: str) -> None:
    line = {"item": "penalty", **keys}
    assert said(list(line_facts(names("zh"), "记录", [line], "03-01")))[f"记录「处罚」/{part_zh}"] == zh
    assert said(list(line_facts(names("en"), "records", [line], "03-01")))[f"records 'Penalty'/{part_en}"] == en


def test_lines_say_which_records_they_take() -> None:
    line = {"item": "penalty", "behaviour": "ZJ508", "severity": "serious"}
    assert "记录「处罚」（行为代码 ZJ508，严重程度：严重）/计入期" in said(
        list(line_facts(names("zh"), "记录", [line], None))
    )
    assert "records 'Penalty' (behaviour ZJ508, severity serious)/time" in said(
        list(line_facts(names("en"), "records", [line], None))
    )


AGGREGATES: dict[str, tuple[dict[str, Any], str, str]] = {
    "count": ({"aggregate": "count"}, "记录条数", "number of records"),
    "sum": (
        {"aggregate": "sum", "quantity": "points_declared"},
        "部门报送的分值合计",
        "sum of the points that the department named",
    ),
    "sum of fixed points": ({"aggregate": "sum"}, "固定分值合计", "sum of the fixed points"),
    "maximum": ({"aggregate": "maximum", "quantity": "amount"}, "金额（元）的最大值", "largest amount in yuan"),
    "minimum": ({"aggregate": "minimum", "quantity": "quantity"}, "数量的最小值", "smallest quantity"),
    "latest": (
        {"aggregate": "latest", "quantity": "points_counted"},
        "最近发生的一条记录的计分值",
        "points that the department counts of the record that occurred last",
    ),
    "mean": (
        {"aggregate": "mean", "quantity": "quantity"},
        "数量的平均值",
        "mean of the quantity",
    ),
    "weighted mean": (
        {"aggregate": "mean", "quantity": "quantity", "weighted_by": "amount"},
        "数量的按金额加权的平均值",
        "amount-weighted mean of the quantity",
    ),
    "ratio": (
        {"aggregate": "ratio", "numerator": LINES},
        "分子记录的条数 ÷ 分母记录的条数",
        "number of records above the line ÷ number of those below it",
    ),
    "ratio of sums": (
        {"aggregate": "ratio", "numerator": LINES, "quantity": "amount"},
        "分子记录的金额（元）合计 ÷ 分母记录的金额（元）合计",
        "sum of the amount in yuan above the line ÷ sum below it",
    ),
}


@pytest.mark.parametrize(("records", "zh", "en"), AGGREGATES.values(), ids=AGGREGATES.keys())
def test_aggregates(records: dict[str, Any], zh: str, en: str) -> None:
    assert of_indicator("zh", records={"items": LINES, **records})["原始值"] == zh
    assert of_indicator("en", records={"items": LINES, **records})["raw value"] == en


SUM = {"aggregate": "sum", "quantity": "amount", "items": LINES}
LATEST = {"aggregate": "latest", "quantity": "amount", "items": LINES}
LEAVES: dict[str, tuple[dict[str, Any], str, str, str, str]] = {
    "weight": ({"weight": 20, "records": SUM}, "权重", "20%", "weight", "20%"),
    "no weight": ({"records": SUM}, "权重", "无权重，全额计入", "weight", "none, counts in full"),
    "not scored": (
        {"scored": False, "records": SUM},
        "权重",
        "不计入得分，仅用于等级条件",
        "weight",
        "not scored, for the conditions of a grade only",
    ),
    "zero": ({"records": SUM}, "无记录时", "原始值为0", "without records", "the raw value is 0"),
    "value when missing": (
        {"records": LATEST | {"when_missing": 60}},
        "无记录时",
        "指标值为60分",
        "without records",
        "the value is 60",
    ),
    "left out": (
        {"records": LATEST},
        "无记录时",
        "该项不参加评价，其权重由同组其余指标分担",
        "without records",
        "it is left out, and its weight goes to the rest of its group",
    ),
    "once per case": (
        {"records": SUM | {"once_per_case": True}},
        "同案只计一次",
        "同一案号（奖项）的记录只计分值最高的一条",
        "once per case",
        "of records with the same case number only the one with most points",
    ),
    "no scale": ({"records": SUM}, "指标值", "等于原始值", "value", "the raw value"),
    "linear": (
        {"records": SUM, "scale": {"linear": {"intercept": 100, "slope": -5, "lowest": 0, "highest": 100}}},
        "指标值",
        "100 − 5 × 原始值，最低0分，最高100分",
        "value",
        "100 − 5 × raw value, at least 0, at most 100",
    ),
    "linear upwards": (
        {"records": SUM, "scale": {"linear": {"intercept": 0, "slope": Decimal("0.5")}}},
        "指标值",
        "0 + 0.5 × 原始值",
        "value",
        "0 + 0.5 × raw value",
    ),
    "bands": (
        {
            "records": SUM,
            "scale": {
                "bands": [
                    {"from": None, "until": 1, "value": 100},
                    {"from": 1, "until": 3, "value": 50},
                    {"from": 3, "until": None, "value": 0},
                ]
            },
        },
        "指标值",
        "原始值小于1：100分；1及以上、不足3：50分；3及以上：0分",
        "value",
        "below 1: 100; from 1 to below 3: 50; 3 and above: 0",
    ),
    "goalposts": (
        {"records": SUM, "scale": {"goalposts": {"worst": 20, "best": 0}}},
        "指标值",
        "原始值为20或更差时0分，为0或更好时100分，其间按比例计算",
        "value",
        "0 at 20 or beyond, 100 at 0 or beyond, in proportion between them",
    ),
    "stale": (
        {"records": SUM, "stale": {"after_months": 24, "value": 60}},
        "过期",
        "最近一条记录自发生之日起满24个月即为过期，指标值为60分",
        "stale",
        "24 calendar months after the newest record occurred: the value is 60",
    ),
    "exempt": (
        {"records": SUM, "exempt": {"items": [{"item": "honour"}], "value": 100}},
        "豁免",
        "有豁免记录的主体豁免，指标值为100分",
        "exempt",
        "subjects with one of the records below: the value is 100",
    ),
    "exempt by": (
        {"records": SUM, "exempt": {"items": [{"item": "honour"}]}},
        "豁免记录「荣誉」/计入期",
        "记录自身有效期内",
        "exempt by 'Honour'/time",
        "while it is valid",
    ),
    "applicable": (
        {"records": SUM, "applicable": {"items": [{"item": "honour"}], "otherwise": 90}},
        "适用范围",
        "仅适用于有适用记录的主体；不适用时指标值为90分",
        "applies to",
        "subjects with one of the records below; for others the value is 90",
    ),
    "numerator": (
        {"records": {"aggregate": "ratio", "items": LINES, "numerator": [{"item": "honour"}]}},
        "分子记录「荣誉」/计入期",
        "记录自身有效期内",
        "above the line: 'Honour'/time",
        "while it is valid",
    ),
    "higher": ({"direction": "higher", "records": SUM}, "方向", "原始值越高越好", "direction", "higher is better"),
    "lower": ({"direction": "lower", "records": SUM}, "方向", "原始值越低越好", "direction", "lower is better"),
    "basis": ({"legal_basis": "第一条", "records": SUM}, "依据", "第一条", "legal basis", "第一条"),
    "another rulebook": (
        {"rulebook_score": {"rulebook": "other", "when_missing": 60}},
        "原始值",
        "同一主体在「他评」（other）中的得分（不取整）",
        "raw value",
        "score of the same subject in 'Other' (other), not rounded",
    ),
    "facets": (
        {"rulebook_score": {"rulebook": "other", "facets": {"aggregate": "mean", "weighted_by": "quantity"}}},
        "原始值",
        "同一主体各分项在「他评」（other）中得分的按数量加权的平均值",
        "raw value",
        "quantity-weighted mean of the subject's scores per facet in 'Other' (other)",
    ),
    "lowest facet": (
        {"rulebook_score": {"rulebook": "other", "facets": {"aggregate": "minimum"}}},
        "原始值",
        "同一主体各分项在「他评」（other）中得分的最低值",
        "raw value",
        "minimum of the subject's scores per facet in 'Other' (other)",
    ),
    "redistribution": (
        {"redistribute": True, "indicators": []},
        "缺项",
        "缺项的权重按比例由其余各项分担；全部缺项时该组计0分且不评定等级",
        "what is left out",
        "its weight goes to the others in proportion; where everything is left out the group counts 0 and there is no "
        "grade",
    ),
}


@pytest.mark.parametrize(("keys", "group_zh", "zh", "group_en", "en"), LEAVES.values(), ids=LEAVES.keys())
def test_leaves(keys: dict[str, Any], group_zh: str, zh: str, group_en: str, en: str) -> None:
    assert of_indicator("zh", **keys)[group_zh] == zh
    assert of_indicator("en", **keys)[group_en] == en
