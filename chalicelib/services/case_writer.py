"""Saves steps of cases: case, events and whatever follows from them, all in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from chalicelib.core import amendments, case_clocks, case_labels
from chalicelib.core.acts import ActError
from chalicelib.core.amendments import Amendment
from chalicelib.core.case_steps import Act, Step
from chalicelib.core.cases import Case, CaseEvent, is_case_number
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere, Busy, Stale
from chalicelib.services import case_news

TRIES: Final = 8
"""Attempts at one act while others work on the same case."""


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...
    def events(self, number: str) -> list[CaseEvent]: ...


class Proposals(Protocol):
    def of_case(
        self,
        before: Case,
        after: Case,
        cause: str,
        reason: str,
        kin: Sequence[str],
        now: datetime,
    ) -> Sequence[Amendment]: ...


Decide = Callable[[Case, Sequence[CaseEvent], Act], Step]
Extra = Callable[[Case, Step], Sequence[object]]
"""The case before and the step → what else it adds, beside what everybody is told of it."""


class Records(NamedTuple):
    """What one transaction adds and saves."""

    adds: tuple[object, ...] = ()
    saves: tuple[object, ...] = ()


class CaseWriter:
    """Loads a case, lets core decide, saves."""

    def __init__(
        self,
        cases: Cases,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        proposals: Proposals,
    ) -> None:
        """`commit` saves all of a step or nothing of it; `proposals` are for closed months."""
        self._cases = cases
        self._commit = commit
        self._rules = rules
        self._proposals = proposals

    def change(
        self,
        find: Callable[[], Case],
        decide: Decide,
        act: Act,
        extra: Extra = lambda before, step: (),
    ) -> Step:
        """The step that `decide` makes of the case, saved; again whenever others were faster.

        A step without events changes nothing and saves nothing. What `find` and `decide` raise
        goes through. Busy when others kept changing the case.
        """
        for _ in range(TRIES):
            case = find()
            events = self._cases.events(case.number)
            step = decide(case, events, act)
            if not step.events:
                return step
            try:
                return self._saved(case, events, step, act, extra)
            except (Stale, AlreadyThere):
                continue
        raise Busy(case.number)

    def _saved(
        self, before: Case, events: Sequence[CaseEvent], step: Step, act: Act, extra: Extra
    ) -> Step:
        records = self.records(before, events, step, act)
        self._commit([*records.adds, *extra(before, step)], records.saves)
        return step

    def records(self, before: Case, events: Sequence[CaseEvent], step: Step, act: Act) -> Records:
        """What a step of the case `before`, whose history is `events`, adds and saves.

        For whoever commits it together with a fact of his own.
        """
        due = case_clocks.next_due(step.case, [*events, *step.events], self._rules)
        partners = self._partners(before, step.case, act)
        adds: list[object] = [*step.events]
        for event in step.events:
            adds += case_news.of(step.case, event, self._rules)
        adds += [event for partner in partners for event in partner.events]
        adds += self._amendments(before, events, step, act)
        case = replace(step.case, due_at=due)
        return Records(tuple(adds), (case, *(partner.case for partner in partners)))

    def _amendments(
        self, before: Case, events: Sequence[CaseEvent], step: Step, act: Act
    ) -> Sequence[Amendment]:
        """What the step changes in documents there are; nobody who had a hand in it approves."""
        kin = [act.by, before.owner, *(event.by for event in (*events, *step.events))]
        cause, why = f"case.{before.number}.{step.case.events}", amendments.why_changed(before)
        return self._proposals.of_case(before, step.case, cause, why, kin, act.at)

    def _partners(self, before: Case, after: Case, act: Act) -> list[Step]:
        """The cases that this one was, or is now, set aside for: they change in the same commit."""
        if before.duplicate_of == after.duplicate_of:
            return []
        found = []
        for number, change in (
            (before.duplicate_of, case_labels.without_duplicate),
            (after.duplicate_of, case_labels.with_duplicate),
        ):
            partner = self._cases.get(number) if number else None
            if partner is not None:
                found.append(change(partner, act, after.number))
        if after.duplicate_of:
            partner = found[-1].case if found else None
            case_labels.check_duplicate(after, partner, self._rules)
        return found


def by_number(cases: Cases, number: str) -> Case:
    """The case of this number. ActError: "unknown_case" (facts number)."""
    case = cases.get(number) if is_case_number(number) else None
    if case is None:
        raise ActError("unknown_case", number=number)
    return case
