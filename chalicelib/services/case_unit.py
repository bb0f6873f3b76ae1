"""A unit at its cases: what it sees, its answer, its days, its pauses, its objection.

A unit is never told a case's number; it finds a case by its own reference, and only one that was
forwarded to it and is still its own. It can close, delete, date back and name nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from chalicelib.core import case_life, case_objections, case_pauses, case_views, unit_links
from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import Act, Step, written
from chalicelib.core.case_views import Shown
from chalicelib.core.cases import Case, CaseEvent, is_reference
from chalicelib.core.rules import Rulebook
from chalicelib.core.unit_links import UnitLink
from chalicelib.services.case_writer import CaseWriter, Decide


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...
    def events(self, number: str) -> list[CaseEvent]: ...
    def of_reference(self, reference: str) -> Case | None: ...
    def of_month(self, unit: str, month: str) -> list[Case]: ...
    def unit_link(self, sha256: str) -> UnitLink | None: ...


class Months(Protocol):
    def object_to_case(self, case: Case, reason: str, by: str, now: datetime) -> None: ...


class At(NamedTuple):
    """One case of one unit, as a link or a sign-in has opened it."""

    unit: str
    reference: str


class Answer(NamedTuple):
    """Fault → cause → measure; with a `day` (ISO) it is not done yet."""

    fault: str
    cause: str
    measure: str
    day: str = ""


class UnitDesk:
    """A unit at its cases.

    Every act raises ActError: "unknown_reference" (facts reference), those of the function of core
    that it names, and Busy when others kept changing the case. `by` is who signed in, or "link".
    """

    def __init__(
        self,
        cases: Cases,
        writer: CaseWriter,
        months: Months,
        rules: Rulebook,
    ) -> None:
        """`writer` saves all of an act or nothing of it; `months` are those of the cases."""
        self._cases = cases
        self._writer = writer
        self._months = months
        self._rules = rules

    def opened(self, secret: str, now: datetime) -> At | None:
        """The case that a mailed link opens, None for a link that is unknown or has run out.

        A case that has gone to another unit since is "unknown_reference" to every act.
        """
        link = self._cases.unit_link(unit_links.hashed(secret))
        if link is None or link.expires_at <= now:
            return None
        return At(link.unit, link.reference)

    def view(self, at: At) -> Shown:
        """What the unit sees of a case: `case_views.unit_view`."""
        case, events = self._shown(at)
        return case_views.unit_view(case, events, self._rules)

    def month(self, unit: str, month: str) -> list[Shown]:
        """What the unit sees of each of its cases that were received in a month."""
        found = [
            (case, self._cases.events(case.number)) for case in self._cases.of_month(unit, month)
        ]
        shown = [
            case_views.unit_view(case, events, self._rules)
            for case, events in found
            if case_views.shown_to_unit(case, events)
        ]
        return sorted(shown, key=lambda view: (view["forwarded_at"], view["reference"]))

    def customer(self, at: At, by: str, now: datetime) -> Shown | None:
        """Name and number, None where only supervision may have them; each look is an event."""

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            may = case_views.customer_of(case) is not None
            return Step(case).then("customer_shown", act) if may else Step(case)

        return case_views.customer_of(self._act(at, by, now, decide).case)

    def answer(self, at: At, answer: Answer, by: str, now: datetime) -> Step:
        """The unit's answer: `case_life.answer`."""

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            return case_life.answer(case, act, self._rules, **answer._asdict())

        return self._act(at, by, now, decide)

    def redate(self, at: At, day: str, why: str, by: str, now: datetime) -> Step:
        """Another day than the unit said before: `case_life.redate`."""

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            return case_life.redate(case, events, act, self._rules, day=day, why=why)

        return self._act(at, by, now, decide)

    def solve(self, at: At, by: str, now: datetime) -> Step:
        """The unit says that it is done, which closes nothing: `case_life.solve`."""
        return self._act(at, by, now, case_life.solve)

    def ask_pause(self, at: At, reason: str, until: str, by: str, now: datetime) -> Step:
        """The unit asks that its clocks stand still: `case_pauses.ask`."""

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            return case_pauses.ask(case, act, self._rules, reason, until)

        return self._act(at, by, now, decide)

    def end_pause(self, at: At, by: str, now: datetime) -> Step:
        """The part has come, or the customer is back: `case_pauses.end`."""
        return self._act(at, by, now, case_pauses.end)

    def object_to(self, at: At, reason: str, by: str, now: datetime) -> Step:
        """The unit says why the case should not be its own or not count; it changes nothing.

        Once the case's month is noticed it is an objection to that, and refused after its term:
        ActError of `month_steps.object_to`.
        """

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            told = {"reason": written("reason", reason)}
            return Step(case).then(case_objections.UNIT_OBJECTED, act, told)

        case, why = self._shown(at)[0], written("reason", reason)
        self._months.object_to_case(case, why, by, now)
        step = self._act(at, by, now, decide)
        # Who signed in between has read the case before; said once more it changes nothing.
        self._months.object_to_case(case, why, by, now)
        return step

    def _act(self, at: At, by: str, now: datetime, decide: Decide) -> Step:
        act = Act(f"unit:{at.unit}:{by}", now, "unit")
        return self._writer.change(lambda: self._shown(at)[0], decide, act)

    def _shown(self, at: At) -> tuple[Case, list[CaseEvent]]:
        """The unit's case, if it knows of it: another's is as unknown as one that is not there."""
        case = self._cases.of_reference(at.reference) if is_reference(at.reference) else None
        if case is not None and case.unit == at.unit:
            events = self._cases.events(case.number)
            if case_views.shown_to_unit(case, events):
                return case, events
        raise ActError("unknown_reference", reference=at.reference)
