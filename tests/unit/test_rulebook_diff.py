"""What changed between two rulebooks is said in words: everything that changed, and nothing else."""

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from credit_grading.rulebook.catalogue import read_catalogue
from credit_grading.rulebook.diff import differences
from credit_grading.rulebook.document import Document, read_document
from credit_grading.rulebook.sheet import rule_sheet
from credit_grading.rulebook.sheet_pages import markdown
from credit_grading.rulebook.words import Language, Names
from tests.unit.rulebook_folder import COMPLETE, FIRST, LEVELS, SECOND, SOURCE

TITLES = {"levels": {"zh": "其他评价", "en": "Evaluation made elsewhere"}}
# another word of the language, wherever a word is said
WORDS = {
    "daily": None, "coded": "name_only", "person": "department_local", "name_only": "coded",
    "department_local": "person", "count": "sum", "sum": "maximum", "maximum": "minimum", "minimum": "latest",
    "latest": "mean", "mean": "maximum", "ratio": "sum", "points_counted": "points_declared",
    "points_declared": "amount", "amount": "quantity", "quantity": "amount", "lower": "higher", "higher": "lower",
    "veto": "cap", "cap": "veto", "no_grade": "veto", "public_resource_trading": "approval",
    "bid_points": "deposit_percent", "exclusion": "priority",
}  # fmt: skip
Path_ = tuple[str | int, ...]


def names(language: Language) -> Names:
    return Names(language, read_catalogue(), TITLES)


def scalars(value: Any, place: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from scalars(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from scalars(inner, (*place, index))
    else:
        yield place, value


def other(place: Path_, value: Any) -> Any:
    """Another value that may stand in this place, or None where the language has one word only."""
    if isinstance(value, bool | int | Decimal):
        return not value if isinstance(value, bool) else value + 1
    if value is None:
        return "B" if place[-1] == "city_grade" else "2027-01-01" if place[0] == "in_force" else 1000
    fixed = {"year_begins": "04-02", "from": "2025-12-31", "until": "2026-12-31"}
    if place[-1] in fixed:
        return fixed[str(place[-1])]
    if value in WORDS and place[-1] not in ("item", "zh", "en"):
        return WORDS[value]
    return {"C": "B"}.get(value, "C") if place[-1] == "city_grade" else value + "x"


def changed(document: Document, place: Path_, value: Any) -> Document:
    data = copy.deepcopy(document.data)
    inner = data
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    return Document(document.file, document.text, data)


def says_nothing(document: Document, place: Path_) -> bool:
    """Ids of the rulebook are not compared; whether an open end is included has no meaning."""
    inner = document.data
    for part in place[:-1]:
        inner = inner[part]
    open_end = str(place[-1]).endswith("_included") and inner[str(place[-1]).removesuffix("_included")] is None
    return place[0] in ("id", "version") or open_end or other(place, inner[place[-1]]) is None


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("file", [COMPLETE, LEVELS, FIRST])
def test_every_single_value_is_in_the_comparison_and_on_the_sheet(file: str, language: Language) -> None:
    document = read_document(SOURCE / file)
    words = names(language)
    seen = 0
    for place, value in scalars(document.data):
        if says_nothing(document, place):
            continue
        changed_document = changed(document, place, other(place, value))
        assert differences(document, changed_document, words), f"{place} is not compared"
        before, after = (
            [
                line
                for line in markdown(rule_sheet(one, words)).splitlines()
                if "hash" not in line and "指纹" not in line
            ]
            for one in (document, changed_document)
        )
        assert before != after, f"{place} is not on the sheet"
        seen += 1
    assert seen > 30


@pytest.mark.parametrize("file", [COMPLETE, LEVELS, FIRST])
def test_the_same_content_has_no_differences(file: str) -> None:
    document = read_document(SOURCE / file)
    assert differences(document, copy.deepcopy(document), names("zh")) == []


def test_two_versions_in_chinese() -> None:
    lines = differences(read_document(SOURCE / FIRST), read_document(SOURCE / SECOND), names("zh"))
    assert lines == [
        "取消指标「最小数量」",
        "评价模型的施行由“2026-01-01起，2026-07-01起失效”改为“2026-07-01起”",
        "评价模型的基准分由“100”改为“90”",
        "指标「平均扣分」的指标值由“0 − 1 × 原始值”改为“0 − 2 × 原始值”",
        "新增指标「荣誉」",
        "  名称：荣誉（Honours）",
        "  上级指标：无（一级指标）",
        "  权重：无权重，全额计入",
        "  原始值：记录条数",
        "  记录「荣誉表彰」的计入期：记录自身有效期内",
        "  无记录时：原始值为0",
        "  指标值：等于原始值",
        "等级「合格」的得分由“得分 ≥ 60”改为“得分 ≥ 70”",
        "等级「不合格」的得分由“得分 < 60”改为“得分 < 70”",
        "等级「合格」的监管措施「常规检查（Usual inspections）」的抽查比例由“—”改为“20%”",
    ]


def test_two_versions_in_english() -> None:
    lines = differences(read_document(SOURCE / FIRST), read_document(SOURCE / SECOND), names("en"))
    assert "Removed: Indicator 'Smallest quantity'" in lines
    assert 'Indicator \'Mean deduction\', value changed from "0 − 1 × raw value" to "0 − 2 × raw value"' in lines
    assert 'Grade 合格, score changed from "score ≥ 60" to "score ≥ 70"' in lines
    assert "  raw value: number of records" in lines


ONE_CHANGE: dict[str, tuple[Path_, Any, str]] = {
    "weight": (("indicators", 0, "weight"), 55, "指标「行为」的权重由“60%”改为“55%”"),
    "points": (
        ("indicators", 0, "indicators", 1, "records", "items", 1, "points"),
        20,
        "指标「不良行为记分」的记录「招投标不良行为」（行为代码 ZJ508）的分值由“每条固定15分”改为“每条固定20分”",
    ),
    "cap": (("limits", 1, "grade"), "C", "等级限制「多次受处罚」的后果由“封顶：最高定为B”改为“封顶：最高定为C”"),
    "condition": (
        ("limits", 1, "count_at_least"),
        3,
        "等级限制「多次受处罚」的条件由“计入记录达到2条”改为“计入记录达到3条”",
    ),
    "effect": (
        ("scenarios", 0, "effects", "A", 0, "value"),
        Decimal("2.5"),
        "等级「A」在「公共资源交易」中的应用「评标加2分（Two points in the evaluation of bids）」的数值"
        "由“2分”改为“2.5分”",
    ),
    "availability": (
        ("availability", "minimum_percent"),
        70,
        "评价模型的数据完整度由“适用指标的权重至少60%有数据方评定等级”改为“适用指标的权重至少70%有数据方评定等级”",
    ),
}


@pytest.mark.parametrize(("place", "value", "line"), ONE_CHANGE.values(), ids=ONE_CHANGE.keys())
def test_one_change_is_one_line(place: Path_, value: Any, line: str) -> None:
    document = read_document(SOURCE / COMPLETE)
    assert differences(document, changed(document, place, value), names("zh")) == [line]


def test_a_part_that_is_taken_out_and_one_that_is_put_in() -> None:
    document = read_document(SOURCE / COMPLETE)
    without = copy.deepcopy(document)
    del without.data["indicators"][0]["indicators"][2]["stale"]
    (line,) = differences(document, without, names("en"))
    assert line == (
        "Indicator 'Share of honours', stale removed "
        "(was: 24 calendar months after the newest record occurred: the value is 60)"
    )
    (line,) = differences(without, document, names("zh"))
    assert line == "指标「荣誉占比」的过期新增：最近一条记录自发生之日起满24个月即为过期，指标值为60分"


def test_another_order_is_a_difference() -> None:
    document = read_document(SOURCE / COMPLETE)
    turned = copy.deepcopy(document)
    turned.data["indicators"].reverse()
    (line,) = differences(document, turned, names("zh"))
    assert line.startswith("指标的次序由“conduct、")
