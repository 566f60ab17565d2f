"""The project's own rulebooks on facts small enough to be graded by hand, at the places where hands slip."""

from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg

from credit_grading import paths
from tests.oracle.facts import fact
from tests.oracle.records import Record
from tests.oracle.rules import read_rulebooks
from tests.oracle.warehouse import evaluate, read_results

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def firm(name: str, total: str, facet: str = "施工") -> list[Record]:
    """A construction firm whose published parts sum to `total` points."""
    points = Decimal(total) - 100
    item = "construction_special_points" if points > 0 else "construction_deduction_points"
    key = f"N:construction:{name}"
    records = [fact(key, "construction_firm", on="2024-03-01", facet=facet)]
    if points:
        records.append(fact(key, item, on="2024-03-01", facet=facet, points=abs(points)))
    return records


def grades(connection: psycopg.Connection, records: list[Record], as_of: str) -> dict:
    evaluate(connection, paths.rulebooks(), records, date.fromisoformat(as_of), NOW)
    return {(key[0], key[1].split(":")[-1], key[2]): row for key, row in read_results(connection).items()}


def test_construction_integrity_changes_its_rules_on_a_day(warehouse: psycopg.Connection) -> None:
    scores = "130 130.5 90 90.5 75 75.5 100 120 119.75 150 149.5 70 69.5 -77.25 236.25"
    totals = scores.split()
    records = [one for total in totals for one in firm(total, total)]
    records += [
        fact("N:construction:unscored", "construction_firm", on="2024-03-01", facet="施工"),
        fact("N:construction:unscored", "construction_no_scored_qualification", on="2024-03-01", facet="施工"),
    ]
    for as_of, version, expected in (
        ("2025-07-30", "1", "A AA B A C B A A A AA AA C C C AA"),
        ("2025-07-31", "2", "AA AA B B B B A AA A AAA AA B C C AAA"),
    ):
        found = grades(warehouse, records, as_of)
        assert len(found) == len(totals) + 1
        rows = [found["construction_integrity", total, "施工"] for total in totals]
        assert [row["score"] for row in rows] == [Decimal(total) for total in totals]
        assert [row["grade"] for row in rows] == expected.split()
        assert {row["rulebook_version"] for row in rows} == {version}
        unscored = found["construction_integrity", "unscored", "施工"]
        assert (unscored["grade"], unscored["city_grade"], unscored["grade_status"]) == (None, None, "no_grade")
        assert unscored["limit_id"] == "no_scored_qualification"
    row = found["construction_integrity", "119.75", "施工"]
    assert (row["gap_to_next_band"], row["city_grade"], row["next_change_on"]) == (Decimal("0.25"), "C", None)


def test_a_qualification_is_graded_on_its_own(warehouse: psycopg.Connection) -> None:
    found = grades(warehouse, firm("two", "69.75", "施工") + firm("two", "120", "监理"), "2026-01-05")
    assert {key[2]: row["grade"] for key, row in found.items()} == {"施工": "C", "监理": "AA"}


def test_public_credit_and_bidding_by_hand(warehouse: psycopg.Connection) -> None:
    clean, fined, over, listed, bidder = (f"91500000MA5U00000{n}" for n in range(5))
    records = [fact(key, "market_entity_registered") for key in (clean, fined, over, listed)]
    records += [fact(key, "bidding_participant") for key in (fined, over, bidder)]
    records += [
        fact(fined, "administrative_penalty", on="2026-01-31", amount=Decimal("50000"), severity="serious"),
        # its publicity ends on the very day: no longer counted
        fact(
            over, "administrative_penalty", on="2026-01-31", until="2026-11-24", amount=Decimal("1"), severity="serious"
        ),
        fact(over, "bidding_bad_behaviour", on="2025-11-25", points=Decimal("10")),
        fact(over, "bidding_bad_behaviour", on="2025-11-24", points=Decimal("50")),
        fact(listed, "serious_dishonesty", on="2026-11-24", until="2026-11-25", severity="serious"),
        fact(bidder, "bidding_bad_behaviour", on="2026-11-24", until="2026-11-30", points=Decimal("2.25")),
    ]
    found = grades(warehouse, records, "2026-11-24")

    def row(book: str, key: str) -> tuple:
        one = found[book, key, ""]
        return one["score"], one["grade"], one["grade_status"], one["gap_to_next_band"], one["next_change_on"]

    assert len(found) == 4 + 3
    # both rulebooks end with the year
    next_version = date(2027, 1, 1)
    # 50 + 25 + 15 × 0.6 + 10
    assert row("public_credit", clean) == (Decimal(94), "A", "by_score", None, next_version)
    # the count falls to 75, the serious count to 40, 50,000 yuan are exactly in the band of 30:
    # 94 − 0.35 × (0.5 × 25 + 0.3 × 60 + 0.2 × 70) = 78.425
    assert row("public_credit", fined) == (Decimal("78.425"), "C", "by_score", Decimal("1.575"), next_version)
    # ten points until tomorrow: 94 − 25 × 0.5
    assert row("public_credit", over) == (Decimal("81.5"), "B", "by_score", Decimal("8.5"), date(2026, 11, 25))
    # listed today, removed tomorrow: 94 − 15 = 79, and a veto whatever the score
    assert row("public_credit", listed) == (Decimal(79), "E", "veto", None, date(2026, 11, 25))
    # 80 + 0.2 × 78.425
    assert row("bidding_participant", fined) == (Decimal("95.685"), "A", "by_score", None, next_version)
    assert row("bidding_participant", over)[:2] == (Decimal("88.3"), "B")
    # not registered, so no public score: 0.8 × 97.75 + 0.2 × 60 = 90.2
    assert row("bidding_participant", bidder) == (Decimal("90.2"), "A", "by_score", None, date(2026, 11, 30))
    upstream = found["bidding_participant", bidder, ""]["lines"]["public_credit"]
    assert (upstream["status"], upstream["contribution"]) == ("missing", 12)


def test_what_was_not_known_then_is_not_seen(warehouse: psycopg.Connection) -> None:
    key = "91500000MA5U000009"
    later = datetime(2026, 11, 25, tzinfo=UTC)
    records = [
        fact(key, "market_entity_registered"),
        fact(key, "serious_dishonesty", on="2026-01-01", known_from=later),
        fact(key, "honour", on="2026-01-01", known_until=later),
        fact(key, "honour", on="2026-01-01", withdrawn="2026-01-02", known_from=later),
    ]
    found = grades(warehouse, records, "2026-11-24")
    assert found["public_credit", key, ""]["score"] == Decimal(97)


def test_no_records_no_grades(warehouse: psycopg.Connection) -> None:
    assert grades(warehouse, [], "2026-11-24") == {}
    in_force = [book for book in read_rulebooks(paths.rulebooks()) if book.applies_on(date(2026, 11, 24))]
    leaves = {(book.id, leaf.indicator_id) for book in in_force for leaf in book.leaves}
    defaults = warehouse.execute("select rulebook_id, indicator_id from evaluation.indicator_default").fetchall()
    assert leaves
    assert set(defaults) == leaves
    assert len(defaults) == len(leaves)
