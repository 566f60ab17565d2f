"""The rule sheet (规则表): a rulebook as an official reads and signs it, in headings, sentences and tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from credit_grading.rulebook.compile import content_hash
from credit_grading.rulebook.document import Document
from credit_grading.rulebook.facts import RulebookFacts, facts_of
from credit_grading.rulebook.tree import all_indicators
from credit_grading.rulebook.words import Names, Subject, plain

FULL_WEIGHT = 100


@dataclass(frozen=True)
class Heading:
    """Level 1 is the title of the sheet."""

    level: int
    text: str


@dataclass(frozen=True)
class Sentence:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows of text; `head` is empty where the first column names what stands beside it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Sentence | Table


def rule_sheet(document: Document, names: Names) -> list[Block]:
    """The whole sheet of a checked rulebook."""
    data, say = document.data, names.say
    facts = facts_of(data, names)
    sheet: list[Block] = [
        Heading(1, say(f"{data['title']['zh']}　规则表", f"{data['title']['en']}: rule sheet")),
        Table(
            (),
            (
                (say("标识", "id"), data["id"]),
                (say("版本", "version"), data["version"]),
                *_rows(facts.general, names),
                (say("内容指纹", "content hash"), content_hash(document)),
            ),
        ),
    ]
    for number, (title, blocks) in enumerate(_sections(facts, data, names), start=1):
        sheet += [Heading(2, f"{number}. {title}"), *blocks]
    return sheet


def _sections(facts: RulebookFacts, data: dict[str, Any], names: Names) -> Iterator[tuple[str, list[Block]]]:
    say = names.say
    yield say("依据", "Legal basis"), [_wide((say("文件", "document"),), facts.legal_basis)]
    if facts.indicators:
        yield say("指标", "Indicators"), list(_indicators(facts.indicators, data, names))
    if facts.limits:
        blocks: list[Block] = [Sentence(_LIMITS[names.language])]
        for subject, limit in zip(facts.limits, data["limits"], strict=True):
            blocks += [
                Heading(3, f"{names.title(limit['title'])} [{limit['id']}]"),
                Table((), tuple(_rows(subject, names))),
            ]
        yield say("等级限制", "Limits"), blocks
    note = [] if "crosswalk" in data else [Sentence(_GRADES[names.language])]
    grade = say("等级", "grade")
    yield say("等级", "Grades"), [*note, _wide((grade,), facts.grades)]
    yield say("监管措施", "Measures"), [_wide((grade, say("措施", "measure")), facts.measures)]
    if facts.effects:
        head = (say("场景", "scenario"), grade, say("应用", "effect"))
        yield say("应用场景", "Effects in scenarios"), [_wide(head, facts.effects)]
    if facts.assumptions:
        rows = tuple((str(number), subject.key[1]) for number, subject in enumerate(facts.assumptions, start=1))
        yield say("本项目假设", "Assumptions"), [Sentence(_ASSUMPTIONS[names.language]), Table((), rows)]
    yield say("签署", "Signatures"), [Sentence(_SIGNED[names.language]), _signatures(names)]


_RECORDS = {
    "zh": "记录自生效（且已发生）之日起计入，至有效期届满之日止（当日起不计）；自修复或撤销之日起不再计入，"
    "另有修复返还规定的除外。总权重为各级权重之积，即该指标值1分在总分中的份额。",
    "en": "A record counts from the day it takes effect and has occurred until the day its validity ends, which no "
    "longer counts; it stops on the day it is repaired or withdrawn, unless a repair gives points back. The total "
    "weight is the product of all weights: what one point of the indicator is worth in the score.",
}
_LIMITS = {
    "zh": "任何限制都不提高等级。数项同时适用时，不评定等级优先，其次取最严者；同一等级时一票否决先于封顶。",
    "en": "No limit lifts a grade. Of several, no grade comes first, then the strictest; at the same grade a veto "
    "comes before a cap.",
}
_GRADES = {
    "zh": "以未取整的得分比较。得分达到而条件不满足的，定为其次能满足的等级。",
    "en": "Exact scores are compared. Where the score suffices but a condition is not fulfilled, the next grade whose "
    "conditions are fulfilled is given.",
}
_ASSUMPTIONS = {
    "zh": "下列内容没有文件规定，由本项目设定：",
    "en": "No document gives the following; they are set by this project:",
}
_SIGNED = {
    "zh": "本表由规则文件生成，与内容指纹所指的规则逐字对应；规则有任何改动，指纹即不同。",
    "en": "This sheet is made from the rulebook's file and stands for exactly the content that the hash names; any "
    "change of the rule changes the hash.",
}


def _indicators(subjects: Sequence[Subject], data: dict[str, Any], names: Names) -> Iterator[Block]:
    say = names.say
    yield Sentence(_RECORDS[names.language])
    numbered = list(_numbered(data))
    weight, full = say("权重", "weight"), say("总权重", "total weight")
    yield Table(
        (say("编号", "no."), say("指标", "indicator"), weight, full),
        tuple(
            (number, names.title(indicator["title"]), _fact(subject, weight), total)
            for (number, indicator, total), subject in zip(numbered, subjects, strict=True)
        ),
    )
    for (number, indicator, _), subject in zip(numbered, subjects, strict=True):
        yield Heading(3, f"{number} {names.title(indicator['title'])} [{indicator['id']}]")
        yield Table((), tuple(_rows(subject, names)))


def _numbered(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Each indicator with its number, such as 1.2.1, and its weight in the whole, '' where it has none."""
    share: dict[tuple[str | int, ...], Decimal] = {}
    for place, indicator in all_indicators(data):
        weight = Decimal(indicator.get("weight", FULL_WEIGHT))
        share[place] = share.get(place[:-2], Decimal(FULL_WEIGHT)) * weight / FULL_WEIGHT
        number = ".".join(str(part + 1) for part in place if isinstance(part, int))
        yield number, indicator, f"{plain(share[place])}%" if indicator.get("scored", True) else ""


def _rows(subject: Subject, names: Names) -> Iterator[tuple[str, str]]:
    """Facts of one group in one row."""
    groups: dict[str, list[str]] = {}
    for fact in subject.facts:
        groups.setdefault(fact.group, []).append(fact.text)
    return ((group, names.list(texts)) for group, texts in groups.items())


def _wide(head: tuple[str, ...], subjects: Sequence[Subject]) -> Table:
    """One row per subject: the parts of its key that the head names, then one column per fact; all have the same."""
    columns = (*head, *(fact.group for fact in subjects[0].facts))
    rows = ((*subject.key[1 : len(head) + 1], *(fact.text for fact in subject.facts)) for subject in subjects)
    return Table(columns, tuple(rows))


def _fact(subject: Subject, group: str) -> str:
    return next(fact.text for fact in subject.facts if fact.group == group)


def _signatures(names: Names) -> Table:
    say = names.say
    head = ("", say("姓名", "name"), say("签字", "signature"), say("日期", "date"))
    roles = (say("起草", "drafted by"), say("审核", "reviewed by"), say("批准", "approved by"))
    return Table(head, tuple((role, "", "", "") for role in roles))
