"""Corrections by number in random worlds: among rows of every age, again and again, beside repairs and successions, a
correction of an old version never overtakes a newer one. The oracle orders a record's rows by one key.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random, SystemRandom
from typing import Any

import psycopg
import pytest

from credit_grading.city.codes import credit_code
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.sql.landed import build_thematic, land, own_warehouse, prepare_seeds, rows_of, stage

WORLDS, STEPS = 40, 6
CONTRACTS = {"arrival": "administrative_penalty", "sequence": "administrative_penalty", "version": "tax_credit_grade"}
# one row sent twice under its number in a file, which lost the record
WENT_WRONG = (1003019528,)
REPAIRED_ON = "2025-09-01"
FORMER, SUCCESSOR = credit_code("500103", 1), credit_code("500103", 2)
Row = dict[str, str | None]
Place = tuple[int, int]


@dataclass
class Sent:
    """A row as it would be right; ``order`` is its content too, ``place`` where it first stood."""

    record: int
    order: int
    is_deletion: bool = False
    place: Place | None = None
    rejected: list[Place] = field(default_factory=list)
    # the numbers under which it was handed out
    references: list[Place] = field(default_factory=list)


@dataclass
class World:
    """One department; ``newest`` is the oracle: record → greatest key, its content, whether that is a deletion."""

    seed: int
    random: Random
    kind: str
    orders: list[int]
    rejected: list[Sent] = field(default_factory=list)
    newest: dict[int, tuple[tuple[int, ...], int, bool]] = field(default_factory=dict)
    repaired: set[int] = field(default_factory=set)

    @property
    def department_id(self) -> str:
        return f"world_{self.seed}"

    def number(self, record: int) -> str:
        return f"第{self.seed}-{record}号"

    def row(self, sent: Sent, *, is_good: bool, reference: Place | None = None) -> Row:
        extra: dict[str, str] = {}
        if reference:
            extra["_corrects"] = f"Q{reference[0]}-{reference[1]}"
        if self.kind == "sequence":
            extra |= {"_sequence": str(sent.order), "_operation": "deleted" if sent.is_deletion else "written"}
        day = str(date(2024, 1, 1) + timedelta(days=sent.order))
        if self.kind == "version":
            row = {"entity_name": f"纳税人{self.number(sent.record)}", "evaluation_year": "2024", "level": "A",
                   "evaluated_on": day if is_good else "2024-02-30"}  # fmt: skip
        else:
            row = {"decision_number": self.number(sent.record) if is_good else None, "penalised_name": "甲公司",
                   "penalised_credit_code": FORMER, "penalty_kind": "罚款", "decided_on": "2024-01-01",
                   "fine_amount": str(sent.order), "penalty_authority": "某局"}  # fmt: skip
        return row | {"extra_columns": json.dumps(extra) if extra else None}

    def accept(self, sent: Sent, at: Place) -> None:
        """The oracle's own words: a correction stands where the row stood; sequence and version go before that."""
        key = (0 if self.kind == "arrival" else sent.order, *(sent.place or at), *at)
        if sent.record not in self.newest or key > self.newest[sent.record][0]:
            self.newest[sent.record] = (key, sent.order, sent.is_deletion)


def worlds_of(seeds: list[int]) -> list[World]:
    made = []
    for seed in seeds:
        random = Random(seed)
        orders = random.sample(range(1, 400), 200)
        made.append(World(seed, random, random.choice(list(CONTRACTS)), orders))
    return made


def step(connection: psycopg.Connection, world: World) -> None:
    """One delivery: of rows, of which some are bad, or of corrections, of which some are bad again."""
    random = world.random
    waiting = [one for one in world.rejected if one.references]
    is_correction = bool(waiting) and random.random() < 0.6
    sent: list[tuple[Sent, bool, Place | None]] = []
    if is_correction:
        for one in random.choices(waiting, k=random.randint(1, 3)):
            sent.append((one, random.random() < 0.75, random.choice(one.references)))
    # somebody adds a new row to a file of corrections
    if not is_correction or random.random() < 0.3:
        for _ in range(1 if is_correction else random.randint(1, 4)):
            is_deletion = world.kind == "sequence" and random.random() < 0.25
            one = Sent(random.randint(1, 2), world.orders.pop(), is_deletion)
            sent.append((one, random.random() < 0.6, None))
    random.shuffle(sent)
    rows = [world.row(one, is_good=is_good, reference=reference) for one, is_good, reference in sent]
    batch_id = land(connection, CONTRACTS[world.kind], rows, department_id=world.department_id)
    connection.execute(
        "update landing.batch set holds_corrections = %s, delivery_kind = %s where batch_id = %s",
        (is_correction, "changes" if world.kind == "sequence" and not is_correction else "append", batch_id),
    )
    for row_number, (one, is_good, _) in enumerate(sent, start=1):
        one.place = one.place or (batch_id, row_number)
        if is_good:
            world.accept(one, (batch_id, row_number))
        else:
            one.rejected.append((batch_id, row_number))
            world.rejected += [] if one in world.rejected else [one]


def repair(connection: psycopg.Connection, world: World) -> None:
    if world.kind == "version":
        return
    for record in (1, 2):
        if record not in world.repaired and world.random.random() < 0.2:
            world.repaired.add(record)
            decision: Row = {
                "decision_number": f"修{world.number(record)}", "repaired_contract": "行政处罚",
                "document_number": world.number(record), "entity_name": "甲公司",
                "credit_code": world.random.choice((FORMER, SUCCESSOR)),
                "outcome": "准予修复", "decided_on": REPAIRED_ON, "deciding_authority": "市发展改革委",
            }  # fmt: skip
            land(connection, "credit_repair_decision", [decision], department_id="reform")


@pytest.fixture(scope="module")
def built(cluster: EmbeddedPostgres, prepared_template: str) -> Iterator[tuple[psycopg.Connection[Any], list[World]]]:
    # other worlds in each run; a failure names its world's seed
    worlds = worlds_of([*WENT_WRONG, *SystemRandom().sample(range(2**32), WORLDS)])
    with own_warehouse(cluster, prepared_template, "correction_worlds") as connection:
        prepare_seeds(connection)
        for number in range(STEPS):
            for world in worlds:
                step(connection, world)
                repair(connection, world)
            if number == STEPS // 2:
                act: Row = {
                    "document_number": "换码", "former_credit_code": FORMER, "successor_credit_code": SUCCESSOR,
                    "succession_kind": "换码", "effective_on": "2024-01-01",
                }  # fmt: skip
                land(connection, "entity_succession", [act])
            # some deliveries are staged together
            if number % 2:
                stage(*set(CONTRACTS.values()))
                for one in (one for world in worlds for one in world.rejected):
                    one.references = list(one.rejected)
        build_thematic()
        yield connection, worlds


def test_a_correction_of_an_old_version_never_overtakes_a_newer_one(built) -> None:
    connection, worlds = built
    cleared = "select count(*) from quarantine.rejected_row where cleared_by_batch_id is not null"
    assert rows_of(connection, cleared)[0][0] > WORLDS
    assert {world.kind for world in worlds} == set(CONTRACTS)
    current = (
        "select department_id, penalised_number, order_number from (select department_id,"
        " decision_number as penalised_number, (fine_amount / 10000)::integer as order_number, known_until"
        " from thematic_public_credit.administrative_penalty union all"
        " select department_id, substring(entity_name from '第.*号'), evaluated_on - date '2024-01-01', known_until"
        " from thematic_public_credit.tax_credit_grade) as version where known_until is null order by 1, 2, 3"
    )
    found: dict[str, list[tuple[str, int]]] = {}
    for department_id, *version in rows_of(connection, current):
        found.setdefault(department_id, []).append(tuple(version))
    expected = {
        world.department_id: sorted(
            (world.number(record), order)
            for record, (_, order, is_deletion) in world.newest.items() if not is_deletion
        )
        for world in worlds
    }  # fmt: skip
    differing = {
        world.department_id: (world.kind, found.get(world.department_id, []), expected[world.department_id])
        for world in worlds
        if found.get(world.department_id, []) != expected[world.department_id]
    }
    assert differing == {}


def test_repairs_and_successions_follow_whatever_version_stands(built) -> None:
    connection, worlds = built
    known = "select case_id, subject_key, repaired_on::text from thematic.credit_record where known_until is null"
    found = {
        case_id: rest for case_id, *rest in rows_of(connection, known + " and contract_id = 'administrative_penalty'")
    }
    expected = {
        world.number(record): [SUCCESSOR, REPAIRED_ON if record in world.repaired else None]
        for world in worlds if world.kind != "version"
        for record, (_, _, is_deletion) in world.newest.items() if not is_deletion
    }  # fmt: skip
    assert len(expected) > WORLDS // 2
    assert found == expected
