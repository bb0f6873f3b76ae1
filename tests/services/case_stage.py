"""Cases on a stage: opened as a call opens them, forwarded, found again; with duty phones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.core.cases import Case
from chalicelib.core.people import Member, Unit
from chalicelib.services.case_unit import At
from chalicelib.services.intake import Intake, NewCase, Opened
from tests.core.lives import at
from tests.stage import Stage

SUN = Member("Sun", "sun@supervision.example", "supervisor")
LIN = Member("Lin", "lin@supervision.example", "lead")
MEI = Member("Mei", "mei@supervision.example", "lead")
CUSTOMER: Final = "+85251230001"
DUTY: Final = ("+85261110001", "+85261110002", "+85261110003")
BOSS: Final = "boss@east.example"
MORNING: Final = at("2026-06-04 09:00")


def people(stage: Stage, duty: Sequence[str] = ()) -> None:
    """A unit with a manager, a second lead, and duty phones."""
    stage.wiring.rules = replace(stage.wiring.rules, duty_numbers=tuple(duty))
    stage.wiring.people.put(Unit("U1", "East", BOSS, "en", since="2026-05"))
    stage.wiring.people.put(Unit("U2", "West", "boss@west.example", "en", since="2026-05"))
    stage.wiring.people.put(MEI)


def opened(stage: Stage, now: datetime = MORNING, **changes: object) -> Opened:
    """A case of a call about the unit's visit, committed as its channel would."""
    fields: dict[str, object] = {
        "channel": "hotline",
        "received_at": now,
        "phone": CUSTOMER,
        "unit": "U1",
        "visit_id": "V-1",
        "language": "en",
        "recording": "recordings/RE1.wav",
        "call": "CA1",
    }
    new = NewCase(**{**fields, **changes})  # type: ignore[arg-type] # of the fields' own types
    made = Intake(stage.wiring.rules, stage.wiring._chance.number).opened(new)
    stage.storage.commit(made.adds, [])
    return made


def stored(stage: Stage, number: str) -> Case:
    """The case as it is now."""
    case = stage.storage.cases.get(number)
    assert case is not None
    return case


def happened(stage: Stage, number: str) -> list[str]:
    """What happened to a case, in order."""
    return [event.what for event in stage.storage.cases.events(number)]


def forwarded(stage: Stage, now: datetime = MORNING, **changes: object) -> Case:
    """A complaint that its unit has to answer."""
    made = opened(stage, now, **changes)
    desk = stage.wiring.case_desk("desk")
    desk.read_case(made.case.number, "complaint", SUN, now)
    desk.forward(made.case.number, "It leaks", SUN, now)
    return stored(stage, made.case.number)


def place(case: Case) -> At:
    """Where the unit finds its case."""
    return At(case.unit, case.reference)
