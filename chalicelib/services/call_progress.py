"""How cases stand, for a caller: by his own number, or by number and code keyed in."""

from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.core import calendar
from chalicelib.core.cases import Case
from chalicelib.core.ivr_turns import Known, Progress
from chalicelib.core.rules import Rulebook
from chalicelib.services.case_lookup import Found, Waiting

REMEMBERED: Final = timedelta(days=60)
"""A closed case is still told of for so long after it came in."""


class Cases(Protocol):
    def of_number(self, number: str) -> list[Case]: ...


class Lookup(Protocol):
    def look_up(
        self, number: str, code: str, address: str, now: datetime
    ) -> Found | Waiting | None: ...


class CallProgress:
    """Looks cases up for callers."""

    def __init__(self, cases: Cases, lookup: Lookup, rules: Rulebook) -> None:
        """`lookup` slows who guesses, by whatever way he asks."""
        self._cases = cases
        self._lookup = lookup
        self._rules = rules

    def of_number(self, number: str, now: datetime) -> Known:
        """The cases of a caller's own number, the latest first."""
        cases = self._cases.of_number(number) if number else []
        told = [c for c in cases if c.state != "closed" or now < c.received_at + REMEMBERED]
        told.sort(key=lambda case: (case.received_at, case.number), reverse=True)
        return Known(cases=tuple(self._told(c.received_at, c.state, c.promised, now) for c in told))

    def asked(self, number: str, code: str, caller: str, now: datetime) -> Known:
        """The case of this number and code, or how long the caller has to wait."""
        found = self._lookup.look_up(number, code, caller, now)
        if isinstance(found, Waiting):
            return Known(wait=max(1, int((found.until - now).total_seconds())))
        if found is None:
            return Known()
        story = found.shown.story
        return Known(found=self._told(story.received_at, story.state, story.promised_day, now))

    def _told(self, received_at: datetime, state: str, promised: str, now: datetime) -> Progress:
        today = calendar.local_day(now, self._rules).isoformat()
        kept = promised if state != "closed" and promised >= today else ""
        return Progress(calendar.local_day(received_at, self._rules).isoformat(), state, kept)
