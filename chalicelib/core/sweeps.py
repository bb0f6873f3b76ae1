"""When the provider's lists are swept for what never reached us (DESIGN 9)."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from chalicelib.core import calendar, closing
from chalicelib.core.rules import Rulebook

SWEEP_AT: Final = time(3)
"""Once a day at this local time, when hardly anybody writes."""

ON_ITS_WAY: Final = timedelta(minutes=10)
"""What is younger may still be delivered by the provider itself, which answers the customer."""

OVERLAP: Final = timedelta(days=1)
"""Every sweep looks at the day before once more: lists fill late."""

FARTHEST: Final = timedelta(days=30)
"""How far back the first sweep looks, and one after a long silence."""

PATIENCE: Final = timedelta(days=1)
"""How long a close waits for its sweep: whatever is swept later is proposed as an amendment."""


class Period(NamedTuple):
    """One sweep that is due: the name it is marked under, and since when it is."""

    name: str
    due_at: datetime


def of_day(now: datetime, rules: Rulebook) -> Period:
    """The daily sweep that fell due last."""
    day = calendar.local_day(now, rules)
    due = calendar.at(day, SWEEP_AT, rules)
    if due > now:
        day -= timedelta(days=1)
        due = calendar.at(day, SWEEP_AT, rules)
    return Period(day.isoformat(), due)


def before_close(month: str, rules: Rulebook) -> Period:
    """The sweep that the close of `month` waits for: when nothing more can come in time."""
    return Period(f"close-{month}", closing.closes_at(month, rules))


def due(now: datetime, rules: Rulebook) -> Sequence[Period]:
    """The sweeps whose time has come; those done before are marked as done."""
    months = closing.closable(now, rules)
    return [of_day(now, rules), *(before_close(month, rules) for month in months[-1:])]


def next_due(instant: datetime, rules: Rulebook) -> datetime:
    """The first instant after `instant` at which a sweep falls due."""
    daily = of_day(instant, rules).due_at
    tomorrow = calendar.local_day(daily, rules) + timedelta(days=1)
    return min(calendar.at(tomorrow, SWEEP_AT, rules), closing.next_close(instant, rules))


def awaited(now: datetime, rules: Rulebook) -> Sequence[Period]:
    """The sweeps that closing waits for, if they have not been done."""
    periods = [before_close(month, rules) for month in closing.closable(now, rules)]
    return [period for period in periods if now < period.due_at + PATIENCE]
