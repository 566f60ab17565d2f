"""Working days and due dates, asked of the real Postgres: holidays, worked rest days, year ends, every kind of rule."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb

from credit_grading.warehouse.embedded import EmbeddedPostgres
from credit_grading.warehouse.holidays import HOLIDAY_FILE, load_holidays
from credit_grading.warehouse.prepare import prepare


@pytest.fixture(scope="module")
def warehouse(cluster: EmbeddedPostgres, prepared_template: str) -> Iterator[psycopg.Connection]:
    """One warehouse for all questions; nobody changes it for good."""
    cluster.create_database("calendar_questions", template=prepared_template)
    with psycopg.connect(cluster.url("calendar_questions"), autocommit=True) as connection:
        yield connection
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("drop database calendar_questions with (force)")


def ask(warehouse: psycopg.Connection, expression: str, *values):
    found = warehouse.execute(f"select {expression}".encode(), values).fetchone()
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("day", "is_working_day"),
    [
        ("2026-11-25", True),  # a Wednesday
        ("2026-11-28", False),  # a Saturday
        ("2026-10-10", True),  # a Saturday worked for the National Day
        ("2026-09-20", True),  # a Sunday, likewise
        ("2026-02-16", False),  # a Monday in the Spring Festival
        ("2025-01-26", True),
        ("2025-10-08", False),
        ("2027-01-01", True),  # a Friday of a year without a notice: only weekends are left out
        ("2027-01-02", False),
    ],
)
def test_a_day_is_worked_as_the_notices_say(warehouse, day, is_working_day):
    assert ask(warehouse, "calendar.is_working_day(%s::date)", day) is is_working_day


def test_every_year_of_the_file_is_whole(warehouse):
    """13 days a year are holidays by law; every other weekday off is worked on a weekend instead."""
    years = warehouse.execute(
        "select year, count(*) filter (where not is_working_day), count(*) filter (where is_working_day),"
        " count(*) filter (where not is_working_day and extract(isodow from date) < 6),"
        " count(*) filter (where is_working_day and extract(isodow from date) < 6), count(distinct source)"
        " from calendar.holiday group by year order by year"
    ).fetchall()
    assert [year for year, *_ in years] == [2025, 2026]
    for year, rest, worked, rest_on_weekdays, worked_on_weekdays, notices in years:
        assert rest >= 13
        assert (worked_on_weekdays, notices) == (0, 1), year
        # 13 holidays by law, less those that fall on a weekend and are not made up for
        assert rest_on_weekdays - worked in (12, 13), year


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        ("2026-11-26", 0, "2026-11-26"),
        ("2026-11-28", 0, "2026-11-30"),
        ("2026-11-26", 1, "2026-11-27"),
        ("2026-11-27", 1, "2026-11-30"),
        ("2026-11-28", 1, "2026-11-30"),
        ("2026-02-13", 1, "2026-02-14"),  # the Saturday before the Spring Festival is worked
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-02-13", 7, "2026-03-02"),  # 14, 24–28 February (the 28th a worked Saturday), 2 March
        ("2025-12-31", 1, "2026-01-04"),  # a worked Sunday after New Year
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-12-31", 1, "2027-01-01"),  # 2027 has no notice yet
    ],
)
def test_working_days_are_added_over_holidays_and_year_ends(warehouse, day, days, expected):
    assert ask(warehouse, "calendar.add_working_days(%s::date, %s)", day, days) == date.fromisoformat(expected)


def test_adding_and_counting_agree_for_every_day_of_a_year(warehouse):
    wrong = warehouse.execute(
        "select day, days from generate_series(date '2025-12-01', date '2026-12-31', interval '1 day') as start"
        " cross join (values (1), (5), (20)) as count (days) cross join lateral (select start::date as day) as city"
        " cross join lateral (select calendar.add_working_days(day, days) as reached) as added"
        " where calendar.working_days_between(day, reached) <> days or not calendar.is_working_day(reached)"
    ).fetchall()
    assert wrong == []
    assert ask(warehouse, "calendar.working_days_between(date '2026-03-02', date '2026-02-01')") == 0


def test_negative_days_are_refused_and_nothing_gives_nothing(warehouse):
    with pytest.raises(psycopg.errors.RaiseException, match="不能为负"):
        ask(warehouse, "calendar.add_working_days(date '2026-01-05', -1)")
    assert ask(warehouse, "calendar.add_working_days(null, 3)") is None
    assert ask(warehouse, "calendar.is_working_day(null)") is None


def test_working_days_of_any_span_are_the_days_that_are_worked(warehouse):
    """Within a week and over years, from and to days of rest, in listed years and beside them."""
    spans = (
        "select calendar.working_days_between(day::date, day::date + length), (select count(*) from"
        " generate_series(day::date + 1, day::date + length, interval '1 day') as each"
        " where calendar.is_working_day(each::date))"
        " from generate_series(date '2024-12-20', date '2025-02-20', '1 day') as day,"
        " unnest(array[0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 30, 365, 800]) as length"
    )
    counted = warehouse.execute(spans).fetchall()
    assert len(counted) == 63 * 13
    assert [pair for pair in counted if pair[0] != pair[1]] == []


def test_the_city_is_ahead_of_utc(warehouse):
    assert ask(warehouse, "calendar.city_day(timestamptz '2026-01-31 17:00 UTC')") == date(2026, 2, 1)


def test_a_year_is_known_by_its_notice(warehouse):
    known = [ask(warehouse, "calendar.is_known_year(%s::date)", f"{year}-06-01") for year in (2024, 2025, 2026, 2027)]
    assert known == [False, True, True, False]


def test_the_file_decides_what_is_listed(warehouse, tmp_path: Path):
    file = tmp_path / "holiday.csv"
    text = HOLIDAY_FILE.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([*text[:10], "2027,2027-01-01,元旦,false,某通知"]) + "\n", encoding="utf-8")
    load_holidays(warehouse, file)
    assert ask(warehouse, "count(*) from calendar.holiday") == 10
    assert ask(warehouse, "calendar.is_working_day(date '2027-01-01')") is False
    prepare(warehouse)
    assert ask(warehouse, "count(*) from calendar.holiday") == len(text) - 1
    assert ask(warehouse, "calendar.is_known_year(date '2027-01-01')") is False


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ({"day_of_month": 10}, "2026-11-26", ("2026-11-01", "2026-11-30", "2026-11-10")),
        ({"day_of_month": 10}, "2026-11-01", ("2026-11-01", "2026-11-30", "2026-11-10")),
        ({"day_of_month": 15}, "2026-11-26", ("2026-11-01", "2026-11-30", "2026-11-16")),  # the 15th is a Sunday
        ({"day_of_month": 1}, "2026-10-20", ("2026-10-01", "2026-10-31", "2026-10-08")),
        ({"day_of_month": 31}, "2026-02-03", ("2026-02-01", "2026-02-28", "2026-02-28")),  # a worked Saturday
        ({"working_day_of_month": 5}, "2026-10-20", ("2026-10-01", "2026-10-31", "2026-10-13")),
        ({"weekday": "monday"}, "2026-11-26", ("2026-11-23", "2026-11-29", "2026-11-23")),
        ({"weekday": "sunday"}, "2026-11-26", ("2026-11-23", "2026-11-29", "2026-11-30")),
        ({"weekday": "monday"}, "2026-02-18", ("2026-02-16", "2026-02-22", "2026-02-24")),
        ({"every": "working_day"}, "2026-11-29", ("2026-11-27", "2026-11-29", "2026-11-27")),
        ({"every": "working_day"}, "2026-02-20", ("2026-02-14", "2026-02-23", "2026-02-14")),
        ({"day_of_month": 15, "months": [1, 4, 7, 10]}, "2026-06-30", ("2026-04-01", "2026-06-30", "2026-04-15")),
        ({"day_of_month": 15, "months": [1, 4, 7, 10]}, "2026-12-31", ("2026-10-01", "2026-12-31", "2026-10-15")),
        ({"working_day_of_month": 1, "months": [3]}, "2026-02-28", ("2025-03-01", "2026-02-28", "2025-03-03")),
        ({"working_day_of_month": 1, "months": [3]}, "2026-03-01", ("2026-03-01", "2027-02-28", "2026-03-02")),
    ],
)
def test_a_rule_divides_time_into_periods(warehouse, rule, day, expected):
    found = warehouse.execute(
        "select starts_on::text, ends_on::text, due_on::text from calendar.due_period(%s, %s)", (Jsonb(rule), day)
    ).fetchone()
    assert found == expected


RULES = [
    {"day_of_month": 10}, {"day_of_month": 31}, {"working_day_of_month": 8}, {"weekday": "wednesday"},
    {"every": "working_day"}, {"day_of_month": 20, "months": [2, 5, 8, 11]}, {"day_of_month": 1, "months": [12]},
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_periods_follow_each_other_without_gap_or_overlap(warehouse, rule):
    periods = warehouse.execute(
        "select distinct period.* from generate_series(date '2024-12-01', date '2027-02-28', interval '1 day') as day"
        " cross join lateral calendar.due_period(%s, day::date) as period order by 1",
        (Jsonb(rule),),
    ).fetchall()
    assert len(periods) > 1
    for (_, end, _), (start, *_) in pairwise(periods):
        assert start == end + timedelta(days=1)
    assert all(start <= due for start, _, due in periods)


MONTHLY = {"day_of_month": 10, "grace_working_days": 3}
LONG_AGO = "2025-01-01"


@pytest.mark.parametrize(
    ("day", "since", "delivered", "expected"),
    [
        ("2026-11-09", LONG_AGO, "2026-10-09", ("not_yet_due", "2026-11-10", "2026-11-13")),
        ("2026-11-10", LONG_AGO, "2026-10-09", ("due", "2026-11-10", "2026-11-13")),
        ("2026-11-11", LONG_AGO, "2026-10-09", ("not_yet_published", "2026-11-10", "2026-11-13")),
        ("2026-11-13", LONG_AGO, "2026-10-09", ("not_yet_published", "2026-11-10", "2026-11-13")),
        ("2026-11-14", LONG_AGO, "2026-10-09", ("late", "2026-11-10", "2026-11-13")),
        ("2026-11-14", LONG_AGO, "2026-11-01", ("received", "2026-11-10", "2026-11-13")),
        # what was never delivered in October is still owed when November begins
        ("2026-11-01", LONG_AGO, "2026-09-30", ("late", "2026-10-10", "2026-10-14")),
        ("2026-11-11", LONG_AGO, "2026-08-31", ("late", "2026-09-10", "2026-09-15")),
        ("2026-11-11", LONG_AGO, None, ("late", "2025-01-10", "2025-01-15")),
        ("2026-11-01", LONG_AGO, "2026-10-31", ("not_yet_due", "2026-11-10", "2026-11-13")),
        # a feed that begins after the day owes the next one first
        ("2026-11-20", "2026-11-18", None, ("not_yet_due", "2026-12-10", "2026-12-15")),
        ("2026-11-20", "2026-11-10", None, ("late", "2026-11-10", "2026-11-13")),
        ("2026-12-05", "2026-11-18", None, ("not_yet_due", "2026-12-10", "2026-12-15")),
        # so does one that was tried by hand long before it was switched on, or just before
        ("2026-11-09", "2026-11-01", "2026-01-05", ("not_yet_due", "2026-11-10", "2026-11-13")),
        ("2026-11-20", "2026-11-18", "2026-01-05", ("not_yet_due", "2026-12-10", "2026-12-15")),
        ("2026-11-14", "2026-11-05", "2026-11-03", ("received", "2026-11-10", "2026-11-13")),
        # the grace runs over the Spring Festival
        ("2026-02-23", LONG_AGO, "2026-01-10", ("late", "2026-02-10", "2026-02-13")),
    ],
)
def test_the_state_of_a_monthly_feed(warehouse, day, since, delivered, expected):
    found = warehouse.execute(
        "select state, due_on::text, deadline_on::text, holidays_known from calendar.feed_state(%s, %s, %s, %s)",
        (Jsonb(MONTHLY), day, since, delivered),
    ).fetchone()
    assert found == (*expected, True)


def test_a_daily_feed_is_not_late_over_a_festival(warehouse):
    states = warehouse.execute(
        "select day::date::text, state from generate_series(date '2026-02-14', date '2026-02-26', '1 day') as day"
        " cross join lateral calendar.feed_state(%s, day::date, date '2025-01-01', date '2026-02-14') where"
        " calendar.is_working_day(day::date) or day = date '2026-02-23'",
        (Jsonb({"every": "working_day", "grace_working_days": 1}),),
    ).fetchall()
    assert states == [
        ("2026-02-14", "received"), ("2026-02-23", "received"), ("2026-02-24", "due"),
        ("2026-02-25", "not_yet_published"), ("2026-02-26", "late"),
    ]  # fmt: skip


def test_an_unknown_year_is_said(warehouse):
    found = warehouse.execute(
        "select deadline_on::text, holidays_known from calendar.feed_state(%s, '2026-12-30', '2025-01-01', null)",
        (Jsonb({"day_of_month": 31, "months": [12], "grace_working_days": 3}),),
    ).fetchone()
    # of two periods owed, the older one
    assert found == ("2026-01-06", True)
    found = warehouse.execute(
        "select deadline_on::text, holidays_known from calendar.feed_state(%s, '2026-12-30', '2025-01-01', %s)",
        (Jsonb({"day_of_month": 31, "months": [12], "grace_working_days": 3}), "2026-01-05"),
    ).fetchone()
    assert found == ("2027-01-05", False)


def test_without_a_rule_there_is_no_state(warehouse):
    assert ask(warehouse, "state from calendar.feed_state(null, '2026-11-26', '2025-01-01', null)") is None
