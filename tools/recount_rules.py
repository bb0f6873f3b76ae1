"""The owner's rules and the calendar, read once more from the rulebook's file for the recount.

Nothing of `chalicelib` is imported: only the figures in its file are shared.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

RULEBOOK: Final = Path(__file__).parents[1] / "chalicelib" / "rulebook.toml"


class Rules:
    """The owner's rules, read from the file as they stand there."""

    def __init__(self, path: Path = RULEBOOK) -> None:
        self.figures: Mapping[str, Any] = tomllib.loads(path.read_text("utf-8"))
        self.zone = ZoneInfo(self.figures["timezone"])

    def day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def month(self, instant: datetime) -> str:
        return self.day(instant).isoformat()[:7]

    def close(self, month: str) -> datetime:
        """09:00 of the working day of the next month on which `month` closes."""
        day = date.fromisoformat(f"{_next(month)}-01")
        left = self.figures["close_working_day"]
        while left := left - self.works(day):
            day += timedelta(days=1)
        return datetime.combine(day, time(9), self.zone)

    def working_day(self, day: date) -> date:
        """The first working day from `day` on."""
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def works(self, day: date) -> bool:
        """Whether people are at work on that day."""
        calendar = self.figures["calendar"]
        return day in calendar["workdays"] or (
            day.weekday() < 5 and day not in calendar["holidays"]
        )


def _next(month: str) -> str:
    return (date.fromisoformat(f"{month}-01") + timedelta(days=31)).isoformat()[:7]
