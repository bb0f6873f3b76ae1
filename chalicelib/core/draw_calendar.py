"""When draws fall due, and what each of them covers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count, takewhile
from typing import Final

from chalicelib.core.calendar import (
    at,
    local_day,
    month_of_day,
    nth_working_day,
    previous_month,
    week_key,
    working_days_after,
)
from chalicelib.core.draws import Draw
from chalicelib.core.rules import Rulebook

DRAW_HOUR: Final = time(7)
"""Draws run at this time of the organisation's day (DESIGN 7)."""

CLOSING_WORKING_DAY: Final = 4
"""The working day of a month on which what is left of the month before is drawn from."""

TAKEN_OVER_BY: Final = time(12)
"""Who makes the calls has taken the list over by this time of the next working day: Tuesday."""

REVEALED_AFTER: Final = timedelta(days=14)

_MONDAY: Final = 0


@dataclass(frozen=True, slots=True)
class DrawPeriod:
    """One draw that falls due at `due_at`; kind "weekly", "closing", or "both" on one day.

    It covers the unframed visits settled before `settled_before` (None: no weekly part) and all
    unframed ones of the month `closes` ("": no closing part). "both" goes by its closing key.
    """

    key: str
    due_at: datetime
    kind: str
    settled_before: datetime | None
    closes: str


def due_draws(since: datetime, now: datetime, rules: Rulebook) -> list[DrawPeriod]:
    """The draws due after `since` and up to `now`, in order: a missed one is there once."""
    return list(takewhile(lambda period: period.due_at <= now, _draws_after(since, rules)))


def next_draw(instant: datetime, rules: Rulebook) -> DrawPeriod:
    """The first draw due after `instant`: the one whose secret is committed to next."""
    return next(_draws_after(instant, rules))


def taken_over_by(drawn_at: datetime, rules: Rulebook) -> datetime:
    """The instant by which the list of a draw of `drawn_at` must have been taken over."""
    return at(working_days_after(local_day(drawn_at, rules), 1, rules), TAKEN_OVER_BY, rules)


def week_covered(draw: Draw, rules: Rulebook) -> str:
    """The ISO week that ended before a weekly draw; "" for a closing draw on another day.

    >>> from types import SimpleNamespace as Rules
    >>> monday = datetime.fromisoformat("2026-06-08T00:00:00+08:00")
    >>> draw = Draw("2026-W24", "drawn", "", boundary=monday)
    >>> week_covered(draw, Rules(timezone="Asia/Shanghai"))
    '2026-W23'
    """
    if draw.boundary is None:
        return ""
    return week_key(local_day(draw.boundary, rules) - timedelta(days=1))


def revealed_with(draw: Draw, draws: Sequence[Draw], rules: Rulebook) -> Draw | None:
    """The weekly draw with whose mail `draw` is revealed: the first 14 days or more after it.

    Days of the organisation are counted, so that a mail a minute earlier in its day does not put
    the reveal off by a week. `draws` in order; None as long as that mail is still to come.
    """
    if draw.drawn_at is None:
        return None
    first = local_day(draw.drawn_at, rules) + REVEALED_AFTER
    weekly = (each for each in draws if each.boundary is not None and each.drawn_at is not None)
    return next((w for w in weekly if w.drawn_at and local_day(w.drawn_at, rules) >= first), None)


def closing_key(month: str) -> str:
    """
    >>> closing_key("2026-05")
    '2026-05-close'
    """
    return f"{month}-close"


def _draws_after(instant: datetime, rules: Rulebook) -> Iterator[DrawPeriod]:
    today = local_day(instant, rules)
    for days in count():
        period = _draw_on(today + timedelta(days=days), rules)
        if period and period.due_at > instant:
            yield period


def _draw_on(day: date, rules: Rulebook) -> DrawPeriod | None:
    weekly = day.weekday() == _MONDAY
    month = month_of_day(day)
    closes = ""
    if day == nth_working_day(month, CLOSING_WORKING_DAY, rules):
        closes = previous_month(month)
    if not weekly and not closes:
        return None
    return DrawPeriod(
        key=closing_key(closes) if closes else week_key(day),
        due_at=at(day, DRAW_HOUR, rules),
        kind=_KIND[weekly, bool(closes)],
        settled_before=at(day, time(0), rules) if weekly else None,
        closes=closes,
    )


_KIND: Final = {(True, False): "weekly", (False, True): "closing", (True, True): "both"}
