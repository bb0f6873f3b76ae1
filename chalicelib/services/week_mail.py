"""Writes the week's mail: whom to call, by when, with which workbook, and what follows.

Blind: no grade, no reason, nor whether a visit was answered, in no order and no number either.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib import rulebook
from chalicelib.core import calendar, calls, draw_calendar
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.people import Member, Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Visit, VisitKey, called_number
from chalicelib.core.witness import WeekOfFacts
from chalicelib.services import call_sheets
from chalicelib.services.call_list import Owed
from chalicelib.services.mail_pages import XLSX, MailPage
from chalicelib.texts import Say

CALL_WITHIN: Final = timedelta(days=6)

LOOK_AHEAD: Final = timedelta(days=62)
"""Months, closes and clocks reach so far: by then the calendar must know the year."""

LIST_AHEAD: Final = timedelta(days=7)
"""Entries of the call list that come due before the next mail stand in this one."""


class Draws(Protocol):
    def all(self) -> list[Draw]: ...
    def picks(self, key: str) -> list[Pick]: ...


class Visits(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...


class People(Protocol):
    def members(self) -> list[Member]: ...
    def units(self) -> list[Unit]: ...


class CallList(Protocol):
    def until(self, end: datetime) -> list[Owed]: ...


class Weeks(Protocol):
    def get(self, unit: str, week: str) -> WeekOfFacts | None: ...


class WeekMail:
    """Composes the list for those who call, and the record of it for those who check."""

    def __init__(
        self,
        draws: Draws,
        visits: Visits,
        people: People,
        call_list: CallList,
        weeks: Weeks,
        rules: Rulebook,
    ) -> None:
        """Draws with their picks, who calls and is called; `weeks`: the facts taken with a draw."""
        self._draws = draws
        self._visits = visits
        self._people = people
        self._call_list = call_list
        self._weeks = weeks
        self._rules = rules

    def listed(self, draw: Draw, say: Say) -> MailPage:
        """The list with its workbook, for supervision alone: it names customers."""
        picks = self._picks(draw)
        found = self._calls(picks)
        owed = call_sheets.kept_blind(self._call_list.until(_drawn_at(draw) + LIST_AHEAD), found)
        week = call_sheets.Week(draw.key, self._deadline(draw), found, owed)
        sheets = call_sheets.sheets(week, self._people.members(), self._rules.languages[0])
        workbook = call_sheets.workbook(week, sheets, self._rules.languages)
        told = {"count": len(picks), "frame": draw.frame_count, "deadline": week.deadline}
        return MailPage(
            say("mail.draw_list.subject", key=draw.key, count=len(picks)),
            [
                say("mail.draw_list.lead", **told),
                *self._warnings(draw, picks, owed, say),
                say("mail.draw_list.take_over", key=draw.key, until=self._taken_over_by(draw)),
            ],
            [say("mail.column.caller"), say("mail.column.calls")],
            [(sheet.caller or say("mail.sheet.unassigned"), len(sheet.rows)) for sheet in sheets],
            facts=self._facts(draw, say),
            attachments=[(f"{draw.key}.xlsx", XLSX, workbook)],
        )

    def record(self, draw: Draw, say: Say) -> MailPage:
        """The same week for an auditor: numbers and hashes, no customer."""
        count = len(self._picks(draw))
        return MailPage(
            say("mail.draw_record.subject", key=draw.key, count=count),
            [
                say("mail.draw_record.lead", count=count, frame=draw.frame_count),
                *self._missing_years(draw, say),
            ],
            facts=self._facts(draw, say),
        )

    def _picks(self, draw: Draw) -> list[Pick]:
        return [pick for pick in self._draws.picks(draw.key) if not pick.reserve]

    def _warnings(
        self, draw: Draw, picks: Sequence[Pick], owed: Sequence[Owed], say: Say
    ) -> list[str]:
        a_day = self._rules.calls_per_caller_day
        told = []
        if draw.over_capacity:
            told.append(say("mail.draw_list.over_capacity", calls=draw.calls_per_week))
        for caller in calls.over_capacity(picks, a_day, self._working_days(draw)):
            told.append(say("mail.draw_list.too_many", caller=caller, a_day=a_day))
        if unassigned := sum(1 for pick in picks if not pick.caller):
            told.append(say("mail.draw_list.unassigned", count=unassigned))
        if owed:
            due = min(each.due for each in owed)
            told.append(say("mail.draw_list.owed", count=len(owed), due=due))
        return [*told, *self._missing_years(draw, say)]

    def _missing_years(self, draw: Draw, say: Say) -> list[str]:
        today = calendar.local_day(_drawn_at(draw), self._rules)
        years = sorted({today.year, (today + LOOK_AHEAD).year})
        missing = rulebook.years_missing(self._rules, years)
        return [say("mail.draw_list.no_calendar", year=year) for year in missing]

    def _calls(self, picks: Sequence[Pick]) -> list[call_sheets.Call]:
        names = {unit.unit_id: unit.name for unit in self._people.units()}
        found = []
        for pick in picks:
            visit = self._visits.get(VisitKey(pick.unit, pick.month, pick.visit_id))
            if visit is not None:
                day = calendar.local_day(visit.facts.completed_at, self._rules)
                name = names.get(pick.unit, pick.unit)
                facts = replace(visit.facts, phone=called_number(visit))
                found.append(call_sheets.Call(pick, facts, name, day.isoformat()))
        return found

    def _taken_over_by(self, draw: Draw) -> str:
        noon = draw_calendar.taken_over_by(_drawn_at(draw), self._rules)
        return noon.astimezone(calendar.zone(self._rules)).strftime("%Y-%m-%d %H:%M")

    def _deadline(self, draw: Draw) -> str:
        return (calendar.local_day(_drawn_at(draw), self._rules) + CALL_WITHIN).isoformat()

    def _working_days(self, draw: Draw) -> int:
        """Working days from the draw to its deadline, both included: a holiday has no calls."""
        first = calendar.local_day(_drawn_at(draw), self._rules)
        days = (first + timedelta(days=n) for n in range(CALL_WITHIN.days + 1))
        return sum(calendar.is_working_day(day, self._rules) for day in days)

    def _facts(self, draw: Draw, say: Say) -> list[tuple[str, str]]:
        """Hashes to keep: this frame's, the next draw's commitment, the week's facts by unit."""
        draws = self._draws.all()
        after = draws[[each.key for each in draws].index(draw.key) + 1 :]
        return [
            (say("mail.frame_sha256"), draw.frame_sha256),
            *((say("mail.next_commitment", key=d.key), d.commitment) for d in after[:1]),
            *((_name(taken, say), taken.sha256) for taken in self._taken(draw)),
        ]

    def _taken(self, draw: Draw) -> list[WeekOfFacts]:
        """Count and hash of the facts of the week that ended before the draw, unit by unit."""
        week = draw_calendar.week_covered(draw, self._rules)
        units = sorted(unit.unit_id for unit in self._people.units()) if week else ()
        return [taken for unit in units if (taken := self._weeks.get(unit, week))]


def _name(taken: WeekOfFacts, say: Say) -> str:
    return say("mail.week_of_facts", unit=taken.unit, week=taken.week, count=taken.count)


def _drawn_at(draw: Draw) -> datetime:
    if draw.drawn_at is None:
        raise LookupError(f"draw {draw.key} was never drawn")
    return draw.drawn_at
