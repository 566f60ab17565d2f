"""The city's day, and that of a generated city: it gets the same grades on whatever day the demo runs."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from credit_grading import paths

CITY_TIMEZONE = "Asia/Shanghai"


def city_today() -> date:
    """Today, on the city's calendar."""
    return datetime.now(ZoneInfo(CITY_TIMEZONE)).date()


def generated_city_day(state: Path | None = None) -> str | None:
    """The day (YYYY-MM-DD) that grading takes for today; None where no city was generated: the calendar decides."""
    try:
        return ((state or paths.state()) / "today").read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def set_generated_city_day(day: str, state: Path | None = None) -> None:
    """Note the present day of the city that lies in the state folder."""
    folder = state or paths.state()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "today").write_text(day + "\n", encoding="utf-8")
