"""Objections: the customer hears what his case was made into, and a lead who is new to it rules."""

from collections.abc import Sequence
from typing import Final

from chalicelib.core import case_labels
from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import Act, Step, written
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.rules import Rulebook

RULINGS: Final = ("upheld", "rejected")

UNIT_OBJECTED: Final = "unit_objected"


def told_changes(events: Sequence[CaseEvent]) -> list[CaseEvent]:
    """What the customer was told of and may object to: another kind, unit, severity, standing."""
    return [event for event in events if is_told(event)]


def is_told(event: CaseEvent) -> bool:
    """Whether the customer hears of an event because it may take weight from what he said."""
    if event.what == "read":
        return event.values["kind"] != "complaint"
    told = event.what == case_labels.LABELLED and event.values["field"] in case_labels.REASONS
    return told and event.values["reason"] != "unmatched"


def open_objection(events: Sequence[CaseEvent]) -> CaseEvent | None:
    """The objection that nobody has ruled on yet."""
    objected = [event for event in events if event.what in ("objected", "ruled")]
    return objected[-1] if objected and objected[-1].what == "objected" else None


def unit_objection(case: Case, events: Sequence[CaseEvent], rules: Rulebook) -> CaseEvent | None:
    """What the unit said last against a case that still counts for it; None if nobody has to rule.

    A label that money hangs on and that was changed since has answered it.
    """
    told = [event for event in events if event.what == UNIT_OBJECTED or _is_label(event)]
    waits = bool(told) and told[-1].what == UNIT_OBJECTED
    return told[-1] if waits and case_labels.counts(case, rules) else None


def _is_label(event: CaseEvent) -> bool:
    return event.what == case_labels.LABELLED and event.values["field"] in case_labels.REASONS


def object_to(case: Case, events: Sequence[CaseEvent], act: Act, words: str = "") -> Step:
    """The customer objects to the change told last; `words` may be the id of his text.

    While one objection waits for its ruling another adds nothing. ActError "nothing_told".
    """
    told = told_changes(events)
    ruled = max((event.sequence for event in events if event.what == "ruled"), default=-1)
    if open_objection(events) is not None:
        return Step(case)
    if not told or told[-1].sequence < ruled:
        raise ActError("nothing_told")
    return Step(case).then("objected", act, {"of": str(told[-1].sequence), "words": words})


def rule(case: Case, events: Sequence[CaseEvent], act: Act, result: str, reason: str) -> Step:
    """A lead who had no hand in the case rules on the objection; upheld undoes the change.

    ActError: "unknown_result" (facts result, results), "no_objection", "handled", those of
    `written`.
    """
    if result not in RULINGS:
        raise ActError("unknown_result", result=result, results=", ".join(RULINGS))
    objection = open_objection(events)
    if objection is None:
        raise ActError("no_objection")
    if act.by in {event.by for event in events} | {case.owner}:
        raise ActError("handled")
    told = {"result": result, "reason": written("reason", reason)}
    step = Step(case).then("ruled", act, told)
    if result == "rejected":
        return step
    change = next(e for e in events if str(e.sequence) == objection.values["of"])
    return _undone(step, act, change)


def _undone(step: Step, act: Act, change: CaseEvent) -> Step:
    """The step with a change taken back, unless somebody has changed it again.

    A standing goes back to `counts` alone: nobody is set aside because a customer objected.
    """
    field, before, after = _change(change)
    if getattr(step.case, field) != after or (field == "standing" and before != "counts"):
        return step
    case_labels.check_free(step.case, field, before)
    told = {"field": field, "to": before, "reason": "objection_upheld", "proposed_by": "customer"}
    return case_labels.changed(step, act, told)


def _change(event: CaseEvent) -> tuple[str, str, str]:
    """Field, value before, value after."""
    values = event.values
    if event.what == "read":
        return "kind", "complaint", values["kind"]
    return values["field"], values.get("from", ""), values["to"]
