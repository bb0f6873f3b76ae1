"""What a case is called: unit, kind, severity and standing, which money hangs on, and the rest.

The four of `REASONS` change only with a reason from the list and a second member who says the same
(DESIGN 6). The customer is told of it and may object (`case_objections`).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from chalicelib.core.acts import ActError
from chalicelib.core.case_kinds import COMPLAINT, ENDED_BY_READING, READ_AS, UNREAD
from chalicelib.core.case_steps import Act, Step, owned, seconded, written
from chalicelib.core.cases import (
    CATEGORIES,
    CONTACTS,
    ONLY_SUPERVISION,
    STAGES,
    STANDINGS,
    Case,
    CaseEvent,
)
from chalicelib.core.rules import SEVERITIES, Rulebook
from chalicelib.core.tallies import COUNTING_KINDS

REASONS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "standing": {
        "counts": ("mistaken", "objection_upheld"),
        "duplicate": ("duplicate",),
        "out_of_scope": (
            *("factory_part", "product", "sales", "logistics", "misuse", "not_this_unit"),
            "no_service",
        ),
    },
    "unit": {"": ("unmatched", "other_unit", "mistaken", "objection_upheld")},
    "severity": {"": ("harm", "repeated", "slight", "mistaken", "objection_upheld")},
    "kind": {"": ("mistaken", "customer_said", "objection_upheld")},
}
"""Field → its value ("" any) → the reasons for it."""

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "standing": STANDINGS,
    "severity": SEVERITIES,
    "kind": READ_AS,
    "category": CATEGORIES,
    "stage": STAGES,
    "contact": CONTACTS,
}
"""Field → what it may be; units and owners are known elsewhere."""

FREE: Final = ("category", "stage", "contact", "owner")
"""What one member may say alone."""

PROPOSED: Final = "label_proposed"
LABELLED: Final = "labelled"


def label(case: Case, act: Act, field: str, value: str) -> Step:
    """One member says category, stage, contact or owner. ActError "unknown_value".

    A category about people takes name and number back from the unit unless the customer himself
    said that the unit may have them.
    """
    _known(field, value)
    if getattr(case, field) == value:
        return Step(case)
    told = {"field": field, "from": getattr(case, field), "to": value}
    changes = {field: value}
    if field == "category" and value in ONLY_SUPERVISION and case.contact == "unit":
        changes |= {} if case.contact_said else {"contact": "supervision"}
    if field == "contact":
        return owned(case, act.by).then(LABELLED, act, told, contact=value, contact_said=True)
    return owned(case, act.by).then(LABELLED, act, told, **changes)


def relabel(
    case: Case,
    events: Sequence[CaseEvent],
    act: Act,
    field: str,
    value: str,
    reason: str,
    of: str = "",
) -> Step:
    """A member says unit, kind, severity or standing anew; it changes when a second one agrees.

    `of` is the case that this one duplicates; see `check_duplicate`.
    ActError: "unknown_value" (facts field, value, values), "unknown_reason" (facts reason,
    reasons), "not_read", "second_person" (facts said), and those of `check_free`.
    """
    check(field, value, reason)
    if getattr(case, field) == value and (not of or of == case.duplicate_of):
        return Step(case)
    if value == "duplicate" and not of:
        raise ActError("unknown_duplicate")
    if field == "kind" and case.kind == UNREAD:
        raise ActError("not_read")
    check_free(case, field, value)
    word = {"field": field, "to": value, "reason": reason} | ({"of": of} if of else {})
    step = owned(case, act.by)
    first = seconded(_said(events, field), act.by, word)
    if not first:
        return step.then(PROPOSED, act, word)
    return changed(step, act, {**word, "proposed_by": first})


def assign(case: Case, events: Sequence[CaseEvent], act: Act, unit: str) -> Step:
    """A case that matched no visit gets its unit from two members. ActError "assigned" (unit)."""
    if case.unit not in ("", unit):
        raise ActError("assigned", unit=case.unit)
    return relabel(case, events, act, "unit", unit, "unmatched")


def check(field: str, value: str, reason: str) -> None:
    """ActError: "unknown_value", "unknown_reason"."""
    _known(field, value)
    by_value = REASONS[field]
    allowed = by_value.get(value, by_value.get("", ()))
    if reason not in allowed:
        raise ActError("unknown_reason", reason=reason, reasons=", ".join(allowed))


def changed(step: Step, act: Act, told: Mapping[str, str]) -> Step:
    """The step with a field of `REASONS` changed; from another unit the case comes back first."""
    case, field, value = step.case, told["field"], told["to"]
    event = {**told, "from": getattr(case, field)}
    changes = {field: value}
    if field == "standing":
        changes["duplicate_of"] = told.get("of", "")
    step = step.then(LABELLED, act, event, **changes)
    if field == "unit" and case.state not in ("received", "closed"):
        return step.then("moved", act, state="received", summary="", promised="")
    return _ended_or_not(step, act, was=case.kind) if field == "kind" else step


def _ended_or_not(step: Step, act: Act, was: str) -> Step:
    """A case becomes one that nobody has to answer, or is none any more."""
    ends, closed = step.case.kind in ENDED_BY_READING, step.case.state == "closed"
    if ends and not closed:
        return step.then("closed", act, {"why": step.case.kind}, state="closed")
    if closed and not ends and was in ENDED_BY_READING:
        return step.then("reopened", act, {"why": "kind"}, state="reopened")
    return step


def check_duplicate(case: Case, other: Case | None, rules: Rulebook) -> None:
    """Return if `other` counts, and is of the same unit and phone or visit; else ActError.

    A case that is still unread may turn out to be none, and sets nothing aside.
    Codes: "unknown_duplicate", "no_duplicate".
    """
    if other is None or other.number == case.number:
        raise ActError("unknown_duplicate")
    same_phone = case.phone != "" and case.phone == other.phone
    same_visit = case.visit_id != "" and case.visit_id == other.visit_id
    counting = other.kind == COMPLAINT and counts(other, rules)
    if case.unit != other.unit or not (same_phone or same_visit) or not counting:
        raise ActError("no_duplicate")


def counts(case: Case, rules: Rulebook) -> bool:
    """Whether a case adds to its unit's complaints (DESIGN 2)."""
    return (
        case.kind in COUNTING_KINDS
        and case.standing == "counts"
        and case.channel in rules.counting_channels
        and case.unit != ""
    )


def with_duplicate(other: Case, act: Act, number: str) -> Step:
    """The case that counts, with the one set aside for it noted."""
    known = (*other.duplicates, number)
    return Step(other).then("duplicate_noted", act, {"case": number}, duplicates=known)


def without_duplicate(other: Case, act: Act, number: str) -> Step:
    """The case that counts, when another is no longer set aside for it."""
    left = tuple(each for each in other.duplicates if each != number)
    return Step(other).then("duplicate_left", act, {"case": number}, duplicates=left)


def check_free(case: Case, field: str, value: str) -> None:
    """A pair of duplicates stays one: ActError "has_duplicates" (numbers), "is_duplicate" (of)."""
    if field == "severity":
        return
    if case.duplicates:
        raise ActError("has_duplicates", numbers=", ".join(case.duplicates))
    if case.duplicate_of and (field, value) != ("standing", "counts"):
        raise ActError("is_duplicate", of=case.duplicate_of)


def _said(events: Sequence[CaseEvent], field: str) -> list[tuple[str, Mapping[str, str]]]:
    """The words about a field since it changed last."""
    said: list[tuple[str, Mapping[str, str]]] = []
    for event in events:
        if event.values.get("field") != field:
            continue
        if event.what == LABELLED:
            said = []
        elif event.what == PROPOSED:
            said.append((event.by, event.values))
    return said


def _known(field: str, value: str) -> None:
    words = WORDS.get(field)
    if words is not None and value not in words:
        raise ActError("unknown_value", field=field, value=value, values=", ".join(words))
    if words is None:
        written(field, value)
