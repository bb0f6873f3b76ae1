"""How an unread case gets its kind: as a complaint by one member, as anything else by two.

Every channel there is takes complaints, so any other kind lowers what may count (DESIGN 6) and
needs a second person. What a member has said stands in the case's events; nothing else keeps it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from chalicelib.core.acts import ActError
from chalicelib.core.cases import KINDS, Case, CaseEvent

UNREAD: Final = "unread"
COMPLAINT: Final = "complaint"
READ_AS: Final = tuple(kind for kind in KINDS if kind != UNREAD)

READ: Final = "read"
PROPOSED: Final = "read_proposed"


class KindStep(NamedTuple):
    """The case after a member has read it, and the event that says so; None: nothing changed."""

    case: Case
    event: CaseEvent | None


def read(
    case: Case, events: Sequence[CaseEvent], kind: str, by: str, now: datetime, via: str
) -> KindStep:
    """The member with the mail address `by` has read `case`, whose history is `events`, as `kind`.

    A complaint it is at once. Another kind it becomes when another member has said the same and
    not changed his mind since; until then the word is an event and the case stays unread. To say
    of a case what it is already changes nothing.

    ActError: "unknown_kind" (facts kind, kinds); "already_read" (facts kind), for a later change
    of kind is an act of its own; "second_person" (facts kind): nobody confirms himself.
    """
    if kind not in READ_AS:
        raise ActError("unknown_kind", kind=kind, kinds=", ".join(READ_AS))
    if case.kind == kind:
        return KindStep(case, None)
    if case.kind != UNREAD:
        raise ActError("already_read", kind=case.kind)
    if kind == COMPLAINT:
        return _step(replace(case, kind=kind), READ, {"kind": kind}, by, now, via)
    said = {event.by: event.values["kind"] for event in events if event.what == PROPOSED}
    if said.pop(by, "") == kind:
        raise ActError("second_person", kind=kind)
    first = next((member for member in said if said[member] == kind), None)
    if first is None:
        return _step(case, PROPOSED, {"kind": kind}, by, now, via)
    values = {"kind": kind, "proposed_by": first}
    return _step(replace(case, kind=kind), READ, values, by, now, via)


def _step(
    case: Case, what: str, values: Mapping[str, str], by: str, now: datetime, via: str
) -> KindStep:
    sequence = case.events + 1
    event = CaseEvent(case.number, sequence, now, what, by, via, values)
    return KindStep(replace(case, events=sequence), event)
