"""Months, weeks and working days in the organisation's zone; instants come and go in UTC.

Within one zone Python subtracts and compares wall clocks, so every sum over hours is made in UTC:
a day with a change of clocks has 23 or 25 of them.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chalicelib.core.rules import Rulebook

CLOSE_HOUR: Final = time(9)
"""The month closes at this time of its working day (DESIGN 2)."""

_DAY: Final = timedelta(days=1)
_MONTH: Final = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])")


class MonthError(ValueError):
    """A text is no month "YYYY-MM"."""


def zone(rules: Rulebook) -> ZoneInfo:
    """The organisation's zone."""
    return ZoneInfo(rules.timezone)


def local_day(instant: datetime, rules: Rulebook) -> date:
    """The organisation's day at `instant`."""
    return instant.astimezone(zone(rules)).date()


def at(day: date, clock: time, rules: Rulebook) -> datetime:
    """The instant, in UTC, at which the organisation's clocks show `clock` on `day`.

    A time that a change of clocks skips or repeats is taken as before the change.
    """
    return datetime.combine(day, clock, zone(rules)).astimezone(UTC)


# Months


def first_day(month: str) -> date:
    """The first day of `month`; MonthError unless it is written YYYY-MM."""
    found = _MONTH.fullmatch(month)
    if not found:
        raise MonthError(f"{month!r} is no month YYYY-MM")
    return date(int(found[1]), int(found[2]), 1)


def month_of_day(day: date) -> str:
    """The month of a day, "YYYY-MM"."""
    return f"{day.year:04}-{day.month:02}"


def month_of(instant: datetime, rules: Rulebook) -> str:
    """The organisation's month at `instant`, "YYYY-MM"."""
    return month_of_day(local_day(instant, rules))


def previous_month(month: str) -> str:
    """
    >>> previous_month("2026-01")
    '2025-12'
    """
    return month_of_day(first_day(month) - _DAY)


def next_month(month: str) -> str:
    """
    >>> next_month("2026-12")
    '2027-01'
    """
    return month_of_day(first_day(month) + 31 * _DAY)


def start_of_month(month: str, rules: Rulebook) -> datetime:
    """The instant at which `month` begins for the organisation."""
    return at(first_day(month), time(0), rules)


# Weeks


def week_key(day: date) -> str:
    """The ISO week of the organisation's `day` (of an instant: `week_of`).

    >>> week_key(date(2026, 6, 1)), week_key(date(2027, 1, 3))
    ('2026-W23', '2026-W53')
    """
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def week_of(instant: datetime, rules: Rulebook) -> str:
    """The organisation's ISO week at `instant`."""
    return week_key(local_day(instant, rules))


# Working days


def is_working_day(day: date, rules: Rulebook) -> bool:
    """Whether people work: Monday to Friday, minus `holidays`, plus `workdays`."""
    calendar = rules.calendar
    return day in calendar.workdays or (day.weekday() < 5 and day not in calendar.holidays)


def nth_working_day(month: str, n: int, rules: Rulebook) -> date:
    """The n-th working day from the first of `month` on; it runs over into the next if need be."""
    return working_days_after(first_day(month) - _DAY, n, rules)


def working_days_after(day: date, n: int, rules: Rulebook) -> date:
    """The n-th working day after `day`, n ≥ 1."""
    while n > 0:
        day += _DAY
        n -= is_working_day(day, rules)
    return day


def close_at(month: str, rules: Rulebook) -> datetime:
    """The instant from which on what arrives for `month` is late.

    09:00 of the `close_working_day`-th working day of the next month.
    """
    day = nth_working_day(next_month(month), rules.close_working_day, rules)
    return at(day, CLOSE_HOUR, rules)


# Working hours


def is_working_time(instant: datetime, rules: Rulebook) -> bool:
    """Whether `instant` lies in the business hours of a working day."""
    day = local_day(instant, rules)
    opens, closes = _span(day, rules)
    return is_working_day(day, rules) and opens <= instant < closes


def add_working_hours(instant: datetime, hours: int, rules: Rulebook) -> datetime:
    """The instant at which `hours` of working time have passed since `instant`.

    A term that ends with the day ends at its closing hour, not at the next opening. No hours:
    the instant itself.
    """
    left = timedelta(hours=hours)
    reached = instant.astimezone(UTC)
    day = local_day(instant, rules)
    while left > timedelta(0):
        opens, closes = _span(day, rules)
        begins = max(reached, opens)
        if is_working_day(day, rules) and begins < closes:
            reached = min(begins + left, closes)
            left -= reached - begins
        day += _DAY
    return reached


def _span(day: date, rules: Rulebook) -> tuple[datetime, datetime]:
    opens, closes = rules.calendar.hours
    return at(day, opens, rules), at(day, closes, rules)
