"""What a call's end changes, as the records of one commit (DESIGN 3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.core import incidents, outcomes
from chalicelib.core.amendments import Amendment
from chalicelib.core.answering import Given, on_answer
from chalicelib.core.called import Called, first_attempts
from chalicelib.core.danger import danger_in
from chalicelib.core.draws import Pick
from chalicelib.core.effects import Effect
from chalicelib.core.grades import Grades, letters
from chalicelib.core.outcomes import KEEPS_VOID, Known
from chalicelib.core.phones import Phone
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import SILENT
from chalicelib.core.verification import Verification, void_of
from chalicelib.core.visits import Visit, VisitKey, called_number, leading, merged, surveyed
from chalicelib.services import phone_numbers
from chalicelib.services.intake import Intake, NewCase

CHANNEL: Final = "call"

STILL_TALKING: Final = timedelta(minutes=10)
"""The customer is told of grades that differ from his form only when he has said which hold."""


class Visits(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...


class Proposals(Protocol):
    def of_visit(
        self, visit: Visit, cause: str, reason: str, kin: Iterable[str], now: datetime
    ) -> Sequence[Amendment]: ...


@dataclass(frozen=True, slots=True)
class Changes:
    """What one commit adds and saves."""

    adds: tuple[object, ...] = ()
    saves: tuple[object, ...] = ()

    def __add__(self, other: "Changes") -> "Changes":
        return Changes((*self.adds, *other.adds), (*self.saves, *other.saves))


class CallOutcomes:
    """Turns what a caller noted into the records that follow from it."""

    def __init__(
        self,
        visits: Visits,
        phones: Phones,
        effects: Effects,
        proposals: Proposals,
        intake: Intake,
        rules: Rulebook,
    ) -> None:
        """`proposals` names the amendments of months that have their documents."""
        self._visits = visits
        self._phones = phones
        self._effects = effects
        self._proposals = proposals
        self._intake = intake
        self._rules = rules

    def known(self, visit: Visit, pick: Pick) -> Known:
        """What the outcome of a pick's first call follows from; a re-call decides nothing."""
        top = leading(visit.answers)
        surveyed = top is None or top.channel != CHANNEL
        return Known(form_of(visit), first_attempts(pick), pick.told, self._rules, surveyed)

    def ended(self, called: Called, pick: Pick, outcome: str, by: str, now: datetime) -> Changes:
        """The records of an outcome: the pick, and whatever it does to visit, case and bill."""
        changes = self.told(called, pick, by, now) + self._settlement(called, pick, outcome, now)
        if void_of(called.visit.verification) and outcome in KEEPS_VOID:
            return changes
        return changes + self._verified(called.visit, pick, outcome, by, now)

    def told(self, called: Called, pick: Pick, by: str, now: datetime) -> Changes:
        """The records of a note that changes no outcome: the pick, and a case if he wanted one."""
        kept, said = Changes((), (pick,)), pick.told
        if said is None or said.complaint != "yes" or not _is_new(called, pick):
            return kept
        return kept + self._complaint(called.visit, said.remark, by, now)

    def _verified(self, visit: Visit, pick: Pick, outcome: str, by: str, now: datetime) -> Changes:
        form, told = form_of(visit), pick.told.grades if pick.told else SILENT
        answer = outcomes.answer_of(outcome, form, told)
        after, changes = self._answered(visit, answer, cause_of(pick.draw, visit), now)
        if outcome == "differs":
            changes = _put_off(changes, now + STILL_TALKING)
        void = "proposed" if outcomes.proposes_void(outcome, form) else ""
        held = outcomes.held(outcome, form, told)
        checked = Verification(
            draw=pick.draw,
            cell=pick.cell,
            why=pick.why,
            rank=pick.rank,
            outcome=outcome,
            at=now,
            by=pick.caller.lower() or by,
            noted_by=by,
            form=form,
            told=told,
            held=held,
            void=void,
        )
        after = replace(after, verification=checked)
        adds = (
            *self._proposed(after, checked, outcome, kin(checked), now),
            *_void_mail(after, checked),
        )
        return changes + Changes(adds, (after,))

    def chosen(self, called: Called, pick: Pick, checked: Verification, now: datetime) -> Changes:
        """The records of the customer's choice for his form, after other grades were noted."""
        told = pick.told.grades if pick.told else SILENT
        answer = outcomes.answer_of(checked.outcome, checked.form, told, "form")
        cause = cause_of(pick.draw, called.visit)
        after, changes = self._answered(called.visit, answer, f"{cause}.choice", now)
        changes = self._told_once(changes, f"{cause}.echo")
        held = outcomes.held(checked.outcome, checked.form, told, "form")
        after = surveyed(after, contacts=called.visit.survey.contacts)
        after = replace(after, verification=replace(checked, held=held))
        adds = tuple(self._proposed(after, checked, "choice", kin(checked), now))
        return Changes((), (pick,)) + changes + Changes(adds, (after,))

    def _told_once(self, changes: Changes, cause: str) -> Changes:
        """The echo in place of the one that tells of grades which do not hold, if that waits."""
        waiting = self._effects.get(cause, 0)
        echo = next((each for each in changes.adds if isinstance(each, Effect)), None)
        waits = waiting is not None and waiting.outbox.state == "planned" and waiting.due_at
        if waiting is None or not waits or echo is None:
            return changes
        instead = replace(waiting, what=echo.what, values=echo.values, due_at=echo.due_at)
        return Changes((), (*changes.saves, instead))

    def _answered(
        self, visit: Visit, grades: Grades, source: str, now: datetime
    ) -> tuple[Visit, Changes]:
        """The visit with supervision's answer, told to its number like any other answer."""
        if not grades:
            return visit, Changes()
        given = Given(grades, CHANNEL, "supervision", now, source)
        phone = self._phones.get(visit.facts.phone) if visit.facts.phone else Phone("")
        other = phone.current if phone.current not in (None, visit.key) else None
        current = self._visits.get(other) if other else visit
        zones = phone_numbers.zones_of(visit.facts.country) or (self._rules.timezone,)
        turn = on_answer(visit, phone, current, given, zones, self._rules)
        saved = () if turn.phone is phone else (turn.phone,)
        return turn.visit, Changes((turn.echo,) if turn.echo else (), saved)

    def _complaint(self, visit: Visit, words: str, by: str, now: datetime) -> Changes:
        """A case: the customer said yes when he was asked; else his words stay a remark."""
        facts = visit.facts
        new = NewCase(
            channel=CHANNEL,
            received_at=now,
            text=words,
            phone=called_number(visit),
            unit=facts.unit,
            visit_id=facts.visit_id,
            language=facts.language,
            customer_name=facts.customer_name,
            by=by,
        )
        return Changes(self._intake.opened(new, danger=danger_in(words) == "page").adds)

    def _settlement(self, called: Called, pick: Pick, outcome: str, now: datetime) -> Changes:
        """A bill that was wrong; of a visit that never was it waits for the second person."""
        wrong = outcomes.settlement_of(pick.told)
        if not wrong or not _is_new(called, pick) or outcome == "no_visit":
            return Changes()
        return self._incident(called.visit, pick.draw, "settlement", wrong, now)

    def _incident(
        self, visit: Visit, draw: str, kind: str, settlement: str, now: datetime
    ) -> Changes:
        calls = self._rules.incident_calls
        opened = incidents.opened(visit, kind, now, calls, settlement)
        if not settlement:
            return Changes((opened,))
        told = {"settlement": settlement}
        return Changes((opened, _mail(visit, draw, "settlement_wrong", now, told)))

    def void(self, visit: Visit, decided: Verification, now: datetime) -> Changes:
        """The records of a void that a second person approved or refused."""
        doers = [*kin(decided), decided.void_by]
        if decided.void == "refused":
            after = replace(visit, verification=decided)
            return Changes(tuple(self._proposed(after, decided, "void", doers, now)), (after,))
        answers = tuple(replace(answer, void=True) for answer in visit.answers)
        after = replace(visit, answers=answers, verification=replace(decided, held=SILENT))
        settlement = "no_job" if decided.outcome == "no_visit" else ""
        changes = self._incident(visit, decided.draw, decided.outcome, settlement, now)
        return changes + Changes(
            tuple(self._proposed(after, decided, "void", doers, now)), (after,)
        )

    def _proposed(
        self, visit: Visit, checked: Verification, what: str, kin: Iterable[str], now: datetime
    ) -> Sequence[Amendment]:
        cause = proposed_by(what, visit, checked)
        reason = "void" if what == "void" else "outcome"
        return self._proposals.of_visit(visit, cause, reason, kin, now)


def form_of(visit: Visit) -> str:
    """What the customer's form says now, late answers as well, as letters."""
    return letters(merged(visit.answers, with_late=True))


def proposed_by(what: str, visit: Visit, checked: Verification) -> str:
    """The cause of an amendment: an outcome, a "choice" or a "void" of the call of one draw."""
    return f"{what}~{visit.facts.visit_id}~{checked.draw}"


def kin(checked: Verification) -> list[str]:
    """Who called and who noted it: the same, but for lists that another brought in."""
    return sorted({checked.by, checked.noted_by} - {""})


def _put_off(changes: Changes, until: datetime) -> Changes:
    """The same with its text not before `until`."""
    return replace(
        changes,
        adds=tuple(
            replace(each, due_at=max(each.due_at or until, until))
            if isinstance(each, Effect)
            else each
            for each in changes.adds
        ),
    )


def _is_new(called: Called, pick: Pick) -> bool:
    """Whether this very note says what the customer told."""
    return called.pick.told is None and pick.told is not None


def cause_of(draw: str, visit: Visit) -> str:
    """What identifies the answer, and all effects, of the call that a draw led to."""
    return f"call~{draw}~{visit.facts.visit_id}"


def _void_mail(visit: Visit, checked: Verification) -> tuple[Effect, ...]:
    """To the leads, one of whom has to decide; with what the unit has changed after its upload:
    a customer who is asked about another appliance or day than his own denies that too."""
    if checked.void != "proposed" or checked.at is None:
        return ()
    changed = " ".join(sorted({change.field for change in visit.changes}))
    told = {"outcome": checked.outcome, **({"changed": changed} if changed else {})}
    return (_mail(visit, checked.draw, "void_proposed", checked.at, told),)


def _mail(visit: Visit, draw: str, what: str, now: datetime, values: Mapping[str, str]) -> Effect:
    told = {"visit_id": visit.facts.visit_id, "unit": visit.facts.unit, **values}
    return Effect(f"{cause_of(draw, visit)}.{what}", 0, "mail", what, now, told)
