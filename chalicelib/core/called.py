"""A picked visit whose customer is called: what its caller may note next (DESIGN 3)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from chalicelib.core import acts, attempts
from chalicelib.core.acts import ActError
from chalicelib.core.draws import Pick
from chalicelib.core.people import Member
from chalicelib.core.verification import Attempt, Told, Verification
from chalicelib.core.visits import Visit

CHOOSES_WITHIN: Final = timedelta(hours=24)
"""Time to ask which grading holds, also where the line broke; later it would be the caller's own
change of mind."""

TOLD_AFTER: Final = ("reached", "no_visit")
"""Results of an attempt after which something can be told."""


class Place(NamedTuple):
    """Where a pick stands: its draw, its unit, its rank there."""

    draw: str
    unit: str
    rank: int


@dataclass(frozen=True, slots=True)
class Called:
    """A picked visit, its latest pick and when that was drawn."""

    visit: Visit
    pick: Pick
    drawn_at: datetime

    @property
    def verification(self) -> Verification | None:
        """What this pick's call came to; None as long as that is open."""
        known = self.visit.verification
        ours = known is not None and known.draw == self.pick.draw and known.outcome != ""
        return known if ours else None


def place_of(pick: Pick) -> Place:
    """Where a pick stands."""
    return Place(pick.draw, pick.unit, pick.rank)


def may_call(pick: Pick, by: Member) -> bool:
    """Whether the first call of this pick is his: given to him, or to nobody and he leads."""
    return by.mail.lower() == pick.caller.lower() if pick.caller else by.role == "lead"


def allow_call(act: str, pick: Pick, by: Member) -> None:
    """Return if he may do `act` on the call of this pick.

    ActError: as `acts.allow`, and "not_your_call": nobody sees or makes another's calls.
    """
    acts.allow(act, by, pick.unit)
    if not (may_call(pick, by) or is_recall(pick, by.mail)):
        raise ActError("not_your_call", visit=pick.visit_id)


def is_recall(pick: Pick, by: str) -> bool:
    """Whether this address is that of the member who calls to check the first call."""
    return pick.recall_by != "" and by.lower() == pick.recall_by.lower()


def with_attempt(called: Called, made: Attempt) -> Pick:
    """The pick with one more attempt; itself if that is there.

    ActError: "finished", the call has its outcome, "too_many" (facts most).
    """
    pick = called.pick
    if any(_same(each, made) for each in pick.attempts):
        return pick
    if is_finished(called) and not is_recall(pick, made.by):
        raise ActError("finished", visit=pick.visit_id)
    if len(pick.attempts) >= attempts.MOST:
        raise ActError("too_many", visit=pick.visit_id, most=str(attempts.MOST))
    return replace(pick, attempts=tuple(sorted((*pick.attempts, made), key=lambda each: each.at)))


def with_told(called: Called, told: Told, caller: str) -> Pick:
    """The pick with what the customer told `caller`; itself if that is there.

    A call through the service that waits for its result has reached him. ActError: "finished",
    "not_reached": nobody was spoken to.
    """
    pick = called.pick
    if pick.told is not None and replace(pick.told, choice="") == told:
        return pick
    if pick.told is not None or is_finished(called, but="no_visit"):
        raise ActError("finished", visit=pick.visit_id)
    waiting = waiting_call(pick, caller)
    if waiting is not None:
        pick = labelled(pick, waiting, replace(waiting, reached="reached"))
    if attempts.said(first_attempts(pick)) not in TOLD_AFTER:
        raise ActError("not_reached", visit=pick.visit_id)
    return replace(pick, told=told)


def with_recall(called: Called, told: Told, by: str) -> Pick:
    """The pick with what the customer told the second caller. ActError: "no_recall", "finished"."""
    pick = called.pick
    if not is_recall(pick, by):
        raise ActError("no_recall", visit=pick.visit_id)
    if pick.recall not in (None, told):
        raise ActError("finished", visit=pick.visit_id)
    return replace(pick, recall=told)


def with_choice(called: Called, which: str, now: datetime) -> Pick:
    """The pick with what the customer chose, once. ActError: "no_choice": nothing is to choose."""
    pick = called.pick
    if which not in ("form", "told") or pick.told is None or not _may_choose(called, now):
        raise ActError("no_choice", visit=pick.visit_id)
    if pick.told.choice not in ("", which):
        raise ActError("no_choice", visit=pick.visit_id)
    return replace(pick, told=replace(pick.told, choice=which))


def _may_choose(called: Called, now: datetime) -> bool:
    """Whether form and call differ, and the customer was on the phone a moment ago."""
    checked, told = called.verification, called.pick.told
    if told is None or checked is None or checked.at is None or checked.outcome != "differs":
        return False
    return told.choice != "" or now < checked.at + CHOOSES_WITHIN


def is_finished(called: Called, but: str = "") -> bool:
    """Whether the call has its outcome; one who could not be reached may still call back."""
    checked = called.verification
    return checked is not None and checked.outcome not in ("unreachable", but)


def first_attempts(pick: Pick) -> list[Attempt]:
    """The attempts of the first call: those of a re-call decide nothing."""
    return [each for each in pick.attempts if not is_recall(pick, each.by)]


def waiting_call(pick: Pick, caller: str) -> Attempt | None:
    """His call through the service of which he has not yet said what came of it."""
    return attempts.latest(
        [each for each in pick.attempts if each.by == caller and not each.reached]
    )


def labelled(pick: Pick, waiting: Attempt, result: Attempt) -> Pick:
    """The pick with `result` in the place of an attempt."""
    made = tuple(result if each == waiting else each for each in pick.attempts)
    return replace(pick, attempts=made)


def _same(one: Attempt, other: Attempt) -> bool:
    if one.bridge or other.bridge:
        return one.bridge == other.bridge
    return (one.at, one.by, one.reached) == (other.at, other.by, other.reached)
