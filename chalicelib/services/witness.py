"""Keeps what came in each week, for the weekly mail and for the close to compare with."""

import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Final, Protocol

from chalicelib.core import calendar, case_facts, visit_facts, witness
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.facts import DIFFERS, HOLDS, WeekFact
from chalicelib.core.people import Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere
from chalicelib.core.visit_facts import Weeks
from chalicelib.core.visits import HISTORY_LIMIT
from chalicelib.core.witness import Heard, Part, WeekOfFacts

MONTHS: Final = 3
"""The month in which a week ends and two before it: answers to older visits are late for long."""

_ROW: Final = ("heard",)


class Visits(Protocol):
    def month(
        self, unit: str, month: str, attributes: Sequence[str], cursor: str = ""
    ) -> Iterator[Mapping[str, object]]: ...


class Cases(Protocol):
    def ever_of_month(self, unit: str, month: str) -> list[Case]: ...
    def events(self, number: str) -> list[CaseEvent]: ...


class Units(Protocol):
    def units(self) -> list[Unit]: ...


class Mailed(Protocol):
    def get(self, unit: str, week: str) -> WeekOfFacts | None: ...
    def of_unit(self, unit: str, since: str) -> list[WeekOfFacts]: ...


class Blobs(Protocol):
    def put(self, key: str, content: bytes) -> None: ...
    def get(self, key: str) -> bytes | None: ...


class WeekWitness:
    """Witness of the facts of each week: taken once, compared at each close."""

    def __init__(
        self,
        visits: Visits,
        cases: Cases,
        units: Units,
        mailed: Mailed,
        blobs: Blobs,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
    ) -> None:
        """`mailed` are the weeks taken so far; `blobs` has their lines."""
        self._visits = visits
        self._cases = cases
        self._units = units
        self._mailed = mailed
        self._blobs = blobs
        self._commit = commit
        self._rules = rules

    def weeks(self, week: str, now: datetime) -> Sequence[WeekOfFacts]:
        """What came in in an ISO week ("2026-W23") that is over, for every unit by its id.

        Each unit's is taken once and kept: a repeat gives what was taken first.
        """
        units = sorted(unit.unit_id for unit in self._units.units())
        return [self._mailed.get(unit, week) or self._taken(unit, week, now) for unit in units]

    def _taken(self, unit: str, week: str, now: datetime) -> WeekOfFacts:
        parts = [(month, self._lines(unit, month, week)) for month in self._months(week)]
        taken = witness.week_of(unit, week, parts, now)
        text = "".join(line for _, lines in parts for line in lines)
        if self._blobs.get(_key(taken)) is None:
            self._blobs.put(_key(taken), gzip.compress(text.encode(), mtime=0))
        with suppress(AlreadyThere):
            self._commit([taken], [])
        return self._mailed.get(unit, week) or taken

    def compared(
        self,
        unit: str,
        month: str,
        weeks: Weeks,
        heard: Mapping[str, Heard],
        cases: Sequence[Case],
        events: Mapping[str, Sequence[CaseEvent]],
        at: datetime,
    ) -> list[WeekFact]:
        """What was mailed before `at` of the weeks of a month, and whether it still is so.

        `heard` has the answers of the month by week; its cases are added here. `cases` are those
        that ever were the unit's, `events` what happened to them.
        """
        found = []
        for mailed in self._mailed.of_unit(unit, weeks.names[0]):
            tally = heard.get(mailed.week)
            theirs = mailed.taken_at < at and month in self._months(mailed.week)
            if tally is None or not theirs:
                continue
            for line in self._case_lines(unit, mailed.week, cases, events):
                tally.add(line)
            part = mailed.part(month)
            holds = tally.part(month) == part or self._is_explained(mailed, part)
            state = HOLDS if holds else DIFFERS
            found.append(WeekFact(mailed.week, part.number, part.sha256, state))
        return sorted(found)

    def _is_explained(self, mailed: WeekOfFacts, part: Part) -> bool:
        """Whether a visit with more answers than are kept explains what is missing."""
        packed = self._blobs.get(_key(mailed))
        if packed is None:
            return False
        was = gzip.decompress(packed).decode().splitlines(keepends=True)
        start = sum(each.number for each in mailed.parts if each.month < part.month)
        lines = was[start : start + part.number]
        if witness.week_of("", "", [(part.month, lines)], mailed.taken_at).part(part.month) != part:
            return False
        full = [
            str(row["visit_id"])
            for row in self._visits.month(mailed.unit, part.month, _ROW)
            if len(visit_facts.heard(row)) >= HISTORY_LIMIT
        ]
        return witness.is_explained(lines, self._lines(mailed.unit, part.month, mailed.week), full)

    def _lines(self, unit: str, month: str, week: str) -> list[str]:
        """The lines of a week that belong to a month, in the order of the witness."""
        weeks = Weeks(month, self._rules)
        found = [
            witness.answer_line(str(row["visit_id"]), micros, digest)
            for row in self._visits.month(unit, month, _ROW)
            for micros, digest in visit_facts.heard(row)
            if weeks.of_micros(micros) == week
        ]
        cases = self._cases.ever_of_month(unit, month)
        events = {case.number: self._cases.events(case.number) for case in cases}
        return [*found, *self._case_lines(unit, week, cases, events)]

    def _case_lines(
        self,
        unit: str,
        week: str,
        cases: Sequence[Case],
        events: Mapping[str, Sequence[CaseEvent]],
    ) -> list[str]:
        """The cases received in a week that were the unit's when it ended, by number."""
        start, end = self._span(week)
        return [
            witness.case_line(case.number, case.received_at, case.channel)
            for case in sorted(cases, key=lambda case: case.number)
            if start <= case.received_at < end
            and case_facts.unit_at(case, events[case.number], end) == unit
        ]

    def _span(self, week: str) -> tuple[datetime, datetime]:
        monday = date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)
        days = (monday, monday + timedelta(days=visit_facts.DAYS))
        start, end = (calendar.at(day, time(0), self._rules) for day in days)
        return start, end

    def _months(self, week: str) -> list[str]:
        """The months of which a week has parts, in order."""
        monday = date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)
        found = [calendar.month_of_day(monday + timedelta(days=visit_facts.DAYS - 1))]
        while len(found) < MONTHS:
            found.append(calendar.previous_month(found[-1]))
        return sorted(found)


def _key(week: WeekOfFacts) -> str:
    return f"witness/{week.week}/{week.unit}/{week.sha256}.tsv.gz"
