"""Write a city's feeds: `generate_city` the first delivery, `next_day` the day after."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from credit_grading.city import events
from credit_grading.city.dirt import REJECTION_REASONS, DirtShares, Record, Soil
from credit_grading.city.firms import Firm, make_firms
from credit_grading.city.layouts import BIDDING_BAD_BEHAVIOUR, HONOUR, LAYOUTS, SERIOUS_DISHONESTY, Layout
from credit_grading.city.manifest import FILE, CityManifest, FeedManifest
from credit_grading.city.story import STORY_CODE, story_penalty, story_records
from credit_grading.city.writers import CsvWriter, JsonLinesWriter, SqlWriter, Writer, XlsxWriter

SEED = 20260101
FIRMS = 2_000
AS_OF = date(2026, 6, 30)
PUT_RIGHT_KEPT = 3
NEW_FIRMS_NEXT_DAY = 3


def generate_city(
    folder: Path,
    source_url: str,
    *,
    seed: int = SEED,
    firms: int = FIRMS,
    as_of: date = AS_OF,
    shares: DirtShares | None = None,
) -> CityManifest:
    """Write all feeds under ``folder`` and fill the source database; the same arguments give the same bytes.

    Args:
        folder: becomes ``<folder>/<department>/<contract>/*``, what ``feeds://`` means to the department files.
        source_url: SQLAlchemy URL of the database of 发展改革委; its table is replaced in one transaction.
        seed, firms, as_of: the city, its number of firms besides the three story firms, its present day.
        shares: the dirt; default DirtShares().

    Files of an earlier city in the same folder are removed, others are left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _remove_earlier(folder)
    manifest = CityManifest(seed, firms, as_of, STORY_CODE)
    feeds = {
        layout.contract: _Feed(layout, folder, source_url, as_of, Soil((shares or DirtShares()).of(layout.dirt),
                                                                       Random(f"{seed}/dirt/{layout.feed}")))
        for layout in LAYOUTS
    }  # fmt: skip
    for story in story_records(as_of):
        feeds[story.contract].add_clean(story.record)
    for firm, random in make_firms(seed, 0, firms, as_of):
        for contract, record in _records(firm, random, as_of):
            feeds[contract].add(record)
        if firm.carries_old_code:
            # true of every row of such a firm, counted once, in the registry
            feeds["market_entity"].count("old_division_code")
    for feed in feeds.values():
        manifest.feeds[feed.manifest.feed] = feed.close()
    manifest.save(folder)
    return manifest


def next_day(folder: Path, source_url: str) -> CityManifest:
    """Add what the departments send a day later, and return the manifest of that increment alone.

    New firms, new penalties, acts and honours; one late correction (the story firm's fine); rows of the
    first day that went into quarantine, put right. The list of serious cases and the construction snapshot
    bring nothing new. Raises FileNotFoundError where no city was generated in the folder.
    """
    city = CityManifest.load(folder)
    today = city.as_of + timedelta(days=1)
    increment = CityManifest(city.seed, city.firms, today, city.story_code)
    clean = Soil({}, Random(0))
    layouts = [layout for layout in LAYOUTS if layout.feed in ("market_entity_registry", "administrative_penalties")]
    feeds = {
        layout.contract: _Feed(layout, folder, source_url, today, clean, first=False)
        for layout in [*layouts, BIDDING_BAD_BEHAVIOUR, HONOUR]
    }
    feeds["administrative_penalty"].add_clean(story_penalty(city.as_of, fine="1.5"))
    feeds["administrative_penalty"].count("corrected")
    for feed in feeds.values():
        for record in city.feeds[feed.manifest.feed].put_right:
            feed.add_clean(_with_dates(record))
            feed.count("put_right")
    for contract, record in _new_records(city, today):
        feeds[contract].add_clean(record)
    for feed in feeds.values():
        increment.feeds[feed.manifest.feed] = feed.close()
    return increment


def _records(firm: Firm, random: Random, as_of: date) -> Iterator[tuple[str, Record]]:
    yield "market_entity", events.registry_entry(firm, random, as_of)
    for contract, make in (
        ("administrative_penalty", events.penalties),
        ("bidding_bad_behaviour", events.bad_behaviours),
        ("serious_dishonesty", events.listings),
        ("honour", events.honours),
        ("construction_integrity_points", events.integrity_points),
    ):
        for record in make(firm, random, as_of):
            yield contract, record


def _new_records(city: CityManifest, today: date) -> Iterator[tuple[str, Record]]:
    yesterday = today - timedelta(days=1)
    # ordinals from 50 on are used by no record of the first day
    for firm, _ in make_firms(city.seed, 0, city.firms, city.as_of):
        random = Random(f"{city.seed}/next_day/{firm.number}")
        if random.random() < max(0.004, 3 / (city.firms + 1)):
            yield "administrative_penalty", events.penalty(firm, random, today, yesterday, 50)
            yield "honour", events.honour(firm, random, yesterday, 50)
        if firm.business != "other" and random.random() < 0.02:  # noqa: PLR2004
            yield "bidding_bad_behaviour", events.bad_behaviour(firm, random, yesterday, 50)
    for firm, random in make_firms(city.seed, city.firms, city.firms + NEW_FIRMS_NEXT_DAY, today):
        yield "market_entity", events.registry_entry(firm, random, today)


def _with_dates(record: Record) -> Record:
    # the manifest keeps dates as ISO text; a SQL date column wants dates again
    return {name: date.fromisoformat(str(value)) if name.endswith(("_on", "_until")) and value else value
            for name, value in record.items()}  # fmt: skip


def _remove_earlier(folder: Path) -> None:
    if not (folder / FILE).exists():
        return
    for layout in LAYOUTS:
        for file in sorted((folder / layout.department / layout.contract).glob("????-??-??_*")):
            file.unlink()


class _Feed:
    """Plants dirt in a feed's records and writes them, each kind of file opened when its first row comes."""

    def __init__(
        self, layout: Layout, folder: Path, source_url: str, day: date, soil: Soil, *, first: bool = True
    ) -> None:
        self._layout, self._folder, self._source_url, self._day = layout, folder, source_url, day
        self._soil, self._first = soil, first
        self._random = Random(f"{day}/{layout.feed}")
        self._writers: dict[str, Writer] = {}
        self._corrections: list[Record] = []
        self.manifest = FeedManifest(layout.department, layout.feed, layout.contract)

    def count(self, kind: str) -> None:
        """Count something planted outside the soil."""
        self.manifest.planted[kind] = self.manifest.planted.get(kind, 0) + 1

    def add(self, record: Record) -> None:
        """Write a record, perhaps soiled, twice, or with a correction to follow."""
        kind = self._soil.pick(lambda kind: self._layout.can_carry(kind, record))
        if kind in REJECTION_REASONS and len(self.manifest.put_right) < PUT_RIGHT_KEPT:
            self.manifest.put_right.append(record)
        if kind == "corrected":
            self._corrections.append(self._layout.correct(record, self._random, self._day))
        elif kind and kind != "duplicated":
            self.add_clean(self._layout.soiled(kind, record, self._random), part=self._part(record))
            return
        self.add_clean(record)
        if kind == "duplicated":
            self.add_clean(record)

    def add_clean(self, record: Record, *, part: str | None = None) -> None:
        """Write a record as it is."""
        part = part or self._part(record)
        if part not in self._writers:
            self._writers[part] = self._open(part)
            self.manifest.files[part] = 0
        self._writers[part].write(record)
        self.manifest.files[part] += 1

    def close(self) -> FeedManifest:
        """Write the corrections after everything else, finish all files, return the numbers."""
        for record in self._corrections:
            self.add_clean(record, part=self._name("3_corrections"))
        for writer in self._writers.values():
            writer.close()
        for kind, number in sorted(self._soil.planted.items()):
            self.manifest.planted[kind] = number
        return self.manifest

    def _part(self, record: Record) -> str:
        """Which file a record belongs to: penalties come one file per period, everything else in one."""
        if not self._first:
            return self._name("1_increment")
        if self._layout.contract != "administrative_penalty":
            return self._name("1_full")
        decided_on = record["decided_on"]
        recent = isinstance(decided_on, date) and decided_on.year >= self._day.year
        return self._name("2_current_year" if recent else "1_earlier_years")

    def _name(self, part: str) -> str:
        if self._layout is BIDDING_BAD_BEHAVIOUR:
            return SqlWriter.TABLE
        ending = {SERIOUS_DISHONESTY.contract: "xlsx", HONOUR.contract: "jsonl"}.get(self._layout.contract, "csv")
        return f"{self._day}_{part}.{ending}"

    def _open(self, name: str) -> Writer:
        columns = self._layout.columns
        if self._layout is BIDDING_BAD_BEHAVIOUR:
            return SqlWriter(self._source_url, columns, self._day, replace=self._first)
        path = self._folder / self._layout.department / self._layout.contract / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".xlsx":
            return XlsxWriter(path, columns)
        if path.suffix == ".jsonl":
            return JsonLinesWriter(path, columns)
        # the penalties of the current year come from an office whose system still writes GB18030
        encoding = "gb18030" if "2_current_year" in name else "utf-8-sig"
        return CsvWriter(path, columns, encoding)
