"""What a turn of a call adds and saves: answers, cases, recordings, wishes, the call list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.core import keypad, missed_calls, paging
from chalicelib.core.answering import on_answer
from chalicelib.core.call_records import Call, CallEntry, Recording
from chalicelib.core.effects import Effect
from chalicelib.core.grades import ITEMS
from chalicelib.core.inbound import OptEvent
from chalicelib.core.ivr_turns import Turn
from chalicelib.core.outbox import on_opted_out
from chalicelib.core.paging import Page
from chalicelib.core.phones import Phone
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.services import phone_numbers, recordings
from chalicelib.services.hotline_cases import CaseOfCall, HotlineCases
from chalicelib.services.recordings import ABSENT

UNTOLD: Final = timedelta(minutes=5)
"""A recording that nobody has told us of by then is fetched all the same."""

STILL_GRADING: Final = timedelta(minutes=3)
"""The echo waits so long for the next item: one text tells them all, also after a hang-up."""


class Visits(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...


class Pages(Protocol):
    def since(self, opened_at: datetime) -> Sequence[Page]: ...


class Recordings(Protocol):
    def recording(self, sid: str, recording: str) -> Recording | None: ...


Part = tuple[tuple[object, ...], tuple[object, ...]]
"""What is added and what is saved."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The call as it is to be saved, and what goes along in the same transaction."""

    call: Call
    adds: tuple[object, ...] = ()
    saves: tuple[object, ...] = ()


class CallChanges:
    """Turns what the machine decided into records."""

    def __init__(
        self,
        visits: Visits,
        phones: Phones,
        effects: Effects,
        pages: Pages,
        recordings: Recordings,
        cases: HotlineCases,
        rules: Rulebook,
    ) -> None:
        """`cases` opens and completes the cases of calls."""
        self._visits = visits
        self._phones = phones
        self._effects = effects
        self._pages = pages
        self._recordings = recordings
        self._cases = cases
        self._rules = rules

    def of(self, before: Call, turn: Turn, called: str, now: datetime) -> Changes:
        """The changes of `turn`; `before` is the call as it was, `called` a phone we rang."""
        told = self._told(turn, called, now)
        parts = [
            (told.adds, told.saves),
            self._announced(told.call, turn, now),
            self._graded(turn, now),
            self._opted_out(turn, now),
            (self._entered(before), self._listed(before, told.call, turn, now)),
        ]
        adds = tuple(record for part, _ in parts for record in part)
        saves = tuple(record for _, part in parts for record in part)
        return Changes(told.call, adds, saves)

    # --- the case -----------------------------------------------------------------------------

    def _told(self, turn: Turn, called: str, now: datetime) -> CaseOfCall:
        if turn.reached:
            told = self._cases.rescued(turn.call, called, now)
            return replace(told, saves=(*told.saves, *self._taken_over(turn.call, called, now)))
        if not (turn.case or turn.contact):
            return CaseOfCall(turn.call)
        return self._cases.told(
            turn.call,
            now,
            recording=turn.recording,
            contact=turn.contact,
            danger=turn.danger,
        )

    def _taken_over(self, call: Call, by: str, now: datetime) -> list[Page]:
        """The pages of the call's case, acknowledged: the next duty phone is left in peace."""
        found = [page for page in self._pages.since(call.received_at) if page.case == call.case]
        return [paging.acknowledged(page, by, now) for page in found if page.is_open]

    def _announced(self, call: Call, turn: Turn, now: datetime) -> Part:
        """The recording that the call names, unless it was told of before."""
        sid = turn.recording
        known = self._recordings.recording(call.sid, sid) if sid else None
        if known is not None:
            return ((recordings.absent(known, call, now),) if known.status == ABSENT else ()), ()
        return (), (Recording(sid, call.sid, now, due_at=now + UNTOLD),) if sid else ()

    # --- grades and wishes --------------------------------------------------------------------

    def _graded(self, turn: Turn, now: datetime) -> Part:
        visit = self._visits.get(turn.call.visit) if turn.call.visit else None
        if turn.answer is None or visit is None:
            return (), ()
        item, grade = turn.answer
        phone = self._phones.get(visit.facts.phone)
        other = phone.current if phone.current not in (None, visit.key) else None
        given = keypad.given(turn.call.sid, item, grade, now)
        zones = phone_numbers.zones_of(visit.facts.country) or (self._rules.timezone,)
        current = self._visits.get(other) if other else visit
        done = on_answer(visit, phone, current, given, zones, self._rules)
        echo = self._echo(turn.call, item, done.echo, now) if done.echo else ()
        return (), (done.visit, done.phone, *echo)

    def _echo(self, call: Call, item: str, echo: Effect, now: datetime) -> tuple[Effect, ...]:
        """One text for all items of a call, planned with the first and rewritten with the next."""
        cause = f"{call.sid}.echo"
        due = max(echo.due_at or now, now + STILL_GRADING)
        told = {"what": echo.what, "values": echo.values, "due_at": due}
        planned = self._effects.get(cause, 0)
        if planned is not None and planned.outbox.state == "planned":
            return (replace(planned, **told),)  # type: ignore[arg-type] # fields of an effect
        place = 0 if planned is None else 1 + ITEMS.index(item)
        return (replace(echo, cause=cause, number=place, due_at=due),)

    def _opted_out(self, turn: Turn, now: datetime) -> Part:
        call = turn.call
        if not turn.opt_out or not call.caller:
            return (), ()
        phone = self._phones.get(call.caller)
        if phone.opted_out_at is not None:
            return (), ()
        visit = self._visits.get(call.visit) if call.visit else None
        left = (on_opted_out(visit, now),) if visit else ()
        event = OptEvent(call.caller, now, opted_out=True, by="call", cause=call.sid)
        return (event,), (replace(phone, opted_out_at=now), *left)

    # --- the call list ------------------------------------------------------------------------

    def _entered(self, before: Call) -> tuple[object, ...]:
        """From the number to the call, once."""
        if before.version or not before.caller:
            return ()
        return (CallEntry(before.caller, before.received_at, before.sid),)

    def _listed(self, before: Call, after: Call, turn: Turn, now: datetime) -> tuple[object, ...]:
        """The number's missed call of the day, as this turn leaves it."""
        is_new, is_served = not before.version, bool(after.served and not before.served)
        if not (is_new or is_served or turn.missed):
            return ()
        entry = self._effects.get(missed_calls.cause(before, self._rules), 0)
        if is_new or entry is None:
            entry = missed_calls.begun(entry, before, self._rules)
        if is_served:
            entry = missed_calls.served(entry)
        return (missed_calls.missed(entry, now) if turn.missed else entry,)
