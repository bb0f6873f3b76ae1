"""What happens to a frozen document: closed → noticed → issued, objections, questions (DESIGN 8).

The document itself never changes; its proceeding does, step by step. A document that takes its
place in the month ends what was not issued yet: open objections and questions go over to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from chalicelib.core import calendar
from chalicelib.core.case_steps import Act
from chalicelib.core.rules import Rulebook

STATES: Final = ("closed", "noticed", "issued", "superseded")

OBJECTION_DAYS: Final = 3
"""Working days after the notice on which the unit may still object (DESIGN 8)."""

ALARM_DAYS: Final = 3
"""Working days after which what nobody has done is told once a day (DESIGN 8)."""

CLOSED: Final = "closed"
SIGNED: Final = "signed"
OBJECTED: Final = "objected"
RULED: Final = "ruled"
QUESTIONED: Final = "questioned"
ANSWERED: Final = "answered"
ISSUED: Final = "issued"
SUPERSEDED: Final = "superseded"

_CARRIED: Final[Mapping[str, str]] = {OBJECTED: RULED, QUESTIONED: ANSWERED}
"""What waits for something → what it waits for."""

_DUTIES: Final[Mapping[str, str]] = {OBJECTED: "unruled", QUESTIONED: "unanswered"}


@dataclass(frozen=True, slots=True)
class Happened:
    """One step: when, what, by whom, which way it came in; never changed, never removed."""

    at: datetime
    what: str
    by: str
    via: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proceeding:
    """Where the document `sequence` of a unit's chain stands; `steps` are its history.

    `due_at` is when the first of what has to be done is overdue, None if nothing has.
    """

    unit: str
    sequence: int
    month: str
    state: str = CLOSED
    due_at: datetime | None = None
    steps: tuple[Happened, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Matter:
    """An objection or a question: its number, counted from 1 for each, and what was said to it."""

    number: int
    step: Happened
    answer: Happened | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """What somebody has to do: "unsigned", "unruled", "unanswered"; overdue from `due_at` on."""

    what: str
    since: datetime
    due_at: datetime
    number: int = 0


def begun(
    unit: str,
    sequence: int,
    month: str,
    at: datetime,
    rules: Rulebook,
    before: "Proceeding | None" = None,
) -> Proceeding:
    """The proceeding of a document made at `at`; what is open in the one `before` goes on in it."""
    carried = [_carried(step, before) for step in _open(before)] if before else []
    made = Happened(at, CLOSED, "service")
    fresh = Proceeding(unit, sequence, month, steps=(made, *carried))
    return replace(fresh, due_at=next_due(fresh, rules))


def superseded(proceeding: Proceeding, by: int, at: datetime) -> Proceeding:
    """The proceeding ended by the document `by` of the chain; one that was issued stays issued."""
    step = Happened(at, SUPERSEDED, "service", values={"by": str(by)})
    state = ISSUED if proceeding.state == ISSUED else SUPERSEDED
    return replace(proceeding, state=state, due_at=None, steps=(*proceeding.steps, step))


def then(
    proceeding: Proceeding,
    act: Act,
    what: str,
    rules: Rulebook,
    values: Mapping[str, str],
    state: str = "",
) -> Proceeding:
    """The proceeding with one more step; what is empty in `values` is left out."""
    told = {name: value for name, value in values.items() if value}
    step = Happened(act.at, what, act.by, act.via, told)
    stepped = replace(proceeding, state=state or proceeding.state, steps=(*proceeding.steps, step))
    return replace(stepped, due_at=next_due(stepped, rules))


# --- what has happened --------------------------------------------------------------------------


def last(proceeding: Proceeding, what: str) -> Happened | None:
    """The last step of this name."""
    found = [step for step in proceeding.steps if step.what == what]
    return found[-1] if found else None


def objections(proceeding: Proceeding) -> list[Matter]:
    """The unit's objections, each with its ruling."""
    return _matters(proceeding, OBJECTED)


def questions(proceeding: Proceeding) -> list[Matter]:
    """HR's questions, each with its answer."""
    return _matters(proceeding, QUESTIONED)


def _matters(proceeding: Proceeding, what: str) -> list[Matter]:
    asked = [step for step in proceeding.steps if step.what == what]
    answers = {
        step.values["number"]: step for step in proceeding.steps if step.what == _CARRIED[what]
    }
    return [Matter(n, step, answers.get(str(n))) for n, step in enumerate(asked, start=1)]


def _open(proceeding: Proceeding) -> list[Happened]:
    """Objections and questions to which nobody has said anything, in order."""
    matters = [*objections(proceeding), *questions(proceeding)]
    waiting = [matter.step for matter in matters if matter.answer is None]
    return sorted(waiting, key=lambda step: step.at)


def _carried(step: Happened, before: Proceeding) -> Happened:
    return replace(step, values={**step.values, "carried_from": str(before.sequence)})


# --- terms --------------------------------------------------------------------------------------


def last_day_to_object(proceeding: Proceeding, rules: Rulebook) -> date | None:
    """The day with which the unit's term ends, None before the notice."""
    signed = last(proceeding, SIGNED)
    if signed is None:
        return None
    noticed = calendar.local_day(signed.at, rules)
    return calendar.working_days_after(noticed, OBJECTION_DAYS, rules)


def term_is_over(proceeding: Proceeding, now: datetime, rules: Rulebook) -> bool:
    """Whether the unit's last day to object has passed."""
    day = last_day_to_object(proceeding, rules)
    return day is not None and calendar.local_day(now, rules) > day


def overdue_at(since: datetime, rules: Rulebook) -> datetime:
    """When what has waited since then is overdue: as the working day after its term begins."""
    day = calendar.working_days_after(calendar.local_day(since, rules), ALARM_DAYS, rules)
    return calendar.at(day + timedelta(days=1), time(0), rules)


def duties(proceeding: Proceeding, rules: Rulebook) -> list[Duty]:
    """What has to be done before the document can be issued, the oldest first."""
    if proceeding.state in (ISSUED, SUPERSEDED):
        return []
    found = [_duty(what, each, rules) for what, each in _waiting(proceeding)]
    if proceeding.state == CLOSED:
        made = proceeding.steps[0].at
        found.append(Duty("unsigned", made, overdue_at(made, rules)))
    return sorted(found, key=lambda duty: (duty.since, duty.what, duty.number))


def _waiting(proceeding: Proceeding) -> Sequence[tuple[str, Matter]]:
    return [
        (_DUTIES[matter.step.what], matter)
        for matter in (*objections(proceeding), *questions(proceeding))
        if matter.answer is None
    ]


def _duty(what: str, matter: Matter, rules: Rulebook) -> Duty:
    return Duty(what, matter.step.at, overdue_at(matter.step.at, rules), matter.number)


def next_due(proceeding: Proceeding, rules: Rulebook) -> datetime | None:
    """When the first of its duties is overdue."""
    return min((duty.due_at for duty in duties(proceeding, rules)), default=None)
