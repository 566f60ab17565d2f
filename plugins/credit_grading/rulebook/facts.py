"""Everything that a rulebook says, as facts about subjects: what the sheet shows and what a comparison compares."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from credit_grading.rulebook.tree import all_indicators
from credit_grading.rulebook.words import Fact, Names, Subject, plain
from credit_grading.rulebook.words_grades import SCENARIOS, effect_facts, grade_facts, limit_facts, measure_facts
from credit_grading.rulebook.words_indicators import indicator_facts
from credit_grading.rulebook.words_lines import month_day, validity

Row = dict[str, Any]


@dataclass(frozen=True)
class RulebookFacts:
    """The parts of a rulebook in the order of a rule sheet. `general` is one subject; assumptions have no facts."""

    general: Subject
    legal_basis: tuple[Subject, ...]
    indicators: tuple[Subject, ...]
    limits: tuple[Subject, ...]
    grades: tuple[Subject, ...]
    measures: tuple[Subject, ...]
    effects: tuple[Subject, ...]
    assumptions: tuple[Subject, ...]

    def subjects(self) -> Iterator[Subject]:
        """Every subject, part after part."""
        yield self.general
        for part in (self.legal_basis, self.indicators, self.limits, self.grades, self.measures, self.effects):
            yield from part
        yield from self.assumptions


def facts_of(data: Row, names: Names) -> RulebookFacts:
    """Facts of a rulebook whose form is right."""
    cycle = data["cycle"]
    year_begins = cycle["year_begins"] if isinstance(cycle, dict) else None
    say = names.say
    titles = {indicator["id"]: names.title(indicator["title"]) for _, indicator in all_indicators(data)}
    return RulebookFacts(
        general=Subject(("rulebook",), say("评价模型", "Rulebook"), tuple(_general(data, names, year_begins))),
        legal_basis=tuple(_legal_basis(one, names) for one in data["legal_basis"]),
        indicators=tuple(_indicators(data, names, year_begins)),
        limits=tuple(
            Subject(
                ("limit", limit["id"]),
                say(f"等级限制「{limit['title']['zh']}」", f"Limit '{limit['title']['en']}'"),
                tuple(limit_facts(names, index, limit, year_begins)),
            )
            for index, limit in enumerate(data.get("limits", []))
        ),
        grades=tuple(
            Subject(
                ("grade", grade["grade"]),
                say(f"等级「{grade['grade']}」", f"Grade {grade['grade']}"),
                tuple(grade_facts(names, grade, titles)),
            )
            for grade in data["grades"]
        ),
        measures=tuple(_measures(data, names)),
        effects=tuple(_effects(data, names)),
        assumptions=tuple(
            Subject(("assumption", text), say(f"假设「{text}」", f"Assumption '{text}'"), ())
            for text in data.get("assumptions", [])
        ),
    )


def _general(data: Row, names: Names, year_begins: str | None) -> Iterator[Fact]:
    say = names.say
    yield Fact(say("名称", "title"), "", names.both(data["title"]))
    yield Fact(say("制定机关", "authority"), "", names.both(data["authority"]))
    yield Fact(say("施行", "in force"), "", _in_force(data["in_force"], names))
    yield Fact(say("评价周期", "cycle"), "", say("每日", "daily"))
    if year_begins:
        yield Fact(say("计分年度开始", "year of points begins"), "", month_day(names, year_begins))
    yield Fact(say("评价对象", "who is graded"), "", _population(data["population"], names))
    if "crosswalk" in data:
        line = data["crosswalk"]
        yield Fact(
            say("结果转换", "grade made elsewhere"),
            "",
            say(
                f"等级由其他评价作出：以最近一条{names.quoted(names.item(line['item']))}记录所载等级为准",
                f"the level in the newest record of {names.quoted(names.item(line['item']))} decides",
            ),
        )
        yield Fact(say("结果转换记录计入期", "time of that record"), "", validity(names, line, year_begins))
        return
    yield Fact(say("基准分", "start"), "", plain(data["score"]["start"]))
    ends = (("lowest", say("最低分", "lowest score")), ("highest", say("最高分", "highest score")))
    for end, title in ends:
        text = plain(data["score"][end]) if end in data["score"] else say("不限", "none")
        yield Fact(title, "", text)
    if "availability" in data:
        percent = plain(data["availability"]["minimum_percent"])
        yield Fact(
            say("数据完整度", "how much must be known"),
            "",
            say(
                f"适用指标的权重至少{percent}%有数据方评定等级",
                f"at least {percent} percent of the weight that applies, else there is no grade",
            ),
        )


def _in_force(days: Row, names: Names) -> str:
    if days["until"]:
        return names.say(
            f"{days['from']}起，{days['until']}起失效", f"from {days['from']} until before {days['until']}"
        )
    return names.say(f"{days['from']}起", f"from {days['from']}")


def _population(population: Row, names: Names) -> str:
    kinds = {
        "coded": names.say("有统一社会信用代码的主体", "subjects with a unified social credit code"),
        "organisation_code": names.say("以组织机构代码识别的主体", "subjects known by an organisation code"),
        "registration_number": names.say("以工商注册号识别的主体", "subjects known by a registration number"),
        "department_local": names.say("以部门内部编号识别的主体", "subjects known by a department's own number"),
        "name_only": names.say("仅有名称的主体", "subjects known by name only"),
        "person": names.say("自然人（如专家）", "persons, such as experts"),
    }
    who = names.say("、", ", ").join(kinds[kind] for kind in population["subject_kinds"])
    item = names.quoted(names.item(population["item"]))
    text = names.say(f"有有效{item}记录的{who}", f"{who}, with a valid record of {item}")
    each = names.say(
        "；每一分项（如每项资质）单独评定", "; each facet, such as each qualification, gets a grade of its own"
    )
    return text + (each if population["per_facet"] else "")


def _legal_basis(basis: Row, names: Names) -> Subject:
    article = basis.get("article", "")
    parts = (("article", "条款", "article"), ("note", "说明", "note"), ("source", "来源", "source"))
    return Subject(
        ("legal_basis", basis["document"], article),
        names.say(f"依据《{basis['document']}》{article}", f"Legal basis {basis['document']} {article}".rstrip()),
        tuple(Fact(names.say(zh, en), "", basis.get(key, "—")) for key, zh, en in parts),
    )


def _indicators(data: Row, names: Names, year_begins: str | None) -> Iterator[Subject]:
    parents: dict[tuple[str | int, ...], Row] = {}
    for place, indicator in all_indicators(data):
        parents[place] = indicator
        title = indicator["title"]
        yield Subject(
            ("indicator", indicator["id"]),
            names.say(f"指标「{title['zh']}」", f"Indicator '{title['en']}'"),
            tuple(indicator_facts(names, indicator, parents.get(place[:-2]), year_begins)),
        )


def _measures(data: Row, names: Names) -> Iterator[Subject]:
    for grade in [grade["grade"] for grade in data["grades"]]:
        for measure in data["measures"].get(grade, []):
            text = names.both(measure)
            name = names.say(f"等级「{grade}」的监管措施「{text}」", f"Measure of grade {grade} '{text}'")
            yield Subject(("measure", grade, text), name, tuple(measure_facts(names, measure)))


def _effects(data: Row, names: Names) -> Iterator[Subject]:
    for scenario in data.get("scenarios", []):
        title = names.title(SCENARIOS[scenario["scenario"]])
        for grade, effects in scenario["effects"].items():
            for effect in effects:
                text = names.both(effect)
                name = names.say(
                    f"等级「{grade}」在{names.quoted(title)}中的应用「{text}」",
                    f"Effect of grade {grade} in '{title}' '{text}'",
                )
                yield Subject(("effect", title, grade, text), name, tuple(effect_facts(names, effect)))
