"""When months close."""

from datetime import datetime, time, timedelta
from typing import Final

from chalicelib.core import calendar
from chalicelib.core.rules import Rulebook

AFTER_CLOSE: Final = timedelta(minutes=15)
"""A text received in the last second before the close may still be on its way into the store."""

MONTHS_BACK: Final = 3
"""How far a month that was missed is caught up."""

HELD_WORKING_DAYS: Final = 3
"""How long unread cases hold up their unit's document (DESIGN 6)."""

LOOK_AT: Final = time(10)
"""A day after the documents were made, and a little more."""

_END_OF_DAY: Final = time(23, 59)


def closes_at(month: str, rules: Rulebook) -> datetime:
    """When the documents of `month` are made: a little after nothing more can come in time."""
    return calendar.close_at(month, rules) + AFTER_CLOSE


def closable(now: datetime, rules: Rulebook) -> list[str]:
    """The recent months whose time has come, the oldest first."""
    months = []
    month = calendar.month_of(now, rules)
    for _ in range(MONTHS_BACK):
        month = calendar.previous_month(month)
        months.append(month)
    return sorted(month for month in months if closes_at(month, rules) <= now)


def held_until(month: str, rules: Rulebook) -> datetime:
    """Until when unread cases hold up a unit's document; then they count as complaints."""
    last = rules.close_working_day + HELD_WORKING_DAYS
    day = calendar.nth_working_day(calendar.next_month(month), last, rules)
    return calendar.at(day, _END_OF_DAY, rules)


def next_close(instant: datetime, rules: Rulebook) -> datetime:
    """The first close after `instant`."""
    month = calendar.previous_month(calendar.month_of(instant, rules))
    while closes_at(month, rules) <= instant:
        month = calendar.next_month(month)
    return closes_at(month, rules)


def next_look(instant: datetime, rules: Rulebook) -> datetime:
    """The first daily look at closed months after `instant`: the audit, forms of late uploads.

    In life they run every quarter of an hour; a clock that is moved from one due instant to the
    next stops here.
    """
    today = calendar.local_day(instant, rules)
    looks = (calendar.at(day, LOOK_AT, rules) for day in (today, today + timedelta(days=1)))
    return next(look for look in looks if look > instant)
