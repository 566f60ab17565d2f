"""Fill the calendar with the holidays and worked rest days (节假日和调休) of the yearly notices."""

import csv
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

# Not a dbt seed: landing asks for working days before dbt has ever run, and a new year would make dbt's run a full one.
HOLIDAY_FILE = Path(__file__).parent / "holiday.csv"

MAKE_EQUAL = """
with listed as (
    select * from jsonb_populate_recordset(null::calendar.holiday, %s)
),

gone as (
    delete from calendar.holiday where holiday.date not in (select listed.date from listed)
)

insert into calendar.holiday as held (year, date, name, is_working_day, source)
select listed.year, listed.date, listed.name, listed.is_working_day, listed.source from listed
on conflict (date) do update
set year = excluded.year, name = excluded.name, is_working_day = excluded.is_working_day, source = excluded.source
where held is distinct from excluded
"""


def load_holidays(connection: psycopg.Connection, file: Path = HOLIDAY_FILE) -> None:
    """Make calendar.holiday say what the file says, in the caller's transaction; rows that agree are not touched.

    Args:
        connection: to a warehouse with schema calendar.
        file: CSV with the columns year, date, name, is_working_day and source (the notice, 国务院办公厅通知).
    """
    with file.open(encoding="utf-8", newline="") as lines:
        connection.execute(MAKE_EQUAL, (Jsonb(list(csv.DictReader(lines))),))
