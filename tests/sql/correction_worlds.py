"""Random worlds of corrected rows: penalties, tax grades, decisions on their repair, and codes that change.

A world's rows are spread over files that come in any order, overlap and repeat each other, and some are spoilt. What
quarantine hands out comes back corrected by number: in any order too, wrong once more, late, or twice.
"""

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from credit_grading.city.codes import credit_code
from credit_grading.department.model import Delivery, Department, Feed
from credit_grading.landing.receive import receive_feed
from credit_grading.quarantine.export import export_feed
from tests.sql.correction_oracle import Arrival, Fact, Repair, State, Succession
from tests.sql.deliveries import APPEND
from tests.sql.landed import INVALID_CODE
from tests.unit.landing_support import HEADER, csv_text, department, no_connection, write

KINDS = ("罚款", "警告", "没收违法所得")
FACT, SEQUENCE, OPERATION, CODE = "流水号", "变更序号", "操作类型", "统一社会信用代码"
CONTRACTS = {
    "successions": "entity_succession", "penalties": "administrative_penalty", "grades": "tax_credit_grade",
    "repairs": "credit_repair_decision",
}  # fmt: skip
# what is done to a row so that it is sent back: of some its record can still be read, of some not
FAULTS: dict[str, list[tuple[str, str]]] = {
    "penalties": [("处罚决定日期", "2025-02-30"), (HEADER[0], ""), (HEADER[2], INVALID_CODE)],
    "grades": [("信用等级", "Z"), (CODE, INVALID_CODE), ("评价年度", "")],
    "repairs": [("决定日期", "2025-02-30"), ("信用修复决定书文号", "")],
    "successions": [("变更生效日期", "2025-02-30"), ("登记通知书文号", "")],
}
DELETION_FAULTS = [(OPERATION, "册除"), (HEADER[0], "")]
Rows = list[dict[str, str]]


class Story:
    """What happened to firms whose codes begin at `base`; the same draws tell the same story of others."""

    def __init__(self, random: Random, base: int, delivery: Delivery) -> None:
        self.random, self.base, self.has_deletions = random, base, delivery.kind == "changes"
        self.codes = [credit_code("500103", base + number) for number in range(6)]
        self.facts: list[Fact] = []
        for _ in range(random.randint(3, 8)):
            self.punish(random.randrange(4))
        for day in range(1, random.randint(3, 7)):
            self.grade(random.randrange(3), day)
        for _ in range(random.randint(2, 6)):
            self.repair(random.randrange(4), random.randrange(3))
        # chains of two and three codes; some were a mistake, and some of these none
        for place in random.sample((0, 1, 2, 3), random.randint(1, 3)):
            for status in ("正常", "撤销", "正常")[: random.choice((1, 1, 2, 3))]:
                self.change_code(place, status)

    def tell(self, kind: type[Fact], feed: str, record: str, values: dict[str, str], **changes: Any) -> None:
        number, order = f"f{len(self.facts)}", len(self.facts) * 3 + 1
        values = values | {SEQUENCE: str(order), FACT: number}
        self.facts.append(kind(number=number, feed=feed, record=record, order=order, values=values, **changes))

    def punish(self, number: int) -> None:
        document, firm, kind = f"罚{self.base}-{number}", number % 3, self.random.choice(KINDS)
        is_deletion = self.has_deletions and self.random.random() < 0.2
        values = (document, f"公司{self.base}-{firm}", self.codes[firm], kind, "2025-03-04", "某局")
        row = dict(zip(HEADER, values, strict=True)) | {OPERATION: "删除" if is_deletion else "新增"}
        self.tell(Fact, "penalties", document, row, code=self.codes[firm], content=kind, is_deletion=is_deletion)

    def grade(self, firm: int, day: int) -> None:
        code, level = self.codes[firm], self.random.choice("ABMCD")
        values = {
            CODE: code, "纳税人名称": f"公司{self.base}-{firm}", "评价年度": "2024", "信用等级": level,
            "评定时间": f"2025-04-{day:02}",
        }  # fmt: skip
        self.tell(Fact, "grades", code, values, code=code, content=level)

    def repair(self, number: int, decision: int) -> None:
        document, paper, code = f"罚{self.base}-{number}", f"修{self.base}-{decision}", self.codes[number % 3]
        outcome = self.random.choice(("准予修复", "准予修复", "不予修复", "撤销修复"))
        day = f"2025-{self.random.randint(6, 12):02}-01"
        values = {
            "信用修复决定书文号": paper, "修复信息类别": "行政处罚", "被修复信息文书号": document, CODE: code,
            "主体名称": f"公司{self.base}-{number % 3}", "修复结果": outcome, "决定日期": day, "决定机关": "某委",
        }  # fmt: skip
        about = {"code": code, "content": outcome, "document": document, "day": day}
        self.tell(Repair, "repairs", f"{paper}-{number}", values, **about)

    def change_code(self, place: int, status: str) -> None:
        act, former, successor = f"变更{self.base}-{place}", self.codes[place], self.codes[place + 1]
        values = {
            "登记通知书文号": act, "原统一社会信用代码": former, "现统一社会信用代码": successor, "变更类别": "换码",
            "变更生效日期": "2025-06-01", "当前状态": status,
        }  # fmt: skip
        self.tell(Succession, "successions", act, values, code=former, successor=successor, content=status)


@dataclass
class World:
    """One department's part: what it means to say, the files in which it says it, and what was accepted of them."""

    department_id: str
    penalties: Delivery
    story: Story
    files: list[tuple[str, Rows]] = field(default_factory=list)

    @property
    def facts(self) -> dict[str, Fact]:
        return {fact.number: fact for fact in self.story.facts}

    @property
    def by_place(self) -> frozenset[str]:
        return frozenset() if self.penalties.sequence else frozenset({"penalties"})

    def told(self, state: State) -> State:
        """A state in words that both departments of a story have in common."""
        place = {code: str(number) for number, code in enumerate(self.story.codes)}
        return {
            place.get(record, record.rpartition("-")[2] + "号"): (place[code], *rest)
            for record, (code, *rest) in state.items()
        }  # fmt: skip

    def office(self, feed_id: str) -> Department:
        delivery = {"penalties": self.penalties, "grades": Delivery()}.get(feed_id, APPEND)
        source = {"kind": "csv", "location": f"feeds://{self.department_id}/{feed_id}/*.csv"}
        feed = Feed(feed_id, CONTRACTS[feed_id], "数据", source, delivery=delivery)
        return replace(department(feed), id=self.department_id)


def in_order(world: World) -> list[tuple[str, Rows]]:
    """Every row right, in one file of each feed."""
    return [(feed, [fact.values for fact in world.facts.values() if fact.feed == feed]) for feed in CONTRACTS]


def scattered(random: Random, world: World) -> list[tuple[str, Rows]]:
    """Rows in one file or in two, some spoilt; the feeds' files in any order, but those whose order is all they say."""
    queues: list[list[tuple[str, Rows]]] = []
    for feed in CONTRACTS:
        facts = [fact for fact in world.facts.values() if fact.feed == feed]
        if feed in world.by_place:
            cut = random.randint(0, len(facts))
            windows = [part for part in (facts[:cut], facts[cut:]) if part]
        else:
            windows = [[] for _ in range(random.randint(2, 3))]
            for fact in facts:
                for window in random.sample(windows, random.randint(1, 2)):
                    window.append(fact)
            windows = [random.sample(window, len(window)) for window in windows if window]
            random.shuffle(windows)
        queues.append([(feed, [spoilt(random, fact) for fact in window]) for window in windows])
    order = [place for place, queue in enumerate(queues) for _ in queue]
    random.shuffle(order)
    return [queues[place].pop(0) for place in order]


def spoilt(random: Random, fact: Fact) -> dict[str, str]:
    """The row, or the row with a fault."""
    if random.random() > 0.35:
        return fact.values
    heading, value = random.choice(DELETION_FAULTS if fact.is_deletion else FAULTS[fact.feed])
    return fact.values | {heading: value}


def deliver(connection: psycopg.Connection, feeds: Path, world: World, feed: str, rows: Rows) -> None:
    """Put one more file beside the feed's others, and receive it."""
    folder = feeds / world.department_id / feed
    header = list(rows[0])
    name = f"{len(list(folder.glob('*.csv'))) + 1:03}.csv"
    write(folder, name, csv_text([[row[heading] for heading in header] for row in rows], header))
    office = world.office(feed)
    receive_feed(connection, office, office.feeds[0], open_connection=no_connection)


def handed_out(connection: psycopg.Connection, path: Path, world: World, feed: str) -> list[Rows]:
    """The rows of a feed that wait to be corrected, a list for each file that quarantine makes of them."""
    office = world.office(feed)
    found = []
    for file in export_feed(connection, office, office.feeds[0], path):
        with file.open(encoding="utf-8-sig", newline="") as opened:
            found.append(list(csv.DictReader(opened)))
    return found


def corrected(world: World, row: dict[str, str]) -> dict[str, str]:
    """The row as the department meant it, under the headings that it was handed out with."""
    right = world.facts[row[FACT]].values
    return {heading: right.get(heading, value) for heading, value in row.items()}


def accepted(connection: psycopg.Connection, world: World) -> list[Arrival]:
    """The rows that staging took, in the order they reached us, each with the place it must have.

    A row that is sent in the place of another that was itself sent so has the place of the first.
    """
    arrivals: list[Arrival] = []
    for contract_id in CONTRACTS.values():
        rows = connection.execute(
            f"select landed.batch_id, landed.row_number, landed.extra_columns ->> '{FACT}',"
            f" landed.extra_columns ->> '_corrects', staged.batch_id is not null"
            f" from landing.{contract_id} as landed inner join landing.batch using (batch_id)"
            f" left join staging.{contract_id} as staged using (batch_id, row_number)"
            f" where batch.department_id = %s order by 1, 2".encode(),
            (world.department_id,),
        ).fetchall()
        places: dict[str, tuple[int, int]] = {}
        for batch_id, row_number, number, corrects, is_accepted in rows:
            place = places[corrects] if corrects else (batch_id, row_number)
            places[f"Q{batch_id}-{row_number}"] = place
            if is_accepted:
                arrivals.append(Arrival(batch_id, place, world.facts[number]))
    return sorted(arrivals, key=lambda one: one.batch_id)
