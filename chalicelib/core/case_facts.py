"""What of a case is a fact of its month."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from chalicelib.core.case_clocks import Clock, clocks
from chalicelib.core.case_labels import LABELLED
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.facts import CaseFact
from chalicelib.core.rules import Rulebook

_STEPS: Final[Mapping[str, str]] = {
    "forward": "forwarded",
    "answer": "answered",
    "solve": "solved",
}
"""Clock → the column that tells how it stood."""


def fact_of(case: Case, events: Sequence[CaseEvent], at: datetime, rules: Rulebook) -> CaseFact:
    """The case as the facts file has it, its clocks as they stood `at`."""
    ran = clocks(case, [event for event in events if event.at <= at], rules)
    found = {
        column: _state([clock for clock in ran if clock.step == step], at)
        for step, column in _STEPS.items()
    }
    return CaseFact(
        number=case.number,
        reference=case.reference,
        kind=case.kind,
        severity=case.severity,
        standing=case.standing,
        channel=case.channel,
        category=case.category,
        **found,
        repeats=case.repeats,
    )


def _state(ran: Sequence[Clock], at: datetime) -> str:
    """One of `facts.CLOCKS` for all rounds of a step together, "" if it was never asked for."""
    if any(clock.is_broken(at) for clock in ran):
        return "late"
    if any(clock.ended_at is None for clock in ran):
        return "open"
    return "kept" if any(clock.done for clock in ran) else ""


def unit_at(case: Case, events: Sequence[CaseEvent], at: datetime) -> str:
    """Whose the case was at an instant, "" nobody's yet."""
    moved = (
        event.values.get("from", "")
        for event in events
        if event.what == LABELLED and event.values.get("field") == "unit" and event.at >= at
    )
    return next(moved, case.unit)
