"""What tests ask of a trial: its rows, the same measured again, drafts of random rulebooks, shaken grades."""

from collections import Counter
from copy import deepcopy
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from credit_grading.what_if.compare import Side, compare, run_sql
from tests.oracle.grading import Graded
from tests.oracle.rules import Rulebook
from tests.oracle.scorer import Key, Oracle
from tests.oracle.shaken import shaken
from tests.oracle.worlds import World

SIDES = (Side("before", "evaluation", "rulebook"), Side("after", "evaluation_shown", "rulebook_shown"))


def table(connection: psycopg.Connection, name: str, trial_id: int, order: str = "1") -> list[dict[str, Any]]:
    """Rows of one table of a trial."""
    with connection.cursor(row_factory=dict_row) as cursor:
        query = f"select * from what_if.{name} where trial_id = %s order by {order}"
        return cursor.execute(query.encode(), (trial_id,)).fetchall()


def measure_again(connection: psycopg.Connection, trial_id: int, **changes: Any) -> int:
    """Another trial of what was evaluated for the one shown, with another seed, noise or limits; returns its id."""
    [trial] = table(connection, "trial", trial_id)
    books = table(connection, "rulebook", trial_id)
    settings = trial | {"drafts": Jsonb(trial["drafts"])} | changes
    settings |= {
        "rulebooks": [book["rulebook_id"] for book in books],
        "draft_rulebooks": [book["rulebook_id"] for book in books if book["is_draft"]],
    }
    with connection.transaction():
        [(again,)] = run_sql(connection, "trial.sql", settings)
        compare(connection, SIDES, settings | {"trial_id": again})
    return again


def amended(random: Random, book: dict) -> dict:
    """The same rulebook with other cut-offs, another start, a limit less, other limits and conditions."""
    draft = deepcopy(book) | {"version": "9"}
    moved = Decimal(random.choice(("-2.5", "-0.25", "1.25", "4")))
    for band in draft["grades"]:
        for side in ("from", "until"):
            if band.get(side) is not None:
                band[side] = Decimal(str(band[side])) + moved
        if random.random() < 0.5:
            band.pop("requires", None)
    if "score" in draft:
        draft["score"]["start"] = Decimal(str(draft["score"]["start"])) + random.choice((-3, 0, 2))
    else:
        levels = [band["level"] for band in draft["grades"]]
        for band, level in zip(draft["grades"], [*levels[1:], levels[0]], strict=True):
            band["level"] = level
    if len(draft["limits"]) > 1:
        del draft["limits"][0]
    for limit in draft["limits"]:
        if limit["effect"] != "no_grade":
            limit["effect"] = random.choice(("veto", "cap"))
    return draft


def noise_of(connection: psycopg.Connection, rulebook_id: str, draw: int, seed: int, percent: Decimal) -> Any:
    """1 + u of an indicator in a draw, as the trial draws it."""

    def noise(indicator_id: str) -> Fraction:
        name = f"{rulebook_id}/{indicator_id}/{draw}"
        [(drawn,)] = connection.execute("select hashtextextended(%s, %s)", (name, seed)).fetchall()
        part = Decimal((drawn & 1048575) * 2 - 1048575) / 1048575
        return 1 + Fraction(percent) / 100 * Fraction(part.quantize(Decimal("1e-8"), ROUND_HALF_UP))

    return noise


def shaken_flips(
    connection: psycopg.Connection, world: World, held: dict[Key, Graded], *, draws: int, seed: int, percent: Decimal
) -> Counter[tuple[Key, str]]:
    """How often the grades held, all of one rulebook, go up or down when the oracle grades with shaken weights."""
    [rulebook_id] = {key[0] for key in held}
    [book] = [book for book in world.books if book["id"] == rulebook_id]
    ranks = {band["grade"]: rank for rank, band in enumerate(book["grades"])}
    flips: Counter[tuple[Key, str]] = Counter()
    for draw in range(1, draws + 1):
        noise = noise_of(connection, rulebook_id, draw, seed, percent)
        books = [
            shaken(text, noise) if Rulebook(text).id == rulebook_id else Rulebook(text)
            for text in world.rulebooks.values()
        ]
        noisy = Oracle(books, world.records, world.as_of, world.knowledge_at)
        for key, one in held.items():
            later = noisy.result(*key)
            # whether enough is known is asked with the weights as written
            if later is not None and later.grade is not None and later.grade != one.grade:
                flips[key, "up" if ranks[later.grade] < ranks[one.grade] else "down"] += 1
    return flips
