"""What others see of a case: the unit by an allow-list, supervision what may belong to it.

Nothing is hidden by leaving it out of a copy: each value is put in by name, so that a new field
of a case stays supervision's own until somebody shows it here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from chalicelib.core import calendar, case_pauses
from chalicelib.core.case_clocks import OF_THE_UNIT, clocks
from chalicelib.core.case_life import is_solved
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.rules import Rulebook

FROM_SUPERVISION: Final = ("desk", "call")
"""Channels that a unit sees as "supervision"; all others are "customer"."""

MAY_BELONG: Final = timedelta(days=30)
"""How far apart two cases of one customer are still looked at as one trouble."""

Shown = Mapping[str, str]


def shown_to_unit(case: Case, events: Sequence[CaseEvent]) -> bool:
    """Whether the unit knows of the case at all: from its forwarding on."""
    marks = [event.what for event in events if event.what in ("forwarded", "moved")]
    return marks[-1:] == ["forwarded"]


def unit_view(case: Case, events: Sequence[CaseEvent], rules: Rulebook) -> Shown:
    """All that the unit gets of a case that was forwarded to it, in text, empty values left out.

    Never the number, the code, the recording, the channel, name and phone (see `customer_of`); and
    where only supervision may contact the customer, neither the job nor his own words, which would
    lead to him: there the unit reads supervision's summary alone.
    """
    due = {clock.step: clock.due_at for clock in clocks(case, events, rules)}
    forwarded = max(event.at for event in events if event.what == "forwarded")
    shown = {
        "reference": case.reference,
        "from": "supervision" if case.channel in FROM_SUPERVISION else "customer",
        "state": case.state,
        "kind": case.kind,
        "category": case.category,
        "stage": case.stage,
        "severity": case.severity,
        "standing": case.standing,
        "repeats": str(case.repeats) if case.repeats else "",
        "forwarded_at": forwarded.isoformat(),
        **{f"{step}_by": due[step].isoformat() for step in OF_THE_UNIT if step in due},
        "promised": case.promised,
        "solved": "yes" if is_solved(events) else "",
        "paused_until": _paused_until(events, rules),
        "summary": case.summary,
        **_own_answer(events),
        **(_of_the_customer(case) if case.contact == "unit" else {}),
    }
    return {name: value for name, value in shown.items() if value}


def customer_of(case: Case) -> Shown | None:
    """Name and number, where the customer lets the unit contact him, until the case is closed.

    Each look is an event.
    """
    if case.contact != "unit" or case.state == "closed":
        return None
    return {"customer_name": case.customer_name, "phone": case.phone}


def _of_the_customer(case: Case) -> Shown:
    """The job, and the customer's own words where supervision has written none."""
    return {"visit_id": case.visit_id, "text": "" if case.summary else case.text}


def _own_answer(events: Sequence[CaseEvent]) -> Shown:
    answers = [event.values for event in events if event.what == "answered"]
    last = answers[-1] if answers else {}
    return {name: last.get(name, "") for name in ("fault", "cause", "measure")}


def _paused_until(events: Sequence[CaseEvent], rules: Rulebook) -> str:
    """The last day of the pause granted last, or that one is asked for."""
    if case_pauses.open_question(events):
        return "asked"
    ends = [pause.ends for pause in case_pauses.pauses(events)]
    return calendar.local_day(max(ends) - timedelta(seconds=1), rules).isoformat() if ends else ""


# --- for supervision --------------------------------------------------------------------------


class Belongs(NamedTuple):
    """A case that may be about the same trouble, and why: phone, visit."""

    number: str
    received_at: datetime
    why: tuple[str, ...]


def may_belong(case: Case, others: Iterable[Case]) -> list[Belongs]:
    """Cases of the same phone or visit within 30 days: suggested, never merged by the program."""
    found = []
    for other in others:
        why = tuple(
            name
            for name, ours, theirs in (
                ("phone", case.phone, other.phone),
                ("visit", case.visit_id, other.visit_id),
            )
            if ours and ours == theirs
        )
        near = abs(other.received_at - case.received_at) <= MAY_BELONG
        if why and near and other.number != case.number:
            found.append(Belongs(other.number, other.received_at, why))
    return sorted(found, key=lambda each: (each.received_at, each.number))
