"""Lives of cases for tests: act after act, at instants as the organisation's clocks show them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from chalicelib.core import case_kinds, case_life, case_pauses
from chalicelib.core.case_steps import Act, Step
from chalicelib.core.cases import Case, CaseEvent, case_number
from chalicelib.rulebook import load

RULES = load()
ZONE = ZoneInfo(RULES.timezone)
NUMBER = case_number(4711)
CHEN, ZHAO, SUN = "chen@s.example", "zhao@s.example", "sun@s.example"
UNIT = "unit:north-1:link"
TOLD = {"fault": "leaks", "cause": "seal", "measure": "new seal"}


def at(text: str) -> datetime:
    """Wall clock in the organisation's zone, such as "2026-06-03 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


MORNING = at("2026-06-03 09:00")
"""A Wednesday, when the desk opens."""

CASE = Case(
    NUMBER,
    MORNING,
    "2026-06",
    "hotline",
    "north-1",
    "V1",
    phone="+8613800138000",
    customer_name="李芳",
    contact="unit",
    reference="7K2M-9QXA",
)


@dataclass
class Life:
    """A case with its events, and who acts when."""

    case: Case = CASE
    events: list[CaseEvent] = field(default_factory=list)
    now: datetime = MORNING

    def __post_init__(self) -> None:
        if not self.events:
            received = CaseEvent(self.case.number, 0, self.case.received_at, "received", "customer")
            self.events = [received]

    def does(self, what: Callable[[Case, list[CaseEvent], Act], Step], by: str, when: str) -> Step:
        """One act at an instant; its events are added."""
        self.now = at(when)
        step = what(self.case, self.events, Act(by, self.now, "tools"))
        self.case = step.case
        self.events += step.events
        return step

    def reads(self, when: str, kind: str = "complaint", by: str = ZHAO) -> Step:
        return self.does(lambda c, e, a: case_kinds.read(c, e, kind, a), by, when)

    def forwards(self, when: str, summary: str = "") -> Step:
        return self.does(lambda c, e, a: case_life.forward(c, a, summary), ZHAO, when)

    def answers(self, when: str, day: str = "") -> Step:
        return self.does(lambda c, e, a: case_life.answer(c, a, RULES, **TOLD, day=day), UNIT, when)

    def redates(self, when: str, day: str) -> Step:
        return self.does(
            lambda c, e, a: case_life.redate(c, e, a, RULES, day=day, why="no part"), UNIT, when
        )

    def solves(self, when: str) -> Step:
        return self.does(case_life.solve, UNIT, when)

    def asks_pause(self, when: str, until: str, reason: str = "waiting_part") -> Step:
        return self.does(lambda c, e, a: case_pauses.ask(c, a, RULES, reason, until), UNIT, when)

    def grants_pause(self, when: str, until: str = "") -> Step:
        return self.does(lambda c, e, a: case_pauses.grant(c, e, a, RULES, until), ZHAO, when)

    def ends_pause(self, when: str) -> Step:
        return self.does(case_pauses.end, UNIT, when)

    def follows_up(self, when: str, result: str = "fixed", by: str = ZHAO) -> Step:
        return self.does(
            lambda c, e, a: case_life.follow_up(c, e, a, RULES, result, "she said so"), by, when
        )

    def happened(self) -> list[str]:
        """What happened, in order."""
        return [event.what for event in self.events]


def life(**changes: object) -> Life:
    """A case that was just received, with these fields changed."""
    return Life(replace(CASE, **changes))  # type: ignore[arg-type] # of the fields' own types


def answered(**changes: object) -> Life:
    """A case that the unit says is done."""
    made = life(**changes)
    made.reads("2026-06-03 09:30")
    made.forwards("2026-06-03 10:00")
    made.answers("2026-06-03 15:00")
    return made


def closed() -> Life:
    """A case that the customer says is fixed."""
    made = answered()
    made.follows_up("2026-06-04 10:00")
    return made
