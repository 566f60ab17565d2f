"""Words for what a rulebook says, in Chinese or in English: numbers, names, and facts about one thing at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from credit_grading.rulebook.catalogue import Catalogue

Language = Literal["zh", "en"]
Say = Callable[[str, str], str]


@dataclass(frozen=True)
class Fact:
    """One thing that is said of a subject.

    Facts of one `group` belong together, such as all about one line of records; `part` tells them apart ('' where
    the group has one fact only).
    """

    group: str
    part: str
    text: str


@dataclass(frozen=True)
class Subject:
    """A thing that a rulebook speaks of: an indicator, a limit, a grade. `key` stays while its facts change."""

    key: tuple[str, ...]
    name: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Names:
    """What things are called in one language: catalogue items, and other rulebooks by id."""

    language: Language
    catalogue: Catalogue
    rulebooks: Mapping[str, dict[str, str]]

    def say(self, zh: str, en: str) -> str:
        """The text of the language."""
        return zh if self.language == "zh" else en

    def both(self, title: Mapping[str, str]) -> str:
        """A title in the language, with the other one beside it."""
        zh, en = title.get("zh", ""), title.get("en", "")
        first, second = (zh, en) if self.language == "zh" else (en, zh)
        if not first or not second:
            return first or second
        return f"{first}（{second}）" if self.language == "zh" else f"{first} ({second})"

    def title(self, title: Mapping[str, str]) -> str:
        """A title in the language alone."""
        return title.get(self.language) or title["zh"]

    def item(self, item: str) -> str:
        """The title of a catalogue item."""
        known = self.catalogue.get(item)
        return self.say(known.title_zh, known.title_en) if known else item

    def rulebook(self, rulebook: str) -> str:
        """The title of a rulebook, with its id."""
        title = self.rulebooks.get(rulebook)
        return self.say(f"「{title['zh']}」（{rulebook}）", f"'{title['en']}' ({rulebook})") if title else rulebook

    def quoted(self, text: str) -> str:
        """A name within a sentence."""
        return self.say(f"「{text}」", f"'{text}'")

    def months(self, number: int) -> str:
        """A number of calendar months."""
        return self.say(f"{number}个月", f"{number} calendar month{'' if number == 1 else 's'}")

    def list(self, texts: list[str]) -> str:
        """Texts one after the other."""
        return self.say("；", "; ").join(texts)


def plain(number: Decimal | int) -> str:
    """An exact number without trailing zeros and never in powers of ten."""
    text = format(Decimal(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity(names: Names, rule: Mapping[str, Any]) -> str:
    """What is added up or compared: a number of the record, or the points that the rulebook fixes."""
    words = {
        "points_declared": names.say("部门报送的分值", "points that the department named"),
        "points_counted": names.say("计分值", "points that the department counts"),
        "amount": names.say("金额（元）", "amount in yuan"),
        "quantity": names.say("数量", "quantity"),
    }
    return words[rule["quantity"]] if "quantity" in rule else names.say("固定分值", "fixed points")


def weighting(names: Names, rule: Mapping[str, Any]) -> str:
    """What weighs a mean, as a phrase before the word mean; '' where nothing does."""
    words = {
        "amount": names.say("按金额加权的", "amount-weighted "),
        "quantity": names.say("按数量加权的", "quantity-weighted "),
    }
    return words.get(rule.get("weighted_by", ""), "")


def left_out(names: Names) -> str:
    """What becomes of a leaf without a value."""
    return names.say(
        "该项不参加评价，其权重由同组其余指标分担", "it is left out, and its weight goes to the rest of its group"
    )
