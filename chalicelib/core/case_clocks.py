"""The clocks of a case, as functions of its events: when each step is due, kept, or broken.

A round begins when supervision has the case in hand: at the receipt, when it is reopened, and when
it moves to another unit. In each round `forward` runs in working hours; `answer` and `solve` run
from the forwarding, by severity and by the clock on the wall, and stand still while a pause is
granted. `promise` is the customer's own: the hours of `solve` from the receipt, which only the
customer's own absence stops.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from chalicelib.core import calendar
from chalicelib.core.case_pauses import Pause, pauses
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.rules import Rulebook

STEPS: Final = ("forward", "answer", "solve", "promise")
OF_THE_UNIT: Final = ("answer", "solve")

_BEGINS: Final = ("received", "reopened", "moved")
_DONE: Final = {
    "forward": "forwarded",
    "answer": "answered",
    "solve": "solved",
    "promise": "solved",
}
_STOPS_PROMISE: Final = "customer_unavailable"


class Clock(NamedTuple):
    """One step of one round; `ended_at` is when it was done or no longer asked for, if it was."""

    step: str
    round: int
    due_at: datetime
    ended_at: datetime | None = None
    done: bool = False

    def is_broken(self, at: datetime) -> bool:
        """Whether it had run out before it ended, or by `at`."""
        return self.due_at < (self.ended_at or at)


def clocks(case: Case, events: Sequence[CaseEvent], rules: Rulebook) -> list[Clock]:
    """Every clock of a case, round by round, as its severity is now."""
    starts = [at for at, event in enumerate(events) if event.what in _BEGINS]
    rounds = [
        events[start:following]
        for start, following in zip(starts, [*starts[1:], None], strict=True)
    ]
    found = []
    for number, inside in enumerate(rounds, start=1):
        over = events[starts[number]].at if number < len(rounds) else None
        found += _round(case, number, inside, over, pauses(events), rules)
    return [*found, *_promise(case, events, rules)]


def next_due(case: Case, events: Sequence[CaseEvent], rules: Rulebook) -> datetime | None:
    """When the earliest clock runs out, or ran out without anybody having been mailed."""
    return min((clock.due_at for clock in _unmailed(case, events, rules)), default=None)


def breaches(case: Case, events: Sequence[CaseEvent], at: datetime, rules: Rulebook) -> list[Clock]:
    """The clocks that were broken by `at` and nobody has been mailed about."""
    return [clock for clock in _unmailed(case, events, rules) if clock.is_broken(at)]


def unit_terms(case: Case, forwarded: datetime, rules: Rulebook) -> dict[str, datetime]:
    """By when the unit has to answer and to solve, while no pause holds: step → instant."""
    hours = rules.clocks
    terms = {"answer": hours.answer_h, "solve": hours.solve_h}
    return {step: forwarded + timedelta(hours=h.of(case.severity)) for step, h in terms.items()}


def mailed_as(clock: Clock) -> str:
    """How the event of a breach names its clock."""
    return f"{clock.step}.{clock.round}"


def _unmailed(case: Case, events: Sequence[CaseEvent], rules: Rulebook) -> list[Clock]:
    mailed = {event.values["clock"] for event in events if event.what == "breached"}
    return [
        clock
        for clock in clocks(case, events, rules)
        if mailed_as(clock) not in mailed
        and (clock.ended_at is None or clock.due_at < clock.ended_at)
    ]


def _round(
    case: Case,
    number: int,
    inside: Sequence[CaseEvent],
    over: datetime | None,
    paused: Sequence[Pause],
    rules: Rulebook,
) -> list[Clock]:
    """The clocks of one round; `over` is when the next one began."""
    begins = inside[0].at
    hours = rules.clocks
    due = {"forward": calendar.add_working_hours(begins, hours.forward_h, rules)}
    forwarded = _first("forwarded", inside)
    if forwarded is not None:
        due["answer"] = _with_pauses(forwarded, hours.answer_h.of(case.severity), paused)
        due["solve"] = _with_pauses(forwarded, hours.solve_h.of(case.severity), paused)
    return [_clock(step, number, due[step], inside, over) for step in STEPS if step in due]


def _promise(case: Case, events: Sequence[CaseEvent], rules: Rulebook) -> list[Clock]:
    """The one clock of the customer, which no reopening begins anew."""
    away = [pause for pause in pauses(events) if pause.reason == _STOPS_PROMISE]
    due = _with_pauses(case.received_at, rules.clocks.solve_h.of(case.severity), away)
    return [_clock("promise", 1, due, events, None)]


def _clock(
    step: str, number: int, due_at: datetime, inside: Sequence[CaseEvent], over: datetime | None
) -> Clock:
    done = _first(_DONE[step], inside)
    closed = _first("closed", inside)
    ended = min((at for at in (done, closed, over) if at is not None), default=None)
    return Clock(step, number, due_at, ended, done is not None)


def _first(what: str, events: Sequence[CaseEvent]) -> datetime | None:
    return next((event.at for event in events if event.what == what), None)


def _with_pauses(begins: datetime, hours: int, paused: Sequence[Pause]) -> datetime:
    """When `hours` have run since `begins`, counting no time in which a pause held."""
    due = begins + timedelta(hours=hours)
    counted = begins
    for pause in sorted(paused, key=lambda pause: pause.begins):
        since = max(pause.begins, counted)
        if since < min(due, pause.ends):
            due += pause.ends - since
            counted = pause.ends
    return due
