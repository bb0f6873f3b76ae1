"""What a caller sees of his calls: blind until he has saved what the customer said (DESIGN 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.core import attempts, outcomes
from chalicelib.core.called import (
    Called,
    allow_call,
    is_finished,
    is_recall,
    may_call,
    waiting_call,
)
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.outcomes import Compared
from chalicelib.core.people import Member
from chalicelib.core.tallies import SILENT
from chalicelib.core.verification import Attempt
from chalicelib.core.visits import Visit, VisitKey, called_number
from chalicelib.services.verification import compared


class CalledVisits(Protocol):
    def of(self, visit_id: str) -> Called: ...
    def latest_draws(self) -> Sequence[Draw]: ...


class Draws(Protocol):
    def picks(self, key: str) -> list[Pick]: ...


class Visits(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...


@dataclass(frozen=True, slots=True)
class CallView:
    """One call of a caller: whom to ring about which job, and his own attempts.

    No grade, no reason, not whether the visit was answered. `state`: "open" | "waiting" (he was
    connected and has not said what came of it) | "asks" (which grading holds) | "unreachable" (the
    customer may still call back) | "finished"; `both` stands side by side once nothing can be noted
    any more. `again`: it checks another's call.
    """

    draw: str
    visit_id: str
    unit: str
    customer: str
    phone: str
    appliance: str
    language: str
    completed_at: datetime
    attempts: tuple[Attempt, ...]
    appointment: datetime | None
    state: str
    again: bool = False
    both: Compared | None = None


class CallViews:
    """Shows callers their calls."""

    def __init__(self, called: CalledVisits, draws: Draws, visits: Visits) -> None:
        """Picks by draw, visits by key."""
        self._called = called
        self._draws = draws
        self._visits = visits

    def of(self, visit_id: str, by: Member) -> CallView:
        """One call. ActError: as `allow_call`."""
        called = self._called.of(visit_id)
        allow_call("show-calls", called.pick, by)
        return view(called, by)

    def mine(self, by: Member) -> list[CallView]:
        """All his calls of the latest draws, in the order of their tickets.

        Of a visit that was drawn again the newer call alone: the older one is over.
        """
        found: dict[str, CallView] = {}
        for draw in self._called.latest_draws():
            picks = [pick for pick in self._draws.picks(draw.key) if _is_his(pick, by)]
            for pick in sorted(picks, key=lambda pick: (pick.ticket, pick.visit_id)):
                visit = self._visits.get(VisitKey(pick.unit, pick.month, pick.visit_id))
                if visit is not None and draw.drawn_at is not None:
                    found.pop(pick.visit_id, None)
                    found[pick.visit_id] = view(Called(visit, pick, draw.drawn_at), by)
        return list(found.values())


def _is_his(pick: Pick, by: Member) -> bool:
    his = may_call(pick, by) or is_recall(pick, by.mail)
    return his and not pick.reserve and pick.unit not in by.recusals


def view(called: Called, by: Member) -> CallView:
    """The call as this member may see it."""
    pick, facts, mail = called.pick, called.visit.facts, by.mail.lower()
    again = is_recall(pick, mail)
    own = tuple(each for each in pick.attempts if each.by == mail)
    last = attempts.latest(own)
    both = _both(called, again=again)
    return CallView(
        draw=pick.draw,
        visit_id=pick.visit_id,
        unit=pick.unit,
        customer=facts.customer_name,
        phone=called_number(called.visit),
        appliance=facts.appliance,
        language=facts.language,
        completed_at=facts.completed_at,
        attempts=own,
        appointment=last.appointment if last else None,
        state=_state(called, mail, both, again=again),
        again=again,
        both=both,
    )


def _both(called: Called, *, again: bool) -> Compared | None:
    pick = called.pick
    if not again:
        return compared(called) if is_finished(called) else None
    if pick.recall is None:
        return None
    first = pick.told.grades if pick.told else SILENT
    return outcomes.compared("", first, pick.recall.grades)


def _state(called: Called, mail: str, both: Compared | None, *, again: bool) -> str:
    if both is not None:
        return "asks" if both.asks and not again else "finished"
    if called.verification is not None and not again:
        return "unreachable"
    return "waiting" if waiting_call(called.pick, mail) else "open"
