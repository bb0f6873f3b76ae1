"""The call list, worked off: who was called, by whom, and who has to be tried again (DESIGN 7)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import acts
from chalicelib.core.acts import ActError
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member
from chalicelib.core.saving import Stale
from chalicelib.core.visits import VisitKey

MOST: Final = 500
TRIES: Final = 5

RESULTS: Final = ("reached", "no_answer")
"""What came of a call that was owed: who was not reached stays on the list."""


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...
    def due(self, kind: str, now: datetime, limit: int) -> Sequence[tuple[str, int]]: ...
    def save(self, effect: Effect) -> Effect: ...


class Visits(Protocol):
    def key_of(self, visit_id: str) -> VisitKey | None: ...


class OwedCalls:
    """Takes what came of calls that were owed."""

    def __init__(self, effects: Effects, visits: Visits) -> None:
        """Entries are effects of kind "call"."""
        self._effects = effects
        self._visits = visits

    def done(self, whose: str, result: str, by: Member, now: datetime) -> int:
        """Mark the entries of a cause, or of a phone in E.164, that are due; how many there were.

        ActError: as `acts.allow`, "unknown_result" (facts result, results), "not_owed": nothing of
        that name is due.
        """
        acts.allow("call-done", by)
        if result not in RESULTS:
            raise ActError("unknown_result", result=result, results=", ".join(RESULTS))
        found = [each for each in self._due(now) if whose in (each.cause, each.values.get("phone"))]
        if not found:
            raise ActError("not_owed", whose=whose)
        for entry in found:
            acts.allow("call-done", by, self._unit(entry))
        for entry in found:
            self._mark(entry, result, by, now)
        return len(found)

    def _due(self, now: datetime) -> list[Effect]:
        keys = self._effects.due("call", now, MOST)
        entries = (self._effects.get(cause, number) for cause, number in keys)
        return [entry for entry in entries if entry is not None and entry.due_at is not None]

    def _unit(self, entry: Effect) -> str:
        visit_id = entry.values.get("visit_id", "")
        key = self._visits.key_of(visit_id) if visit_id else None
        return key.unit if key else ""

    def _mark(self, entry: Effect, result: str, by: Member, now: datetime) -> None:
        """Save it; of two who mark one entry at once the first is kept where it is done."""
        current: Effect | None = entry
        for _ in range(TRIES):
            if current is None or current.due_at is None:
                return
            try:
                self._effects.save(_marked(current, result, by, now))
            except Stale:
                current = self._effects.get(entry.cause, entry.number)
            else:
                return


def _marked(entry: Effect, result: str, by: Member, now: datetime) -> Effect:
    tried = str(int(entry.values.get("tried", "0")) + 1)
    values = {**entry.values, "tried": tried, "by": by.mail.lower(), "at": now.isoformat()}
    return replace(entry, due_at=None if result == "reached" else entry.due_at, values=values)
