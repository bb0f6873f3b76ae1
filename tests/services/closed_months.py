"""Months on a stage after their close: paid, with two leads, and all the acts in short."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from chalicelib.core import proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.amendments import Amendment
from chalicelib.core.people import Member
from chalicelib.core.proceedings import Proceeding
from chalicelib.services.cases import Why
from chalicelib.services.month_objections import Objection, Ruling
from chalicelib.services.month_records import UnitMonth
from tests.services.case_stage import LIN, MEI, SUN, people
from tests.services.months import MAY, close, put_cases, put_forms
from tests.stage import PEOPLE, Stage

OU, HU = PEOPLE[2], PEOPLE[3]
ZHOU: Final = Member("Zhou", "zhou@supervision.example", "supervisor")
U1_MAY: Final = UnitMonth("U1", MAY)
DAY: Final = timedelta(days=1)


def closed(
    stage: Stage, letters: Sequence[str] = ("AAA", "ABC"), cases: int = 0, mode: str = "paid"
) -> None:
    """May closed for U1 and U2, with forms and complaints of U1."""
    stage.wiring.rules = replace(stage.wiring.rules, mode=mode)
    people(stage)
    stage.wiring.people.put(ZHOU)
    put_forms(stage, MAY, letters)
    put_cases(stage, MAY, cases, reference="ABCD-2345")
    close(stage, MAY)


def desk(stage: Stage) -> Any:  # noqa: ANN401 # the desk, whose methods are called by name
    return stage.wiring.month_desk("test")


def stands(stage: Stage, at: UnitMonth = U1_MAY) -> Proceeding:
    """Where the document that holds stands."""
    document = stage.storage.documents.of_month(*at)
    assert document is not None
    found = stage.storage.proceedings.get(at.unit, document.sequence)
    assert found is not None
    return found


def sign(stage: Stage, by: Member = LIN, at: UnitMonth = U1_MAY) -> Proceeding:
    return desk(stage).sign(at, by, stage.now).proceeding  # type: ignore[no-any-return] # as desk


def object_to(
    stage: Stage, line: str = "change", case: str = "", by: str = "boss@east.example"
) -> None:
    said = Objection("" if case else line, case, "it is not so")
    desk(stage).object_by_unit(U1_MAY, said, by, stage.now)


def rule(stage: Stage, result: str = "rejected", by: Member = MEI, subjects: str = "") -> None:
    named = [subjects] if subjects else []
    desk(stage).rule(U1_MAY, Ruling(result, "it is so", "", named), by, stage.now)


def after_term(stage: Stage) -> None:
    """To the morning after the unit's term."""
    day = proceedings.last_day_to_object(stands(stage), stage.wiring.rules)
    assert day is not None
    stage.move(datetime.combine(day + DAY, datetime.min.time(), stage.now.tzinfo))


def issue(stage: Stage, by: Member = HU) -> None:
    desk(stage).issue(U1_MAY, by, stage.now)


def amend(stage: Stage, *subjects: str, by: Member = SUN, at: UnitMonth = U1_MAY) -> Amendment:
    return stage.wiring.amendment_desk.amend(at, subjects, "look again", by, stage.now)


def approve(stage: Stage, by: Member = OU, cause: str = "", at: UnitMonth = U1_MAY) -> Amendment:
    return stage.wiring.amendment_desk.approve(at, cause, by, stage.now)[0]


def amendments(stage: Stage, at: UnitMonth = U1_MAY) -> list[Amendment]:
    return stage.storage.amendments.of_unit(*at)


def relabel(stage: Stage, number: str, reason: str = "product", **to: str) -> None:
    """Two members say the same of a case."""
    to = to or {"standing": "out_of_scope"}
    for by in (SUN, ZHOU):
        stage.wiring.case_desk("test").label(number, to, Why(reason), by, stage.now)


def refused(stage: Stage, do: Callable[[], object]) -> ActError:
    """The refusal of an act, which has changed nothing at all."""
    before = everything(stage)
    with pytest.raises(ActError) as caught:
        do()
    assert everything(stage) == before
    return caught.value


def everything(stage: Stage) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in stage.everything())


def mailed(stage: Stage) -> list[str]:
    """What is waiting to be mailed, by name."""
    keys = stage.storage.effects.due("effect", stage.now, 100)
    found = [stage.storage.effects.get(*key) for key in keys]
    return sorted(each.what for each in found if each)
