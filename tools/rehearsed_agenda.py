"""What is to be done when in a rehearsal, and what has been done."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Final

from tools.recount import Filled
from tools.recount_calls import Called
from tools.recount_cases import Act
from tools.recount_rules import Rules
from tools.recount_verification import Note

HOURS: Final = {"evening": time(21), "late": time(22), "night": time(2), "office": time(10)}
"""When people do things: hour → the time of day from which on; "late" and at "night" sharply."""

SHARP: Final = ("late", "night")

ROOM_M: Final = 50
"""For how many minutes from then on, else."""


@dataclass(slots=True)
class Played:
    """What happened: every row as it was uploaded and when, calls, forms, acts on cases, notes of
    verification, failed runs of schedules. `cases` are the numbers of cases under the habit of
    whoever brought them, `steps` how many of a visit's steps its customer has done.
    """

    uploads: list[tuple[datetime, Mapping[str, str]]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    texts: int = 0
    calls: list[Called] = field(default_factory=list)
    forms: list[Filled] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    cases: list[tuple[str, str]] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)


class Agenda:
    """Things to do by their instants, in the order in which they were planned; `now` is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._planned: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = count()

    @property
    def next_at(self) -> datetime | None:
        """The instant of the first thing to do."""
        return self._planned[0][0] if self._planned else None

    def plan(self, at: datetime, do: Callable[[], object]) -> None:
        """Do it then, or at once if that has passed."""
        heappush(self._planned, (max(at, self.now), next(self._order), do))

    def do_due(self) -> None:
        """Do whatever is due by now."""
        while self._planned and self._planned[0][0] <= self.now:
            heappop(self._planned)[2]()


def at_hour(at: datetime, hour: str, rules: Rules) -> datetime:
    """The first instant from `at` on at which people do what belongs to this hour."""
    if not hour:
        return at
    begins, spread = HOURS[hour], timedelta(minutes=0 if hour in SHARP else at.minute % ROOM_M)
    day = rules.day(at)
    while True:
        day = rules.working_day(day) if hour == "office" else day
        first = datetime.combine(day, begins, rules.zone) + spread
        if first >= at:
            return first
        day += timedelta(days=1)
