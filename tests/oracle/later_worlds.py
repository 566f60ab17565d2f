"""The same world some days later: what reached us in between, and rules that changed."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from random import Random

from tests.oracle.random_records import ITEMS, POPULATIONS, Record, random_key, random_record, random_subject
from tests.oracle.world_texts import quarter
from tests.oracle.worlds import World

CHANGED = 0.15


def later_world(seed: int, world: World) -> World:
    """The same subjects and rulebooks up to 400 days later; a record keeps its id and the moment it reached us.

    Most subjects have no news, so that an evaluation of what changed has something to leave out. Some records are late,
    corrected (also to another subject), withdrawn or repaired: the version before stays, known until the new one came.
    A later world may be made later again, with another seed.
    """
    random = Random(seed)
    as_of = world.as_of + timedelta(days=random.choice((0, 1, 1, 2, 28, 31, 60, 400)))
    knowledge_at = world.knowledge_at + timedelta(days=random.choice((1, 2, 31, 400)))
    moments = Moments(random, world.knowledge_at, knowledge_at)
    keys = sorted({record["subject_key"] for record in world.records})
    touched = set(random.sample(keys, max(1, int(len(keys) * CHANGED))))
    records: list[Record] = []
    for record in world.records:
        if record["subject_key"] in touched and record["known_until"] is None and random.random() < 0.4:
            records += new_version(random, record, keys, as_of, moments.one())
        else:
            records.append(record)
    for number, key in enumerate(sorted(touched)):
        if random.random() < 0.6:
            late = random_record(random, f"late{seed}-{number}", key, random.choice(ITEMS + POPULATIONS), as_of)
            records.append(late | {"known_from": moments.one(), "known_until": None})
    for index in range(random.randint(1, 5)):
        key = random_key(random, 10_000 + seed % 800 * 100 + index)
        newcomers = random_subject(random, key, as_of, 1_000_000 * (seed + 1) + 100 * index)
        records += [one | {"known_from": moments.one(), "known_until": None} for one in newcomers]
    return World(changed_books(random, world, as_of, f"later-{seed}"), records, as_of, knowledge_at)


class Moments:
    """Moments between two runs, and now and then exactly at the later one or just after it."""

    def __init__(self, random: Random, earlier: datetime, later: datetime) -> None:
        self.random = random
        self.choices = (earlier + timedelta(seconds=1), earlier + (later - earlier) / 2, later, later,
                        later + timedelta(seconds=1))  # fmt: skip

    def one(self) -> datetime:
        return self.random.choice(self.choices).astimezone(UTC)


def new_version(random: Random, record: Record, keys: list[str], as_of: date, moment: datetime) -> list[Record]:
    """The record as it was known until now, and what it was replaced by, if by anything."""
    before = record | {"known_until": moment}
    if before["known_from"] >= moment:
        return [record]
    kind = random.choice(("repaired", "withdrawn", "points", "subject", "dates", "facet", "gone", "equal"))
    changed: dict = {
        "repaired": {"repaired_on": as_of - timedelta(days=random.choice((0, 1, 10)))},
        "withdrawn": {"withdrawn_on": as_of - timedelta(days=random.choice((0, 1, 10)))},
        "points": {"points_counted": quarter(random, 0, 30), "amount": quarter(random, 0, 9)},
        "subject": {"subject_key": random.choice(keys)},
        "dates": {"effective_until": as_of + timedelta(days=random.choice((-1, 0, 1, 30)))},
        "facet": {"facet": random.choice(("", "施工总承包", "监理"))},
    }.get(kind, {})
    name = f"{record['record_id']}-{int(moment.timestamp())}"
    after = record | changed | {"record_id": name, "known_from": moment, "known_until": None}
    return [before] if kind == "gone" else [before, after]


def changed_books(random: Random, world: World, as_of: date, version: str) -> list[dict]:
    """The rulebooks as they were; now and then one of them ends and a new version takes its place."""
    open_ended = [book for book in world.books if book["in_force"]["until"] is None]
    if not open_ended or random.random() < 0.4:
        return world.books
    book = random.choice(open_ended)
    begins = book["in_force"]["from"]
    earliest = max(world.as_of, begins) + timedelta(days=1)
    change = random.choice([day for day in (earliest, as_of, as_of + timedelta(days=1)) if day >= earliest])
    closed = book | {"in_force": {"from": begins, "until": change}}
    successor = shifted(book) | {"version": version, "in_force": {"from": change, "until": None}}
    return [closed if one is book else one for one in world.books] + [successor]


def shifted(book: dict) -> dict:
    """The same rules with one point more for everybody, cut-offs included; a crosswalk stays as it is."""
    changed = deepcopy(book)
    for place in (changed.get("score", {}), *changed["grades"]):
        for key in ("start", "lowest", "highest", "from", "until"):
            if place.get(key) is not None:
                place[key] += 1
    return changed
