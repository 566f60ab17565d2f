"""Chinese wording of what would change a grade and of what it means in scenarios: rows in, lines of text out."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from credit_grading.publication.wording import Row, number, origin

SCENARIO = {"approval": "审批服务", "public_service": "公共服务", "public_resource_trading": "公共资源交易"}
# how the value of an effect is counted; the others have none
EFFECT_UNIT = {"bid_points": " 分", "price_markup_percent": "%", "deposit_percent": "%"}
MOVES = {"up": "升为", "down": "降为"}


def conditions(unfulfilled: Iterable[Row]) -> list[str]:
    """Conditions of better grades that are not fulfilled, each with what is asked and what is known."""
    text = []
    for asked in unfulfilled:
        unit = f" {asked['unit_zh']}".rstrip()
        bounds = [
            f"{word} {number(asked[bound])}{unit}"
            for bound, word in (("at_least", "至少"), ("at_most", "至多"))
            if asked[bound] is not None
        ]
        known = "未知" if asked["raw_value"] is None else f"{number(asked['raw_value'])}{unit}"
        text.append(f"等级 {asked['grade']} 的条件未满足：{asked['title_zh']} {'、'.join(bounds)}，现为 {known}")
    return text


def single_changes(changes: Sequence[Row]) -> list[str]:
    """The smallest single change upwards and downwards, with the score and grade that it would give."""
    text = []
    for change in changes:
        gives = f"得分为 {number(change['score'])}，" if change["score"] is not None else ""
        gives += f"等级{MOVES[change['direction']]} {change['grade']}"
        if change["kind"] == "record_ends":
            record = change["record"]
            text.append(f"最小单项变化：下列记录不再计入（修复、撤销或到期）时，{gives}")
            text.append(f"    · {record['occurred_on']}　{record['summary']}{origin(record)}")
        elif change["kind"] == "record_added":
            kind = change["item_title_zh"] or change["catalogue_item_id"]
            details = [
                f"{word} {change[column]}"
                for column, word in (("behaviour_code", "行为代码"), ("severity", "严重程度"))
                if change[column]
            ]
            text.append(f"最小单项变化：新增一条{kind}记录{_bracketed(details)}时，{gives}")
        else:
            source = change["source_title"] or change["source_rulebook_id"]
            text.append(f"最小单项变化：{source}的得分提高 {number(change['source_rise'])} 分时，{gives}")
    return text


def scenarios(effects: Iterable[Row]) -> list[str]:
    """What the grade means in each scenario."""
    text = []
    for scenario, rows in groupby(effects, key=lambda effect: effect["scenario"]):
        text.append(f"  {SCENARIO[scenario]}：")
        for effect in rows:
            details = []
            if effect["value"] is not None:
                details.append(f"{number(effect['value'])}{EFFECT_UNIT.get(effect['effect'], '')}")
            if effect["legal_basis"]:
                details.append(f"依据：{effect['legal_basis']}")
            text.append(f"    {effect['position']}. {effect['effect_zh']}{_bracketed(details)}")
    return ["应用场景：", *text, ""] if text else []


def _bracketed(details: Sequence[str]) -> str:
    return f"（{'，'.join(details)}）" if details else ""
