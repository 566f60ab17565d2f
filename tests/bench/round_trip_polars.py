"""The round trip through Polars: read from Postgres as Arrow, score in Polars, write back.

Points are counted in hundredths, fines in 分, scores in hundred-thousandths of a point: whole numbers are exact.
"""

from datetime import date

import polars
import pyarrow
from polars import Expr, LazyFrame, col, lit, when

from tests.bench.round_trip import main

SCORE_SCALE = 5
UNIT = 10**SCORE_SCALE


def banded(value: Expr, bands: dict[int, int], otherwise: int) -> Expr:
    """The value of the first band whose upper bound the raw value stays below; all bounds ascend."""
    result: Expr = lit(otherwise, polars.Int64)
    for below, points in reversed(bands.items()):
        result = when(value < below).then(lit(points, polars.Int64)).otherwise(result)
    return result


def counting(records: LazyFrame, as_of: date) -> LazyFrame:
    """Records that count on the day or later, with the day on which each next begins or ceases to count."""
    item = col("catalogue_item_id").cast(polars.String)
    months = (
        when(item == "administrative_penalty")
        .then(col("occurred_on").dt.offset_by("36mo"))
        .when(item == "bidding_bad_behaviour")
        .then(col("occurred_on").dt.offset_by("12mo"))
    )
    return (
        records.with_columns(
            counts_from=polars.max_horizontal("effective_from", "occurred_on"),
            counts_until=polars.min_horizontal("effective_until", "repaired_on", "withdrawn_on", months),
        )
        .filter(
            col("counts_until").is_null() | ((col("counts_until") > as_of) & (col("counts_until") > col("counts_from")))
        )
        .with_columns(
            is_active=col("counts_from") <= as_of,
            changes_on=when(col("counts_from") <= as_of).then("counts_until").otherwise("counts_from"),
            points=(col("points_counted") * 100).cast(polars.Int64),
            fine=(col("amount") * 100).cast(polars.Int64),
        )
    )


def subjects(records: LazyFrame) -> LazyFrame:
    """One row per subject, with everything that a rulebook looks at."""
    item, active = col("catalogue_item_id"), col("is_active")
    penalty = (item == "administrative_penalty") & active
    return records.group_by("subject_key").agg(
        registrations=((item == "market_entity_registered") & active).any(),
        participations=((item == "bidding_participant") & active).any(),
        penalties=penalty.sum().cast(polars.Int64),
        serious_penalties=(penalty & (col("severity") == "serious")).sum().cast(polars.Int64),
        fines=when(penalty).then("fine").sum(),
        listings=((item == "serious_dishonesty") & active).any(),
        honours=((item == "honour") & active).sum().cast(polars.Int64),
        behaviour_points=when((item == "bidding_bad_behaviour") & active).then("points").sum(),
        public_credit_changes_on=when(item != "bidding_participant").then("changes_on").min(),
        bidding_changes_on=col("changes_on").min(),
    )


def scored(subject: LazyFrame) -> LazyFrame:
    """One row per subject and rulebook that covers it, scores in hundred-thousandths."""
    points = col("behaviour_points")
    public_credit = (
        17_500 * banded(col("penalties"), {1: 100, 2: 75, 3: 50, 5: 20}, 0)
        + 10_500 * banded(col("serious_penalties"), {1: 100, 2: 40}, 0)
        + 7_000 * banded(col("fines"), {5_000_00: 100, 50_000_00: 70, 500_000_00: 30}, 0)
        + 15_000 * when("listings").then(0).otherwise(100)
        + 250 * (10_000 - 5 * points).clip(0, 10_000)
        + 15_000 * banded(col("honours"), {1: 60, 2: 80, 3: 90}, 100)
        + 10_000 * 100
    )
    subject = subject.with_columns(public_credit=when("registrations").then(public_credit))
    # a fifth of the public credit score is whole in these units: every part of it is a multiple of 5
    bidding = 800 * (10_000 - points).clip(0, 10_000) + col("public_credit").fill_null(60 * UNIT) // 5
    shared = ("subject_key", "listings")
    return polars.concat(
        [
            subject.filter("registrations").select(
                lit("public_credit").alias("rulebook_id"), *shared, col("public_credit").alias("score"),
                col("public_credit_changes_on").alias("next_change_on"),
            ),
            subject.filter("participations").select(
                lit("bidding_participant").alias("rulebook_id"), *shared, bidding.alias("score"),
                col("bidding_changes_on").alias("next_change_on"),
            ),
        ]
    )  # fmt: skip


def graded(score: LazyFrame) -> LazyFrame:
    """Grade, status and gap; scores become decimals."""
    exact, cuts = polars.Decimal(18, SCORE_SCALE), {60: "E", 70: "D", 80: "C", 90: "B"}
    grade, next_cut = lit("A"), lit(None, polars.Int64)
    for cut, below in reversed(cuts.items()):
        grade = when(col("score") < cut * UNIT).then(lit(below)).otherwise(grade)
        next_cut = when(col("score") < cut * UNIT).then(lit(cut * UNIT, polars.Int64)).otherwise(next_cut)
    grade = when("listings").then(lit("E")).otherwise(grade)
    smallest = lit("0.00001").str.to_decimal(scale=SCORE_SCALE)

    def decimal(units: Expr) -> Expr:
        return (units.cast(polars.Decimal(18, 0)) * smallest).cast(exact)

    return score.select(
        "rulebook_id", "subject_key", decimal(col("score")).alias("score"), grade.alias("grade"),
        grade.alias("city_grade"), when("listings").then(lit("veto")).otherwise(lit("by_score")).alias("grade_status"),
        decimal(when(~col("listings")).then(next_cut - col("score"))).alias("gap_to_next_band"), "next_change_on",
    )  # fmt: skip


def compute(records: pyarrow.Table, as_of: str) -> pyarrow.Table:
    """Grades of all subjects, in exact decimals."""
    frame = polars.from_arrow(records).lazy()
    return graded(scored(subjects(counting(frame, date.fromisoformat(as_of))))).collect().to_arrow()


if __name__ == "__main__":
    main("polars", compute)
