"""The call list: customers who asked for a call or are owed one, outside the draw (DESIGN 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import calendar
from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Visit, VisitKey

MOST: Final = 500
"""More entries than callers can serve in a week: the rest stand in the next list."""


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...
    def due(self, kind: str, now: datetime, limit: int) -> Sequence[tuple[str, int]]: ...


class Visits(Protocol):
    def key_of(self, visit_id: str) -> VisitKey | None: ...
    def get(self, key: VisitKey) -> Visit | None: ...


@dataclass(frozen=True, slots=True)
class Owed:
    """One customer to call by `due`; `phone` "" was withheld. Nothing of what he wrote.

    `why` "" is not to be told: see `call_sheets.kept_blind`.
    """

    phone: str
    customer: str
    visit_id: str
    why: str
    due: str


class CallList:
    """Reads the call list."""

    def __init__(self, effects: Effects, visits: Visits, rules: Rulebook) -> None:
        """Entries are effects of kind "call"; some name the visit they are about."""
        self._effects = effects
        self._visits = visits
        self._rules = rules

    def until(self, end: datetime) -> list[Owed]:
        """The open entries due at `end` or before, the earliest first; at most MOST."""
        keys = self._effects.due("call", end, MOST)
        found = [self._effects.get(cause, number) for cause, number in keys]
        return [self._owed(entry, entry.due_at) for entry in found if entry and entry.due_at]

    def _owed(self, entry: Effect, since: datetime) -> Owed:
        """Due the working day after the one on which the call came to be owed."""
        day = calendar.local_day(since, self._rules)
        due = calendar.working_days_after(day, 1, self._rules).isoformat()
        visit_id = entry.values.get("visit_id", "")
        key = self._visits.key_of(visit_id) if visit_id else None
        visit = self._visits.get(key) if key else None
        customer = visit.facts.customer_name if visit else ""
        why, about = ("", "") if visit and _is_to_be_checked(visit) else (entry.what, visit_id)
        return Owed(entry.values.get("phone", ""), customer, about, why, due)


def _is_to_be_checked(visit: Visit) -> bool:
    """Whether a draw has picked it and its call is still open: nobody may hear why beforehand."""
    return visit.verification is not None and not visit.verification.outcome
