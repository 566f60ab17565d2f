"""Names for the words of rulebooks, and facts as a mapping that tests can look into."""

from credit_grading.rulebook.catalogue import CatalogueItem
from credit_grading.rulebook.words import Fact, Language, Names

CATALOGUE = {
    "penalty": CatalogueItem("处罚", "Penalty", "penalty"),
    "honour": CatalogueItem("荣誉", "Honour", "honour"),
}
TITLE = {"zh": "名", "en": "Name"}


def names(language: Language) -> Names:
    """Names of two catalogue items and one other rulebook."""
    return Names(language, CATALOGUE, {"other": {"zh": "他评", "en": "Other"}})


def said(facts: list[Fact]) -> dict[str, str]:
    """Text by group, or by group/part; there must be facts."""
    assert facts
    return {f"{fact.group}/{fact.part}" if fact.part else fact.group: fact.text for fact in facts}
