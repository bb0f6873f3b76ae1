"""How an unread case gets its kind: as a complaint by one member, as anything else by two.

Every channel there is takes complaints, so any other kind lowers what may count (DESIGN 6) and
needs a second person. What a member has said stands in the case's events; nothing else keeps it.
"""

from collections.abc import Sequence
from typing import Final

from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import Act, Step, owned, seconded
from chalicelib.core.cases import KINDS, Case, CaseEvent

UNREAD: Final = "unread"
COMPLAINT: Final = "complaint"
READ_AS: Final = tuple(kind for kind in KINDS if kind != UNREAD)

READ: Final = "read"
PROPOSED: Final = "read_proposed"

ENDED_BY_READING: Final = ("praise", "empty")
"""Kinds that nobody has to answer."""


def read(case: Case, events: Sequence[CaseEvent], kind: str, act: Act) -> Step:
    """The member who acts has read `case`, whose history is `events`, as `kind`.

    A complaint it is at once. Another kind it becomes when another member has said the same and
    not changed his mind since; until then the word is an event and the case stays unread. To say
    of a case what it is already changes nothing. Praise and empty cases are closed with it.

    ActError: "unknown_kind" (facts kind, kinds); "already_read" (facts kind), for a later change
    of kind is an act of its own; "second_person" (facts said): nobody confirms himself.
    """
    if kind not in READ_AS:
        raise ActError("unknown_kind", kind=kind, kinds=", ".join(READ_AS))
    if case.kind == kind:
        return Step(case)
    if case.kind != UNREAD:
        raise ActError("already_read", kind=case.kind)
    step = owned(case, act.by)
    if kind == COMPLAINT:
        return step.then(READ, act, {"kind": kind}, kind=kind)
    word = {"kind": kind}
    said = [(event.by, event.values) for event in events if event.what == PROPOSED]
    first = seconded(said, act.by, word)
    if not first:
        return step.then(PROPOSED, act, word)
    step = step.then(READ, act, {**word, "proposed_by": first}, kind=kind)
    if kind in ENDED_BY_READING:
        return step.then("closed", act, {"why": kind}, state="closed")
    return step
