"""A filled-in workbook comes in: every row checked before anything of any row is kept."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import acts, call_notes
from chalicelib.core.acts import ActError
from chalicelib.core.call_notes import Wrong
from chalicelib.core.call_rows import CallRow, RowError, RowsError
from chalicelib.core.called import Called, may_call, with_attempt, with_told
from chalicelib.core.draws import Pick
from chalicelib.core.people import Member

ACT: Final = "call-told"


class CalledVisits(Protocol):
    def of(self, visit_id: str) -> Called: ...


class Desk(Protocol):
    def note(
        self, visit_id: str, by: Member, now: datetime, decide: Callable[[Called], Pick]
    ) -> tuple[Called, bool]: ...


class CallImport:
    """Brings in what callers noted away from the desk."""

    def __init__(self, called: CalledVisits, desk: Desk) -> None:
        """`desk` saves each row with all that follows from it."""
        self._called = called
        self._desk = desk

    def check(self, rows: Sequence[CallRow], by: Member, now: datetime) -> tuple[RowError, ...]:
        """Everything that keeps these rows from being taken; () if they can be.

        Codes of a row: "unknown_visit", "not_picked", "twice", "recused", "not_your_call" (a
        caller brings in his own calls, a lead everybody's), "finished" (the pick has an outcome
        that this row would change), "not_reached", "too_many"; of its fields those of
        `core/call_notes.py`, and "caller": the attempt is another's than the pick's caller.
        ActError "role" where he may bring in none.
        """
        acts.allow(ACT, by)
        times = Counter(row.visit_id for row in rows)
        found = []
        for place, row in enumerate(rows):
            if times[row.visit_id] > 1:
                found.append(RowError(place, "", "twice", {"visit": row.visit_id}))
                continue
            for field, code, facts in self._wrong(row, by, now):
                found.append(RowError(place, field, code, facts))
        return tuple(found)

    def import_calls(self, rows: Sequence[CallRow], by: Member, now: datetime) -> int:
        """Take all rows; how many of them changed anything. RowsError as `check` finds them.

        Each row is a commit of its own, as the database takes no two hundred rows at once: what
        broke off goes on when the same rows come again, and those taken before change nothing.
        """
        errors = self.check(rows, by, now)
        if errors:
            raise RowsError(errors)
        return sum(self._take(place, row, by, now) for place, row in enumerate(rows))

    def _take(self, place: int, row: CallRow, by: Member, now: datetime) -> bool:
        def decide(called: Called) -> Pick:
            allow_import(called.pick, by)
            return _noted(called, row, by)

        try:
            return self._desk.note(row.visit_id, by, now, decide)[1]
        except ActError as error:
            raise RowsError((RowError(place, "", error.code, error.facts),)) from error

    def _wrong(self, row: CallRow, by: Member, now: datetime) -> list[Wrong]:
        try:
            called = self._called.of(row.visit_id)
            allow_import(called.pick, by)
            fields = list(_wrong_fields(row, called, by, now))
            if not fields:
                _noted(called, row, by)
        except ActError as error:
            return [("", error.code, error.facts)]
        return fields


def allow_import(pick: Pick, by: Member) -> None:
    """Return if he may bring in notes of this pick: of his own calls, or of all as a lead."""
    acts.allow(ACT, by, pick.unit)
    if by.role != "lead" and not may_call(pick, by):
        raise ActError("not_your_call", visit=pick.visit_id)


def _wrong_fields(row: CallRow, called: Called, by: Member, now: datetime) -> Iterator[Wrong]:
    caller = _caller(called.pick, by)
    for number, attempt in enumerate(row.attempts):
        if attempt.by.lower() not in ("", caller):
            yield f"attempts.{number}.by", "caller", {"caller": caller}
        for field, code, facts in call_notes.wrong_with_attempt(attempt, called.drawn_at, now):
            yield f"attempts.{number}.{field}", code, facts
    for field, code, facts in call_notes.wrong_with_told(row.told) if row.told else ():
        yield f"told.{field}", code, facts


def _noted(called: Called, row: CallRow, by: Member) -> Pick:
    """The pick with all that the row says; itself where it says nothing new."""
    pick, caller = called.pick, _caller(called.pick, by)
    for attempt in row.attempts:
        made = replace(attempt, by=caller)
        pick = with_attempt(replace(called, pick=pick), made)
    if row.told is not None:
        told = call_notes.without_outer_space(row.told)
        pick = with_told(replace(called, pick=pick), told, caller)
    return pick


def _caller(pick: Pick, by: Member) -> str:
    return (pick.caller or by.mail).lower()
