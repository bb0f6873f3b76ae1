"""Supervision calls customers: attempts, what was told, blind; and what becomes of the form."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from chalicelib.core import call_notes, outcomes
from chalicelib.core.acts import ActError
from chalicelib.core.call_notes import Wrong
from chalicelib.core.called import (
    Called,
    allow_call,
    is_finished,
    labelled,
    may_call,
    waiting_call,
    with_attempt,
    with_choice,
    with_recall,
    with_told,
)
from chalicelib.core.draws import Pick
from chalicelib.core.outcomes import Compared
from chalicelib.core.people import Member
from chalicelib.core.saving import until_saved
from chalicelib.core.tallies import SILENT
from chalicelib.core.verification import Attempt, Told
from chalicelib.services.call_outcomes import CallOutcomes, Changes
from chalicelib.services.called_visits import CalledVisits


class Commit(Protocol):
    def __call__(self, adds: Sequence[object], saves: Sequence[object]) -> None: ...


@dataclass(frozen=True, slots=True)
class Noted:
    """How far a call has come: `outcome` "" while it is open; `changed`: this did something."""

    outcome: str
    changed: bool = True


class VerificationDesk:
    """Takes the notes of those who call, and the decisions of those who look at them again."""

    def __init__(self, called: CalledVisits, follows: CallOutcomes, commit: Commit) -> None:
        """`follows` says which records an outcome leads to."""
        self._called = called
        self._follows = follows
        self._commit = commit

    def attempt(
        self,
        visit_id: str,
        reached: str,
        by: Member,
        now: datetime,
        *,
        at: datetime | None = None,
        appointment: datetime | None = None,
    ) -> Noted:
        """Note what came of calling: of the service's own call if one waits, else dialled by hand.

        `at` is when he dialled, now if he does not say. The same note twice is one attempt.
        ActError: as `allow_call`, "bad_note" (facts field, why), "finished".
        """
        mail = by.mail.lower()
        made = Attempt(at or now, mail, reached, appointment=appointment)

        def decide(called: Called) -> Pick:
            allow_call("call-attempt", called.pick, by)
            _check(call_notes.wrong_with_attempt(made, called.drawn_at, now))
            waiting = waiting_call(called.pick, mail) if at is None else None
            if waiting is None:
                return with_attempt(called, made)
            result = replace(waiting, reached=reached, appointment=appointment)
            return labelled(called.pick, waiting, result)

        called, changed = self.note(visit_id, by, now, decide)
        return Noted(_outcome(called), changed)

    def save_told(self, visit_id: str, told: Told, by: Member, now: datetime) -> Compared:
        """Keep what the customer said, before anything was shown; then show both side by side.

        Where they differ the grades told hold until he has chosen. A second note is refused unless
        it is the same. ActError: as `attempt`, "not_reached": note first whom he spoke to.
        """
        said = _checked(told)

        def decide(called: Called) -> Pick:
            allow_call("call-told", called.pick, by)
            _own_call(called, by)
            return with_told(called, said, by.mail.lower())

        return compared(self.note(visit_id, by, now, decide)[0])

    def choose(self, visit_id: str, which: str, by: Member, now: datetime) -> Compared:
        """Keep which grades hold, "form" or "told", as the customer says who was told both.

        ActError: as `attempt`, "no_choice": there is nothing to choose, he has chosen already, or
        it is a day since he was called.
        """

        def decide(called: Called) -> Pick:
            allow_call("call-choose", called.pick, by)
            _own_call(called, by)
            return with_choice(called, which, now)

        return compared(self.note(visit_id, by, now, decide)[0])

    def call_again(self, visit_id: str, told: Told, by: Member, now: datetime) -> Compared:
        """Keep what the customer told the second caller, beside what he told the first.

        It changes nothing of the form. ActError: as `save_told`, "no_recall": chance chose another
        pick, or another caller.
        """
        said = _checked(told)

        def decide(called: Called) -> Pick:
            allow_call("call-again", called.pick, by)
            return with_recall(called, said, by.mail)

        pick = self.note(visit_id, by, now, decide)[0].pick
        first = pick.told.grades if pick.told else SILENT
        return outcomes.compared("", first, said.grades)

    def note(
        self,
        visit_id: str,
        by: Member,
        now: datetime,
        decide: Callable[[Called], Pick],
        beside: Sequence[object] = (),
    ) -> tuple[Called, bool]:
        """The pick as `decide` leaves it, saved with all that follows; again if others are faster.

        `decide` says as well who may; `beside` is added in the same commit. What comes back is read
        anew, and whether this changed it.
        """

        def attempt() -> tuple[Called, bool]:
            called = self._called.of(visit_id)
            pick = decide(called)
            if pick == called.pick:
                return called, False
            changes = self._changes(called, pick, by, now)
            self._commit((*changes.adds, *beside), changes.saves)
            return self._called.of(visit_id), True

        return until_saved(attempt, visit_id)

    def _changes(self, called: Called, pick: Pick, by: Member, now: datetime) -> Changes:
        if is_finished(called):
            return self._after_the_end(called, pick, by, now)
        outcome = outcomes.outcome_of(self._follows.known(called.visit, pick))
        if outcome == _outcome(called):
            return Changes((), (pick,))
        return self._follows.ended(called, pick, outcome, by.mail.lower(), now)

    def _after_the_end(self, called: Called, pick: Pick, by: Member, now: datetime) -> Changes:
        """What may still come once there is an outcome: a choice, words, a re-call."""
        checked, told = called.verification, pick.told
        if checked and told and told.choice == "form" and called.pick.told != told:
            return self._follows.chosen(called, pick, checked, now)
        return self._follows.told(called, pick, by.mail.lower(), now)


def compared(called: Called) -> Compared:
    """Form and call side by side, as they stand after the note that was saved last."""
    checked = called.verification
    told = called.pick.told or Told()
    if checked is None:
        return outcomes.compared("", SILENT, told.grades)
    return outcomes.compared(checked.outcome, checked.form, told.grades, told.choice)


def _outcome(called: Called) -> str:
    return called.verification.outcome if called.verification else ""


def _own_call(called: Called, by: Member) -> None:
    """Return if the first call is his; the second caller has no part in it."""
    if not may_call(called.pick, by):
        raise ActError("not_your_call", visit=called.pick.visit_id)


def _checked(told: Told) -> Told:
    said = call_notes.without_outer_space(told)
    _check(call_notes.wrong_with_told(said))
    return said


def _check(wrong: Iterable[Wrong]) -> None:
    """Return if nothing is wrong. ActError: "bad_note" (facts field, why) with the first."""
    for field, why, facts in wrong:
        raise ActError("bad_note", field=field, why=why, **facts)
