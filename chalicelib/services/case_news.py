"""Who hears of a step in the life of a case: the customer by text, supervision and unit by mail.

One row for each event; what has none is told to nobody. Mails carry numbers and references, never
what a customer wrote; a mail to the unit carries its own reference alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.core import sending
from chalicelib.core.case_objections import is_told
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook

_OWN_NUMBER: Final = ("hotline", "sms", "call")
_ANSWERED_ITSELF: Final = "sms"


def received(case: Case) -> list[Effect]:
    """The text with the number of a new case; a customer who texted has it in his answer.

    A number that was typed in may be anybody's, and gets one such text a day. What follows later
    draws on the receipts: it comes of what supervision and the unit do, and nobody can call it up.
    """
    if case.channel == _ANSWERED_ITSELF:
        return []
    told = _text(case, 0, "case_received", case.received_at)
    typed_in = case.channel not in _OWN_NUMBER
    return [replace(text, budget="typed_in") for text in told] if typed_in else told


def of(case: Case, event: CaseEvent, rules: Rulebook) -> list[Effect]:
    """What follows from an event that has just happened; `case` is as it stands after it."""
    return _NEWS[event.what](case, event, rules) if event.what in _NEWS else []


# --- the customer -----------------------------------------------------------------------------


def _text(case: Case, sequence: int, what: str, due_at: datetime, **values: str) -> list[Effect]:
    """A text to the customer, unless nobody may contact him or we do not know how."""
    if not case.phone or case.contact == "anonymous":
        return []
    told = {
        "to": case.phone,
        "language": case.language,
        "case_number": case.number,
        **values,
    }
    return [Effect(f"case.{case.number}.{sequence}", 0, "sms", what, due_at, told)]


def _in_hours(event: CaseEvent, rules: Rulebook) -> datetime:
    """What the customer does not wait for comes at a decent hour."""
    return sending.next_slot(event.at, (rules.timezone,), rules)


def _dated(case: Case, event: CaseEvent, rules: Rulebook) -> list[Effect]:
    day = event.values["day"]
    return _text(case, event.sequence, "case_dated", _in_hours(event, rules), day=day)


def _solved(case: Case, event: CaseEvent, rules: Rulebook) -> list[Effect]:
    return _text(case, event.sequence, "case_solved", _in_hours(event, rules))


def _labelled(case: Case, event: CaseEvent, rules: Rulebook) -> list[Effect]:
    if not is_told(event):
        return []
    change = f"kind.{event.values['kind']}" if event.what == "read" else _change(event)
    at = _in_hours(event, rules)
    return _text(case, event.sequence, "case_changed", at, case_change=change)


def _change(event: CaseEvent) -> str:
    """The name of a change: of units the new one is not told, only that it is another."""
    field, value = event.values["field"], event.values["to"]
    return field if field == "unit" else f"{field}.{value}"


def _ruled(case: Case, event: CaseEvent, rules: Rulebook) -> list[Effect]:
    what = f"case_objection_{event.values['result']}"
    return _text(case, event.sequence, what, _in_hours(event, rules))


# --- supervision ------------------------------------------------------------------------------


def _to_owner(case: Case, event: CaseEvent, rules: Rulebook) -> list[Effect]:
    told = {"case": case.number, "event": event.what, "owner": case.owner}
    cause = f"case.{case.number}.{event.sequence}"
    return [Effect(cause, 1, "mail", "case_waits", event.at, told)]


def _objected(case: Case, event: CaseEvent, rules: Rulebook) -> list[Effect]:
    told = {"case": case.number, "event": event.what}
    cause = f"case.{case.number}.{event.sequence}"
    call = Effect(cause, 2, "call", "objection", event.at, {"phone": case.phone})
    mail = Effect(cause, 1, "mail", "case_objected", event.at, told)
    return [mail, call] if case.phone else [mail]


# --- the unit ---------------------------------------------------------------------------------


def _read(case: Case, event: CaseEvent, rules: Rulebook) -> list[Effect]:
    praised = event.values["kind"] == "praise" and case.visit_id and case.unit
    told = {"unit": case.unit, "visit_id": case.visit_id}
    cause = f"unit.{case.reference}.{event.sequence}"
    mails = [Effect(cause, 0, "mail", "unit_praised", event.at, told)] if praised else []
    return [*_labelled(case, event, rules), *mails]


def to_unit(
    case: Case, event: CaseEvent, what: str, told: Mapping[str, str] | None = None
) -> Effect:
    """A mail to the unit's manager about its case, which knows it by its reference alone."""
    named = {"unit": case.unit, "reference": case.reference}
    cause = f"unit.{case.reference}.{event.sequence}"
    return Effect(cause, 0, "mail", what, event.at, {**named, **(told or {})})


def _pause_granted(case: Case, event: CaseEvent, rules: Rulebook) -> list[Effect]:
    return [to_unit(case, event, "unit_pause_granted", {"until": event.values["until"]})]


def _pause_refused(case: Case, event: CaseEvent, rules: Rulebook) -> list[Effect]:
    return [to_unit(case, event, "unit_pause_refused")]


_News = Callable[[Case, CaseEvent, Rulebook], list[Effect]]
_NEWS: Final[Mapping[str, _News]] = {
    "read": _read,
    "labelled": _labelled,
    "dated": _dated,
    "solved": _solved,
    "ruled": _ruled,
    "answered": _to_owner,
    "pause_asked": _to_owner,
    "unit_objected": _to_owner,
    "objected": _objected,
    "pause_granted": _pause_granted,
    "pause_refused": _pause_refused,
}
"""What happened → who hears of it."""
