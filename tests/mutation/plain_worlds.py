"""Random worlds whose rulebooks ask for no more than totals of records: those that are written out as one expression.

Of the random rulebooks hardly any is: each leaf has a share of everything that the language knows. Here the same
rulebooks are kept without what has to be looked at record by record.
"""

from random import Random
from typing import Any

from tests.oracle.worlds import World, finish, random_world

# a leaf that needs one and had none, because it could be left out
WHEN_MISSING = 50
NOT_PLAIN = ("redistribute", "exempt", "applicable", "stale", "once_per_case", "decay", "repair", "availability",
             "lasts_months", "facets", "scenarios")  # fmt: skip


def plain_world(seed: int, subjects: int) -> World:
    """A world of its own for each seed, every rulebook of it compiled, unless what it reads is not in force."""
    world = random_world(seed, subjects)
    crosswalks = {book["id"] for book in world.books if "crosswalk" in book}
    books = [plain(book, crosswalks) for book in world.books if book["id"] not in crosswalks]
    random = Random(seed)
    for number, book in enumerate(books):
        finish(random, book, books, world.records, world.as_of)
        books[number] = plain(book, crosswalks)
    return World(books, world.records, world.as_of, world.knowledge_at)


def plain(part: Any, unread: set[str]) -> Any:
    """A part of a rulebook without what is not plain; scores of the rulebooks `unread` become a mean of records."""
    if isinstance(part, list):
        return [plain(one, unread) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {key: plain(value, unread) for key, value in part.items() if key not in NOT_PLAIN}
    if kept.get("per_facet"):
        kept["per_facet"] = False
    if kept.get("aggregate") == "latest":
        kept["aggregate"] = "maximum"
    if (score := kept.get("rulebook_score")) and score["rulebook"] in unread:
        del kept["rulebook_score"]
        kept["records"] = {"aggregate": "mean", "quantity": "amount", "items": [{"item": "administrative_penalty"}]}
    for key in ("records", "rulebook_score"):
        if key in kept and kept[key].get("aggregate") not in ("count", "sum"):
            kept[key].setdefault("when_missing", WHEN_MISSING)
    return kept
