"""Voids: a second person decides whether a form that did not hold leaves the month (DESIGN 3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.core import acts
from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import written
from chalicelib.core.people import Member
from chalicelib.core.saving import until_saved
from chalicelib.core.verification import Verification
from chalicelib.core.visits import Visit
from chalicelib.services.call_outcomes import CallOutcomes


class Visits(Protocol):
    def visit(self, visit_id: str) -> Visit: ...


class Commit(Protocol):
    def __call__(self, adds: Sequence[object], saves: Sequence[object]) -> None: ...


class VoidDesk:
    """Takes the decisions of leads on what calls proposed."""

    def __init__(self, visits: Visits, follows: CallOutcomes, commit: Commit) -> None:
        """`follows` says which records a decision leads to."""
        self._visits = visits
        self._follows = follows
        self._commit = commit

    def approve_void(self, visit_id: str, by: Member, reason: str, now: datetime) -> bool:
        """A second person takes the form, or the visit that never was, out of the month.

        ActError: as `acts.allow`, "no_void": none is proposed, "second_person" (facts said): he
        called himself or brought the call in, "empty_text".
        """
        return self._decide("approve-void", "approved", visit_id, by, reason, now)

    def refuse_void(self, visit_id: str, by: Member, reason: str, now: datetime) -> bool:
        """A second person lets the form stand; as `approve_void`."""
        return self._decide("refuse-void", "refused", visit_id, by, reason, now)

    def _decide(
        self, act: str, void: str, visit_id: str, by: Member, reason: str, now: datetime
    ) -> bool:
        acts.allow(act, by)
        why = written("reason", reason)

        def attempt() -> bool:
            visit = self._visits.visit(visit_id)
            acts.allow(act, by, visit.facts.unit)
            checked = _proposed(visit, void, by)
            if checked.void == void:
                return False
            decided = replace(
                checked, void=void, void_at=now, void_by=by.mail.lower(), void_reason=why
            )
            changes = self._follows.void(visit, decided, now)
            self._commit(changes.adds, changes.saves)
            return True

        return until_saved(attempt, visit_id)


def _proposed(visit: Visit, void: str, by: Member) -> Verification:
    """What `by` may decide on, or what was decided so already. ActError: as `approve_void`."""
    checked = visit.verification
    if checked is None or not checked.void:
        raise ActError("no_void", visit=visit.facts.visit_id)
    if by.mail.lower() in (checked.by, checked.noted_by):
        raise ActError("second_person", said=checked.outcome)
    if checked.void not in (void, "proposed"):
        raise ActError("no_void", visit=visit.facts.visit_id)
    return checked
