"""The generated city: the same for the same seed, true to its manifest, valid where it must be."""

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from stdnum.cn import uscc

from credit_grading.city import STORY_CODE, CityManifest, DirtShares, generate_city, next_day
from credit_grading.city.divisions import DIVISIONS, OLD_CODES, short_name
from credit_grading.city.events import add_months, ten_thousand_yuan
from credit_grading.city.firms import make_firms, trade_name
from credit_grading.city.layouts import LAYOUTS, MARKET_ENTITY, Layout
from credit_grading.contract.load import load_contract

FIRMS = 1_500
LAYOUT = {layout.contract: layout for layout in LAYOUTS}


def source(folder: Path) -> str:
    return f"sqlite:///{folder}/source.db"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CityManifest]:
    folder = tmp_path_factory.mktemp("city")
    return folder, generate_city(folder, source(folder), firms=FIRMS)


def read_feed(folder: Path, layout: Layout, prefix: str = "") -> list[dict[str, str]]:
    """Every row of a feed under its canonical names, as text, read without the generator's own writers."""
    from openpyxl import load_workbook

    canonical = {header: name for name, header in layout.columns.items()}
    rows: list[dict[str, object]] = []
    if layout.contract == "bidding_bad_behaviour":
        with sa.create_engine(source(folder)).connect() as connection:
            rows = [dict(row) for row in connection.execute(sa.text(f"select * from {layout.contract}")).mappings()]
    for file in sorted((folder / layout.department / layout.contract).glob(f"{prefix}*")):
        if file.suffix == ".csv":
            encoding = "gb18030" if "current_year" in file.name else "utf-8-sig"
            rows += list(csv.DictReader(file.open(encoding=encoding, newline="")))
        elif file.suffix == ".jsonl":
            rows += [json.loads(line) for line in file.open(encoding="utf-8")]
        else:
            sheet = load_workbook(file).active
            header, *values = sheet.iter_rows(values_only=True)
            rows += [dict(zip(header, line, strict=True)) for line in values]
    return [{canonical.get(k, k): "" if v is None else str(v) for k, v in row.items()} for row in rows]


def contents(folder: Path) -> dict[str, bytes]:
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*-*-*_*")}
    return files | {"city.json": (folder / "city.json").read_bytes()}


def test_same_seed_gives_the_same_bytes_and_table(city: tuple[Path, CityManifest], tmp_path: Path) -> None:
    folder, _ = city
    generate_city(tmp_path, source(tmp_path), firms=FIRMS)
    assert contents(tmp_path) == contents(folder)
    assert len(contents(folder)) >= 8
    behaviour = LAYOUT["bidding_bad_behaviour"]
    assert read_feed(tmp_path, behaviour) == read_feed(folder, behaviour)


def test_another_seed_gives_another_city(city: tuple[Path, CityManifest], tmp_path: Path) -> None:
    folder, _ = city
    generate_city(tmp_path, source(tmp_path), seed=7, firms=FIRMS)
    names = {row["entity_name"] for row in read_feed(folder, MARKET_ENTITY)}
    others = {row["entity_name"] for row in read_feed(tmp_path, MARKET_ENTITY)}
    assert len(names & others) < 0.02 * len(names)


def test_generating_again_replaces_files_and_rows(tmp_path: Path) -> None:
    for firms in (400, 60):
        manifest = generate_city(tmp_path, source(tmp_path), firms=firms)
    for layout in LAYOUTS:
        assert len(read_feed(tmp_path, layout)) == manifest.feeds[layout.feed].rows > 0


def test_manifest_counts_every_row(city: tuple[Path, CityManifest]) -> None:
    folder, manifest = city
    assert set(manifest.feeds) == {layout.feed for layout in LAYOUTS}
    for layout in LAYOUTS:
        feed = manifest.feeds[layout.feed]
        assert len(read_feed(folder, layout)) == feed.rows > 0
    assert CityManifest.load(folder).feeds["honours"].files == manifest.feeds["honours"].files


def test_planted_dirt_is_what_an_independent_reader_finds(city: tuple[Path, CityManifest]) -> None:
    folder, manifest = city
    rejecting = ("wrong_check_digit", "missing_name", "future_date", "unit_confusion")
    found: Counter[str] = Counter()
    for layout in LAYOUTS:
        rows = read_feed(folder, layout)
        planted = manifest.feeds[layout.feed].planted
        counted = Counter(
            wrong_check_digit=sum(bool(row.get(layout.code or "")) and not uscc.is_valid(row[layout.code])
                                  for row in rows) if layout.code else 0,
            missing_name=sum(not row[layout.name] for row in rows),
            future_date=sum(row[layout.past] > str(manifest.as_of) for row in rows) if layout.past else 0,
            unit_confusion=sum(float(row[layout.amount] or "nan") > 10_000 for row in rows) if layout.amount else 0,
        )  # fmt: skip
        assert {kind: counted[kind] for kind in rejecting} == {kind: planted.get(kind, 0) for kind in rejecting}, layout
        found += counted
    assert all(found[kind] > 0 for kind in rejecting)


def test_duplicates_and_corrections_are_counted(city: tuple[Path, CityManifest]) -> None:
    folder, manifest = city
    for layout in LAYOUTS:
        planted = manifest.feeds[layout.feed].planted
        rows = [tuple(v for k, v in row.items() if k != "id") for row in read_feed(folder, layout)]
        assert len(rows) - len(set(rows)) == planted.get("duplicated", 0), layout.feed
    penalty = LAYOUT["administrative_penalty"]
    corrections = [row["decision_number"] for row in read_feed(folder, penalty, "2026-06-30_3_")]
    originals = Counter(row["decision_number"] for row in read_feed(folder, penalty))
    assert len(corrections) == manifest.feeds[penalty.feed].planted["corrected"] > 0
    assert all(originals[number] == 2 for number in corrections)


@pytest.mark.parametrize("firms", [50, FIRMS, 4_000])
def test_quarantine_stays_below_four_percent_of_each_feed(firms: int, tmp_path: Path) -> None:
    manifest = generate_city(tmp_path, source(tmp_path), firms=firms)
    assert all(feed.rejected <= 0.04 * feed.rows for feed in manifest.feeds.values())


def test_no_dirt_where_none_is_asked_for(tmp_path: Path) -> None:
    none = DirtShares(**dict.fromkeys(DirtShares().__dataclass_fields__, 0.0))
    manifest = generate_city(tmp_path, source(tmp_path), firms=300, shares=none)
    assert sum(feed.rejected for feed in manifest.feeds.values()) == 0
    assert all(set(feed.planted) <= {"old_division_code"} for feed in manifest.feeds.values())


def test_size_is_adjustable_and_all_38_districts_occur_even_in_a_small_city(tmp_path: Path) -> None:
    manifest = generate_city(tmp_path, source(tmp_path), firms=38)
    rows = read_feed(tmp_path, MARKET_ENTITY)
    today = {old: new for new, old in OLD_CODES.items()}
    assert {today.get(row["division_code"], row["division_code"]) for row in rows} == set(DIVISIONS)
    assert len(DIVISIONS) == 38
    assert manifest.feeds["market_entity_registry"].rows >= 38 + 3


def test_old_division_codes_occur_and_the_codes_that_carry_them_are_valid(city: tuple[Path, CityManifest]) -> None:
    folder, manifest = city
    firms = [firm for firm, _ in make_firms(manifest.seed, 0, FIRMS, manifest.as_of)]
    old = [firm for firm in firms if firm.credit_code[2:8] in OLD_CODES.values()]
    assert len(old) == manifest.feeds["market_entity_registry"].planted["old_division_code"] > 10
    assert all(uscc.is_valid(firm.credit_code) for firm in firms)
    assert any(row["division_code"] == "500228" for row in read_feed(folder, MARKET_ENTITY))


def test_codes_and_names_are_unique() -> None:
    firms = [firm for firm, _ in make_firms(20260101, 0, 20_000, date(2026, 6, 30))]
    assert len({firm.credit_code for firm in firms}) == 20_000
    assert len({firm.name for firm in firms}) == 20_000
    assert len({trade_name(3, number) for number in range(275_264)}) == 275_264


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.contract)
def test_every_header_is_one_the_contract_accepts(layout: Layout) -> None:
    contract = load_contract(layout.contract)
    for name, header in layout.columns.items():
        assert header in (*contract.column(name).headers, name)
    required = {column.name for column in contract.columns if column.header_required}
    assert required <= set(layout.columns)


def test_penalties_come_in_utf8_and_gb18030(city: tuple[Path, CityManifest]) -> None:
    folder, _ = city
    by_year = {file.name[11:]: file.read_bytes() for file in (folder / "market_regulation").rglob("*year*")}
    assert set(by_year) == {"1_earlier_years.csv", "2_current_year.csv"}
    with pytest.raises(UnicodeDecodeError):
        by_year["2_current_year.csv"].decode("utf-8")
    assert "行政处罚决定书文号" in by_year["2_current_year.csv"].decode("gb18030")


def test_story_firm_has_two_penalties_one_honour_and_one_act(city: tuple[Path, CityManifest]) -> None:
    folder, manifest = city
    assert manifest.story_code == STORY_CODE
    assert uscc.is_valid(STORY_CODE)
    counts = {
        contract: sum(STORY_CODE in row.values() for row in read_feed(folder, LAYOUT[contract])) for contract in LAYOUT
    }
    assert counts == {
        "market_entity": 1, "administrative_penalty": 2, "bidding_bad_behaviour": 1, "serious_dishonesty": 0,
        "honour": 1, "construction_integrity_points": 0,
    }  # fmt: skip
    points = read_feed(folder, LAYOUT["construction_integrity_points"])
    assert sum(row["firm_name"] == "重庆云岭启桥建设工程有限公司" for row in points) == 2


def test_most_construction_scores_are_exactly_100_and_some_leave_the_usual_range(tmp_path: Path) -> None:
    generate_city(tmp_path, source(tmp_path), firms=6_000)
    scores = [
        100 + float(row["base_points"] or 0) + float(row["special_points"] or 0) - float(row["deduction_points"] or 0)
        for row in read_feed(tmp_path, LAYOUT["construction_integrity_points"])
        if row["qualification_detail"] and row["base_points"] != "\\N"
    ]
    assert sum(score == 100 for score in scores) > 0.7 * len(scores)
    assert min(scores) < 0
    assert max(scores) > 150
    assert all(score * 4 == int(score * 4) for score in scores)


def test_next_day_corrects_puts_right_and_adds(tmp_path: Path) -> None:
    first = generate_city(tmp_path, source(tmp_path), firms=600)
    before = contents(tmp_path)
    increment = next_day(tmp_path, source(tmp_path))
    assert {name: content for name, content in contents(tmp_path).items() if name in before} == before
    for feed in increment.feeds.values():
        assert feed.rows > 0
        assert feed.rejected == 0
    penalty = LAYOUT["administrative_penalty"]
    story = [row for row in read_feed(tmp_path, penalty) if row["penalised_credit_code"] == STORY_CODE]
    assert [row["fine_amount"] for row in story if row["penalty_kind"] == "罚款"] == ["2.5", "1.5"] or {
        row["fine_amount"] for row in story if row["penalty_kind"] == "罚款"
    } == {"2.5", "1.5"}
    put_right = first.feeds["administrative_penalties"].put_right
    sent_again = {row["decision_number"] for row in read_feed(tmp_path, penalty, "2026-07-01")}
    assert put_right
    assert {str(record["decision_number"]) for record in put_right} <= sent_again


def test_next_day_twice_adds_nothing_twice(tmp_path: Path) -> None:
    generate_city(tmp_path, source(tmp_path), firms=300)
    once = next_day(tmp_path, source(tmp_path))
    after_once = contents(tmp_path), read_feed(tmp_path, LAYOUT["bidding_bad_behaviour"])
    assert next_day(tmp_path, source(tmp_path)) == once
    assert (contents(tmp_path), read_feed(tmp_path, LAYOUT["bidding_bad_behaviour"])) == after_once


def test_next_day_without_a_city_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"city\.json"):
        next_day(tmp_path, source(tmp_path))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2026, 6, 15), 6, date(2026, 12, 15)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_add_months(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_amounts_are_written_in_ten_thousand_yuan() -> None:
    assert [ten_thousand_yuan(yuan) for yuan in (2_000, 100_000, 125_500, 1_000_000)] == ["0.2", "10", "12.55", "100"]


def test_short_names_are_what_firms_carry() -> None:
    assert [short_name(code) for code in ("500112", "500233", "500240", "500243")] == ["渝北", "忠县", "石柱", "彭水"]
