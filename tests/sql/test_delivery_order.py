"""Late, repeated, overlapping and out-of-order windows end in the state of one clean pass, and in the truth.

Random worlds, each delivered twice by real files: to one department in order, to another shuffled, with overlaps and
repeats and staged half-way. All of them are staged and built together.
"""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom

import psycopg

from credit_grading.department.model import Delivery
from tests.sql.deliveries import (
    APPEND,
    CHANGES,
    CONTRACTS,
    SNAPSHOT,
    WIDE,
    current_penalties,
    put,
    receive,
    row,
    versions_built,
)
from tests.sql.landed import prepare_seeds, rows_of, stage

WORLDS = 32
CONTENTS = ("罚款", "警告", "没收违法所得")
TAX_HEADER = ["统一社会信用代码", "纳税人名称", "评价年度", "信用等级", "评定时间"]
Window = tuple[str, list[list[str]]]


@dataclass
class World:
    """Windows in order and out of it (name, rows), and the records that must be current in the end."""

    delivery: Delivery
    contract_id: str = "administrative_penalty"
    header: list[str] = field(default_factory=lambda: WIDE)
    clean: list[Window] = field(default_factory=list)
    messy: list[Window] = field(default_factory=list)
    truth: dict[int, str] = field(default_factory=dict)


def scattered(random: Random, rows: list[list[str]]) -> list[Window]:
    """Every row in one window or in two; windows shuffled, some sent again under another name."""
    windows: list[list[list[str]]] = [[] for _ in range(random.randint(2, 4))]
    for one in rows:
        for window in random.sample(windows, random.randint(1, 2)):
            window.append(one)
    windows = [random.sample(window, len(window)) for window in windows if window]
    windows += random.sample(windows, random.randint(0, len(windows)))
    random.shuffle(windows)
    return [(f"{position}.csv", window) for position, window in enumerate(windows)]


def sequenced(random: Random, delivery: Delivery) -> World:
    """Versions with a sequence; deletions where the feed has them."""
    world, rows, sequence = World(delivery), [], 0
    for _ in range(random.randint(3, 12)):
        sequence += random.randint(1, 20)
        number, content = random.randint(1, 4), random.choice(CONTENTS)
        is_deletion = delivery.kind == "changes" and random.random() < 0.35
        rows.append(row(number, "删除" if is_deletion else "新增", sequence, 处罚类别=content))
        world.truth.pop(number, None)
        if not is_deletion:
            world.truth[number] = content
    middle = random.randint(0, len(rows))
    world.clean = [(f"{n}.csv", part) for n, part in enumerate((rows[:middle], rows[middle:])) if part]
    world.messy = scattered(random, rows)
    return world


def versioned(random: Random) -> World:
    """A contract whose version column orders corrections."""
    world = World(Delivery(), "tax_credit_grade", TAX_HEADER)
    rows = []
    for day in range(1, random.randint(3, 9)):
        number, level = random.randint(1, 3), random.choice("ABMCD")
        rows.append(["", f"纳税人{number}", "2024", level, f"2025-04-{day:02}"])
        world.truth[number] = level
    world.clean, world.messy = [("0.csv", rows)], scattered(random, rows)
    return world


def listed(random: Random) -> World:
    """Complete lists, each under the name that says when."""
    world = World(SNAPSHOT)
    for place in range(1, random.randint(2, 5)):
        numbers = sorted(random.sample(range(1, 6), random.randint(1, 4)))
        world.truth = {number: random.choice(CONTENTS) for number in numbers}
        rows = [row(number, 处罚类别=content) for number, content in world.truth.items()]
        world.clean.append((f"第{place * 4}期.csv", rows))
    world.messy = [*world.clean, *random.sample(world.clean, random.randint(0, len(world.clean)))]
    random.shuffle(world.messy)
    return world


def random_world(seed: int) -> World:
    random = Random(seed)
    kind = random.randrange(4)
    if kind == 0:
        return versioned(random)
    return listed(random) if kind == 1 else sequenced(random, (APPEND, CHANGES)[kind - 2])


def deliver(
    connection: psycopg.Connection, feeds: Path, department_id: str, world: World, windows: list[Window]
) -> None:
    for name, rows in windows:
        put(feeds / department_id / "feed", name, rows, world.header)
        receive(connection, department_id, world.delivery, contract_id=world.contract_id)


def current(connection: psycopg.Connection) -> dict[str, dict[int, str]]:
    found = current_penalties(connection)
    grades = "select department_id, substring(entity_name from '[0-9]+')::integer, level"
    query = f"{grades} from thematic_public_credit.tax_credit_grade where known_until is null"
    for department_id, number, level in rows_of(connection, query):
        assert number not in found.setdefault(department_id, {})
        found[department_id][number] = level
    return found


def test_any_order_of_windows_ends_in_the_same_state(warehouse, tmp_path, monkeypatch):
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    # other worlds in each run; a failure names its world's seed
    worlds = {seed: random_world(seed) for seed in SystemRandom().sample(range(2**32), WORLDS)}
    assert len({(world.delivery.kind, world.contract_id) for world in worlds.values()}) > 2
    assert len({seed for seed, world in worlds.items() if world.messy != world.clean}) > WORLDS // 2
    prepare_seeds(warehouse)
    for seed, world in worlds.items():
        deliver(warehouse, tmp_path, f"clean_{seed}", world, world.clean)
        deliver(warehouse, tmp_path, f"messy_{seed}", world, world.messy[: len(world.messy) // 2])
    stage(*CONTRACTS)
    for seed, world in worlds.items():
        deliver(warehouse, tmp_path, f"messy_{seed}", world, world.messy[len(world.messy) // 2 :])
    stage(*CONTRACTS)
    versions_built()
    found = current(warehouse)
    assert rows_of(warehouse, "select count(*) from quarantine.rejected_row") == [(0,)]
    for seed, world in worlds.items():
        for department_id in (f"clean_{seed}", f"messy_{seed}"):
            assert found.get(department_id, {}) == world.truth, (department_id, world)
