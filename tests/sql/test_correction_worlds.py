"""Corrections by number, repairs, changes of codes and ordered versions together, in random worlds.

Each world is delivered twice by real files: as one clean pass, and scattered, spoilt and corrected by number. After
every single file, and in the end, the spine must say what the oracle says; both must end in the same.
"""

from pathlib import Path
from random import Random, SystemRandom

import psycopg

from credit_grading.department.model import Delivery
from tests.sql.correction_oracle import State, state
from tests.sql.correction_worlds import (
    CONTRACTS,
    Story,
    World,
    accepted,
    corrected,
    deliver,
    handed_out,
    in_order,
    scattered,
)
from tests.sql.deliveries import APPEND, CHANGES
from tests.sql.landed import build_thematic, prepare_seeds, rows_of, stage

WORLDS = 12


def twins(seed: int, place: int) -> tuple[World, World]:
    """The same story of two departments, whose firms and documents are different ones."""
    delivery = (Delivery(), APPEND, CHANGES)[seed % 3]
    both = [
        World(f"{name}_{seed}", delivery, Story(Random(seed), 1 + 20 * place + shift, delivery))
        for name, shift in (("clean", 0), ("messy", 10))
    ]
    both[0].files, both[1].files = in_order(both[0]), scattered(Random(f"{seed} files"), both[1])
    return both[0], both[1]


def first_round(connection: psycopg.Connection, feeds: Path, clean: World, messy: World) -> None:
    for feed, rows in clean.files:
        deliver(connection, feeds, clean, feed, rows)
    for feed, rows in messy.files[: len(messy.files) // 2]:
        deliver(connection, feeds, messy, feed, rows)


def second_round(connection: psycopg.Connection, feeds: Path, random: Random, messy: World) -> list:
    """The other files; between them, corrections of what was sent back: some still wrong, some kept back."""
    events = messy.files[len(messy.files) // 2 :]
    again = []
    for feed in CONTRACTS:
        for rows in handed_out(connection, feeds / "out.csv", messy, feed):
            again.append((feed, [corrected(messy, row) for row in rows]))
            sent = [row if random.random() < 0.2 else corrected(messy, row) for row in rows if random.random() < 0.8]
            if sent:
                events.insert(random.randint(0, len(events)), (feed, sent))
    for feed, rows in events:
        deliver(connection, feeds, messy, feed, rows)
    return again


def last_round(connection: psycopg.Connection, feeds: Path, random: Random, messy: World, again: list) -> None:
    """Whatever waits is put right; corrections and files of before come once more."""
    events = random.sample(again, random.randint(0, len(again)))
    for feed in CONTRACTS:
        for rows in handed_out(connection, feeds / "out.csv", messy, feed):
            events.append((feed, [corrected(messy, row) for row in rows]))
    random.shuffle(events)
    for feed, rows in events:
        deliver(connection, feeds, messy, feed, rows)


def known_after(connection: psycopg.Connection) -> dict[int, State]:
    """Batch → what the spine knew of its department's records when the batch had arrived."""
    found: dict[int, State] = {}
    query = (
        "select batch.batch_id, coalesce(record.case_id, record.reported_subject_key), record.subject_key,"
        " coalesce(nullif(record.behaviour_code, ''), split_part(record.summary, ',', 3)), record.repaired_on::text"
        " from landing.batch left join thematic.credit_record as record"
        " on record.department_id = batch.department_id and record.known_from <= batch.known_from"
        " and (record.known_until > batch.known_from) is not false"
    )
    for batch_id, record, *said in rows_of(connection, query):
        states = found.setdefault(batch_id, {})
        assert record not in states, (batch_id, record, "one record is current twice")
        if record is not None:
            states[record] = tuple(said)
    return found


def test_corrections_repairs_and_changes_of_codes_end_as_one_clean_pass(warehouse, tmp_path, monkeypatch):
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    # other worlds in each run; a failure names its world's seed
    seeds = SystemRandom().sample(range(2**32), WORLDS)
    worlds = {seed: twins(seed, place) for place, seed in enumerate(seeds)}
    draws = {seed: Random(f"{seed} rounds") for seed in seeds}
    prepare_seeds(warehouse)
    for clean, messy in worlds.values():
        first_round(warehouse, tmp_path, clean, messy)
    stage(*CONTRACTS.values())
    again = {
        seed: second_round(warehouse, tmp_path, draws[seed], messy) for seed, (_, messy) in worlds.items()
    }  # fmt: skip
    stage(*CONTRACTS.values())
    for seed, (_, messy) in worlds.items():
        last_round(warehouse, tmp_path, draws[seed], messy, again[seed])
    build_thematic()
    known = known_after(warehouse)
    open_rows = "select department_id, reference from quarantine.row_state where state <> 'cleared'"
    assert rows_of(warehouse, open_rows) == []
    assert sum(len(rows) for lists in again.values() for _, rows in lists) > WORLDS
    repaired = moved = 0
    for seed, twin in worlds.items():
        ends = []
        for world in twin:
            arrivals = accepted(warehouse, world)
            batches = [number for (number,) in rows_of(
                warehouse, "select batch_id from landing.batch where department_id = %s order by 1", world.department_id
            )]  # fmt: skip
            for batch_id in batches:
                so_far = [one for one in arrivals if one.batch_id <= batch_id]
                assert known[batch_id] == state(so_far, world.by_place), (seed, world.department_id, batch_id)
            ends.append(world.told(state(arrivals, world.by_place)))
        assert ends[0], seed
        assert ends[0] == ends[1], seed
        repaired += sum(day is not None for _, _, day in ends[1].values())
        moved += sum(record.isdigit() and record != code for record, (code, *_) in ends[1].items())
    # what all this is about did happen
    assert min(repaired, moved) > 0
