"""Pauses of a case's clocks: asked for by the unit, granted by supervision, for a reason and a day.

A granted pause runs from when it was asked for, so that supervision's own delay is not the unit's,
to the end of its day at the latest; a breach that was there before it was asked for stays.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from chalicelib.core import calendar
from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import Act, Step, day_of, owned
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.rules import Rulebook

REASONS: Final = ("waiting_part", "customer_unavailable")

LONGEST: Final = timedelta(days=60)

_SETTLED: Final = ("pause_granted", "pause_refused", "forwarded", "moved", "reopened", "closed")


class Pause(NamedTuple):
    """Clocks stand still from `begins` to `ends`."""

    reason: str
    begins: datetime
    ends: datetime


def ask(case: Case, act: Act, rules: Rulebook, reason: str, until: str) -> Step:
    """The unit asks for a pause to the end of the day `until` (ISO).

    ActError: "state" (facts act, state), "unknown_reason" (facts reason, reasons), "bad_day" (day).
    """
    if case.state not in ("forwarded", "answered"):
        raise ActError("state", act="ask-pause", state=case.state)
    _known(reason)
    _end_of(until, act.at, rules)
    return Step(case).then("pause_asked", act, {"reason": reason, "until": until})


def grant(
    case: Case, events: Sequence[CaseEvent], act: Act, rules: Rulebook, until: str = ""
) -> Step:
    """Supervision grants what the unit asked for last, to an earlier or later day if it says one.

    ActError: "not_asked", "bad_day" (facts day).
    """
    asked = open_question(events)
    if asked is None:
        raise ActError("not_asked")
    until = until or asked.values["until"]
    ends = _end_of(until, asked.at, rules)
    told = {
        "reason": asked.values["reason"],
        "until": until,
        "from": asked.at.isoformat(),
        "to": ends.isoformat(),
    }
    return owned(case, act.by).then("pause_granted", act, told)


def refuse(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
    """Supervision does not grant it: the clocks run on as if nobody had asked."""
    asked = open_question(events)
    if asked is None:
        raise ActError("not_asked")
    return owned(case, act.by).then("pause_refused", act, {"reason": asked.values["reason"]})


def end(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
    """The part has come, or the customer is back: clocks run again. ActError: "not_paused"."""
    if not any(pause.begins <= act.at < pause.ends for pause in pauses(events)):
        raise ActError("not_paused")
    return Step(case).then("pause_ended", act)


def open_question(events: Sequence[CaseEvent]) -> CaseEvent | None:
    """What the unit has asked for and nobody has answered yet."""
    asked = None
    for event in events:
        if event.what == "pause_asked":
            asked = event
        elif event.what in _SETTLED:
            asked = None
    return asked


def pauses(events: Sequence[CaseEvent]) -> list[Pause]:
    """All granted pauses, in order; they may overlap."""
    return [
        Pause(
            event.values["reason"],
            datetime.fromisoformat(event.values["from"]),
            min([datetime.fromisoformat(event.values["to"]), *_ends_after(event, events)]),
        )
        for event in events
        if event.what == "pause_granted"
    ]


def _ends_after(granted: CaseEvent, events: Sequence[CaseEvent]) -> list[datetime]:
    """When a pause was ended by hand after it was granted."""
    later = [event for event in events if event.sequence > granted.sequence]
    return [event.at for event in later if event.what == "pause_ended"]


def _known(reason: str) -> None:
    if reason not in REASONS:
        raise ActError("unknown_reason", reason=reason, reasons=", ".join(REASONS))


def _end_of(until: str, since: datetime, rules: Rulebook) -> datetime:
    """The end of the day `until`, which is that of `since` or one of the LONGEST days after it."""
    day = day_of(until)
    ahead = day - calendar.local_day(since, rules)
    if not timedelta(0) <= ahead <= LONGEST:
        raise ActError("bad_day", day=until)
    return calendar.at(day + timedelta(days=1), time(0), rules)
