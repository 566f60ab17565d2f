"""Each construct of limits, grades, measures and effects has its sentence in Chinese and in English."""

from decimal import Decimal
from typing import Any

import pytest

from credit_grading.rulebook.words import plain
from credit_grading.rulebook.words_grades import effect_facts, grade_facts, limit_facts, measure_facts
from tests.unit.rulebook_names import TITLE, names, said

LIMITS: dict[str, tuple[dict[str, Any], str, str, str, str]] = {
    "veto": ({"effect": "veto", "grade": "E"}, "后果", "一票否决：无论得分多高，直接定为E", "effect",
        "veto: the grade is E, however good the score"),
    "cap": ({"effect": "cap", "grade": "B"}, "后果", "封顶：最高定为B", "effect",
        "cap: the grade is never better than B"),
    "no grade": ({}, "后果", "不评定等级（仍有得分）", "effect", "no grade, though there is a score"),
    "one record": ({}, "条件", "有一条计入的记录即适用", "condition", "one record that counts is enough"),
    "total or single": (
        {"quantity": "points_counted", "total_at_least": 25, "single_at_least": 15},
        "条件", "计入记录的计分值合计达到25，或任一计入记录的计分值达到15",
        "condition", "the sum of the points that the department counts of its records reaches 25, or the points that "
        "the department counts of one of its records reach 15",
    ),
    "number": ({"count_at_least": 2}, "条件", "计入记录达到2条", "condition", "2 of its records count"),
    "lasting": ({"lasts_months": 6}, "持续时间", "自条件成就之日起持续6个月，不论记录此后是否仍计入", "lasts",
        "6 calendar months from the day on which the condition is fulfilled, whether or not the records still count"),
}  # fmt: skip


@pytest.mark.parametrize(("keys", "group_zh", "zh", "group_en", "en"), LIMITS.values(), ids=LIMITS.keys())
def test_limits(keys: dict[str, Any], group_zh: str, zh: str, group_en: str, en: str) -> None:
    limit = {"id": "l", "title": TITLE, "effect": "no_grade", "item": "penalty", **keys}
    in_chinese = said(list(limit_facts(names("zh"), 0, limit, None)))
    assert in_chinese[group_zh] == zh
    assert in_chinese["记录「处罚」/计入期"] == "记录自身有效期内"
    assert said(list(limit_facts(names("en"), 0, limit, None)))[group_en] == en


BOUNDS: dict[str, tuple[dict[str, Any], str, str]] = {
    "at and above": ({"from": 90, "from_included": True, "until": None}, "得分 ≥ 90", "score ≥ 90"),
    "above": ({"from": 90, "until": None}, "得分 > 90", "score > 90"),
    "between": ({"from": 70, "from_included": True, "until": 90}, "70 ≤ 得分 < 90", "70 ≤ score < 90"),
    "half open below": ({"from": 70, "until": 90, "until_included": True}, "70 < 得分 ≤ 90", "70 < score ≤ 90"),
    "below": ({"from": None, "until": Decimal("60.5")}, "得分 < 60.5", "score < 60.5"),
    "all": ({"from": None, "until": None}, "任何得分", "any score"),
}


@pytest.mark.parametrize(("bounds", "zh", "en"), BOUNDS.values(), ids=BOUNDS.keys())
def test_grades(bounds: dict[str, Any], zh: str, en: str) -> None:
    grade = {"grade": "A", "title": "优", "city_grade": None, "from_included": False, "until_included": False, **bounds}
    grade |= {"requires": [{"indicator": "i", "at_least": 1, "at_most": 3}]}
    assert said(list(grade_facts(names("zh"), grade, {"i": "合同"}))) == {
        "名称": "优",
        "得分": zh,
        "另须满足": "「合同」的原始值 ≥ 1 且 ≤ 3",
        "全市统一等级": "不对应",
    }
    in_english = said(list(grade_facts(names("en"), grade, {"i": "Contracts"})))
    assert (in_english["score"], in_english["city grade"]) == (en, "none")
    assert in_english["also requires"] == "raw value of 'Contracts' ≥ 1 and ≤ 3"


def test_levels_made_elsewhere() -> None:
    grade = {"grade": "M", "level": "new", "title": "新", "city_grade": "C", "score": 70}
    assert said(list(grade_facts(names("zh"), grade, {}))) == {
        "名称": "新",
        "外部等级": "new",
        "供其他评价读取的得分": "70",
        "全市统一等级": "C",
    }
    del grade["score"]
    assert said(list(grade_facts(names("en"), grade, {})))["score for other rulebooks"] == "none"


def test_measures_and_effects() -> None:
    measure = {"zh": "查", "en": "Inspect", "inspection_ratio_percent": Decimal("12.5"), "inspections_per_year": 2}
    assert said(list(measure_facts(names("zh"), measure))) == {"抽查比例": "12.5%", "每年检查次数": "2", "依据": "—"}
    effect = {"effect": "bid_points", "value": -2, "zh": "减", "en": "Less", "legal_basis": "第三条"}
    assert said(list(effect_facts(names("zh"), effect))) == {"种类": "评标加减分", "数值": "-2分", "依据": "第三条"}
    effect = {"effect": "price_markup_percent", "value": 3, "zh": "加", "en": "More"}
    assert said(list(effect_facts(names("en"), effect)))["value"] == "3%"
    assert said(list(effect_facts(names("en"), {"effect": "priority"})))["value"] == "—"


def test_numbers_are_written_plainly() -> None:
    numbers = (Decimal("12.50"), 100, Decimal("0.00000001"), Decimal("-3.0"), Decimal(0))
    assert [plain(number) for number in numbers] == [
        "12.5", "100", "0.00000001", "-3", "0",
    ]  # fmt: skip
