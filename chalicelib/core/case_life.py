"""The life of a case: received → forwarded → answered → confirmed | reopened → closed.

Supervision forwards, asks the customer and closes; the unit answers and names days. Nothing here
lets the unit close, delete, date back or name a case otherwise (DESIGN 6).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from chalicelib.core import calendar
from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import LONGEST_TEXT, Act, Step, day_of, owned, written
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.rules import Rulebook

RETURNS: Final = timedelta(days=30)
"""For so long after its end the same trouble reopens a case; later it is a new one."""

FARTHEST: Final = timedelta(days=366)
"""How far ahead a day may lie that the unit names."""

MISSED_DAYS: Final = 3
"""Follow-up calls in vain, each on a day of its own, after which a case is closed."""

RESULTS: Final = ("fixed", "not_fixed", "unreachable", "returned")

ENDED_WITHOUT_UNIT: Final = ("suggestion", "enquiry", "repair_request")
"""Kinds that supervision may settle with the customer itself, without an answer of the unit."""


def forward(case: Case, act: Act, summary: str = "") -> Step:
    """The case goes to its unit, the first time or again, with supervision's words for it.

    ActError: "not_read", "no_unit", "state" (facts act, state).
    """
    if case.kind == "unread":
        raise ActError("not_read")
    if not case.unit:
        raise ActError("no_unit")
    _in_state(case, "forward", "received", "reopened")
    words = written("summary", summary) if summary else case.summary
    return owned(case, act.by).then(
        "forwarded", act, {"unit": case.unit}, state="forwarded", summary=words
    )


# --- the unit ---------------------------------------------------------------------------------


def answer(
    case: Case, act: Act, rules: Rulebook, *, fault: str, cause: str, measure: str, day: str = ""
) -> Step:
    """The unit says what was wrong, why, and what it did, or by which `day` (ISO) it will.

    Without a day it says that it is done. ActError: "state", those of `written` and `_later`.
    """
    _in_state(case, "answer", "forwarded")
    told = {
        "fault": written("fault", fault),
        "cause": written("cause", cause),
        "measure": written("measure", measure),
    }
    step = Step(case).then("answered", act, told, state="answered")
    if not day:
        return step.then("solved", act)
    _later(day, act, rules)
    return step if day == case.promised else step.then("dated", act, {"day": day}, promised=day)


def redate(
    case: Case, events: Sequence[CaseEvent], act: Act, rules: Rulebook, *, day: str, why: str
) -> Step:
    """The unit names another day. ActError as `answer`, and "solved" once it has said so."""
    _unsolved(case, events, "redate")
    _later(day, act, rules)
    if day == case.promised:
        return Step(case)
    told = {"day": day, "before": case.promised, "why": written("why", why)}
    return Step(case).then("dated", act, told, promised=day)


def solve(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
    """The unit says that it is done, which closes nothing. ActError: "state", "solved"."""
    _unsolved(case, events, "solve")
    return Step(case).then("solved", act)


def is_solved(events: Sequence[CaseEvent]) -> bool:
    """Whether the unit has said so since the case was forwarded last."""
    marks = [event.what for event in events if event.what in ("forwarded", "solved")]
    return marks[-1:] == ["solved"]


def _unsolved(case: Case, events: Sequence[CaseEvent], what: str) -> None:
    _in_state(case, what, "answered")
    if is_solved(events):
        raise ActError("solved")


def _later(day: str, act: Act, rules: Rulebook) -> None:
    """ActError: "bad_day" (facts day) for what is no ISO day, has passed or is years ahead."""
    ahead = day_of(day) - calendar.local_day(act.at, rules)
    if not timedelta(0) <= ahead <= FARTHEST:
        raise ActError("bad_day", day=day)


# --- after the answer: only supervision, and the customer's word ------------------------------


def follow_up(
    case: Case, events: Sequence[CaseEvent], act: Act, rules: Rulebook, result: str, note: str = ""
) -> Step:
    """What the customer said when supervision called: see `RESULTS`.

    `fixed` closes the case, `not_fixed` reopens it, `unreachable` closes it at the third day,
    `returned` reopens a closed one within 30 days and counts the repeat.

    ActError: "unknown_result" (facts result, results), "state", "too_late" (facts days).
    """
    if result not in RESULTS:
        raise ActError("unknown_result", result=result, results=", ".join(RESULTS))
    step = owned(case, act.by)
    if result == "returned":
        return _returned(step, events, act, note)
    _in_state(case, "follow-up", "answered", *(_UNFORWARDED if _needs_no_unit(case) else ()))
    told = {"note": note.strip()[:LONGEST_TEXT]}
    if result == "fixed":
        return step.then("confirmed", act, told, state="confirmed").then(
            "closed", act, {"why": "fixed"}, state="closed"
        )
    if result == "not_fixed":
        return _reopened(step, act, {**told, "why": "not_fixed"})
    return _missed(step, events, act, rules, told["note"])


_UNFORWARDED: Final = ("received", "reopened")


def _needs_no_unit(case: Case) -> bool:
    return case.kind in ENDED_WITHOUT_UNIT or case.standing != "counts"


def _missed(step: Step, events: Sequence[CaseEvent], act: Act, rules: Rulebook, note: str) -> Step:
    step = step.then("missed", act, {"note": note})
    marks = [*events, *step.events]
    since = max((e.sequence for e in marks if e.what in ("answered", "reopened")), default=0)
    missed = [e.at for e in marks if e.what == "missed" and e.sequence > since]
    if len({calendar.local_day(at, rules) for at in missed}) < MISSED_DAYS:
        return step
    return step.then("closed", act, {"why": "unreachable"}, state="closed")


def _returned(step: Step, events: Sequence[CaseEvent], act: Act, note: str) -> Step:
    _in_state(step.case, "follow-up", "closed")
    ended = max((e.at for e in events if e.what == "closed"), default=step.case.received_at)
    if act.at - ended > RETURNS:
        raise ActError("too_late", days=str(RETURNS.days))
    told = {"why": "returned", "note": note.strip()[:LONGEST_TEXT]}
    return _reopened(step, act, told, repeats=step.case.repeats + 1)


def _reopened(step: Step, act: Act, told: Mapping[str, str], **changes: int) -> Step:
    """Back at supervision; a day named for the earlier attempt holds no more."""
    return step.then("reopened", act, told, state="reopened", promised="", **changes)


def _in_state(case: Case, what: str, *states: str) -> None:
    if case.state not in states:
        raise ActError("state", act=what, state=case.state)
