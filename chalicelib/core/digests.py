"""The weekly digest's figures: seven days to Friday noon beside the eight weeks before.

Weeks are compared with weeks: each ends at noon of its Friday, and a visit belongs to the week in
which it settled, so that the customers of every week had the same time to answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from chalicelib.core import calendar
from chalicelib.core.case_clocks import Clock
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import FORM_POINTS

NOON: Final = time(12)
WEEKS_BEFORE: Final = 8
FIGURES: Final = ("settled", "answered", "points", "cases", "complaints", "kept", "late")
"""Visits that settled, those of them with a form, its points; cases received, those that count as
complaints; terms that ended in the week and were kept or missed."""

_FRIDAY: Final = 4
_WEEK: Final = timedelta(days=7)


class Week(NamedTuple):
    """Seven days up to noon of a Friday; `key` is the ISO week of that Friday."""

    key: str
    begins: datetime
    ends: datetime


def last_week(now: datetime, rules: Rulebook) -> Week:
    """The week whose Friday noon has passed last."""
    day = calendar.local_day(now, rules)
    friday = day - timedelta(days=(day.weekday() - _FRIDAY) % 7)
    if calendar.at(friday, NOON, rules) > now:
        friday -= _WEEK
    ends = calendar.at(friday, NOON, rules)
    return Week(calendar.week_key(friday), calendar.at(friday - _WEEK, NOON, rules), ends)


def weeks_to(last: Week, rules: Rulebook) -> list[Week]:
    """The week and the eight before it, the earliest first."""
    found = [last]
    for _ in range(WEEKS_BEFORE):
        found.insert(0, last_week(found[0].ends - timedelta(minutes=1), rules))
    return found


def next_noon(now: datetime, rules: Rulebook) -> datetime:
    """The first Friday noon after `now`."""
    ends = last_week(now, rules).ends
    return calendar.at(calendar.local_day(ends, rules) + _WEEK, NOON, rules)


@dataclass(slots=True)
class Figures:
    """Figures of weeks by unit, added one fact at a time; "" stands for no unit."""

    weeks: Sequence[Week]
    counts: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)

    def add_visit(self, unit: str, settled_at: datetime, letters: str) -> None:
        """A visit that settled; `letters` "" is one without a form."""
        form = {"answered": 1, "points": FORM_POINTS[letters]} if letters else {}
        self._add(unit, settled_at, {"settled": 1, **form})

    def add_case(self, unit: str, received_at: datetime, *, counts: bool) -> None:
        """A case that was received, and whether it counts as a complaint."""
        self._add(unit, received_at, {"cases": 1, "complaints": int(counts)})

    def add_clocks(self, unit: str, clocks: Iterable[Clock], now: datetime) -> None:
        """The terms of a case; one that ended otherwise before it ran out counts as neither."""
        for clock in clocks:
            if clock.due_at < now and clock.is_broken(now):
                self._add(unit, clock.due_at, {"late": 1})
            elif clock.done and clock.due_at < now:
                self._add(unit, clock.due_at, {"kept": 1})

    def of(self, week: Week) -> dict[str, dict[str, int]]:
        """Unit → figure → number, of one week."""
        found = self.counts.get(week.key, {})
        return {unit: dict(counted) for unit, counted in sorted(found.items())}

    def _add(self, unit: str, at: datetime, figures: Mapping[str, int]) -> None:
        for week in self.weeks:
            if week.begins <= at < week.ends:
                by_unit = self.counts.setdefault(week.key, {})
                by_unit.setdefault(unit, Counter()).update(figures)


def summed(by_unit: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The figures of all units together."""
    return {what: sum(one.get(what, 0) for one in by_unit.values()) for what in FIGURES}


def begun(
    weeks: Sequence[tuple[str, Mapping[str, int]]],
) -> Sequence[tuple[str, Mapping[str, int]]]:
    """The weeks from the first one in which there was anything: before it nobody was asked."""
    first = next((at for at, (_, figures) in enumerate(weeks) if any(figures.values())), len(weeks))
    return weeks[first:]


class Standing(NamedTuple):
    """This week's number against the lowest and highest before; `way` "above", "below", "within",
    or "" where there is nothing to compare with."""

    number: int
    lowest: int
    highest: int
    way: str


def standing(number: int, before: Sequence[int]) -> Standing:
    """Where a number stands among those before it.

    >>> standing(7, [2, 5, 3]).way, standing(3, [2, 5, 3]).way, standing(1, []).way
    ('above', 'within', '')
    """
    if not before:
        return Standing(number, 0, 0, "")
    lowest, highest = min(before), max(before)
    way = "above" if number > highest else "below" if number < lowest else "within"
    return Standing(number, lowest, highest, way)
