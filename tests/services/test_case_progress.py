"""How far a case is: asked by text from its own phone, without a code."""

from datetime import timedelta

import pytest

from chalicelib.core.cases import case_number
from chalicelib.core.visits import Said
from chalicelib.services.case_progress import CaseProgress
from chalicelib.services.case_unit import Answer
from tests.core.lives import at
from tests.services.case_stage import CUSTOMER, LIN, MORNING, SUN, opened, people, place
from tests.stage import Stage

STRANGER = "+85259999999"


@pytest.fixture(autouse=True)
def _people(stage: Stage) -> None:
    people(stage)
    stage.move(at("2026-06-04 10:00"))


def told(stage: Stage, number: str, phone: str = CUSTOMER) -> Said:
    return CaseProgress(stage.storage.cases).words(number, phone)


def states(stage: Stage, number: str) -> str:
    return told(stage, number).values["case_state"]


def test_each_state_is_told_as_the_customer_lives_it(stage: Stage) -> None:
    desk, unit = stage.wiring.case_desk("desk"), stage.wiring.unit_desk
    number = opened(stage).case.number
    assert states(stage, number) == "received"
    desk.read_case(number, "complaint", SUN, MORNING)
    desk.forward(number, "", SUN, MORNING)
    assert states(stage, number) == "forwarded"
    case = stage.storage.cases.get(number)
    assert case is not None
    unit.answer(place(case), Answer("a", "b", "c", "2026-06-08"), "link", MORNING)
    assert told(stage, number) == Said(
        "case_progress_day",
        {"case_number": number, "case_state": "answered", "day": "2026-06-08"},
    )
    unit.solve(place(case), "link", MORNING)
    assert told(stage, number).code == "case_progress"
    assert states(stage, number) == "solved"
    desk.follow_up(number, "not_fixed", "", SUN, MORNING)
    assert states(stage, number) == "reopened"
    desk.forward(number, "", SUN, MORNING)
    unit.answer(place(case), Answer("a", "b", "c"), "link", MORNING)
    desk.follow_up(number, "fixed", "", SUN, MORNING)
    assert states(stage, number) == "closed"


def test_without_a_number_the_latest_open_case_is_meant(stage: Stage) -> None:
    first = opened(stage, MORNING).case
    later = opened(stage, MORNING + timedelta(hours=1)).case
    assert told(stage, "").values["case_number"] == later.number
    desk = stage.wiring.case_desk("desk")
    for by in (SUN, LIN):
        desk.read_case(later.number, "empty", by, MORNING)
    assert told(stage, "").values["case_number"] == first.number


def test_a_strangers_question_learns_nothing_not_even_that_there_is_a_case(stage: Stage) -> None:
    number = opened(stage).case.number
    unknown = Said("case_progress_unknown")
    assert told(stage, number, STRANGER) == unknown
    assert told(stage, case_number(4711), STRANGER) == unknown
    assert told(stage, "", STRANGER) == unknown
    assert told(stage, case_number(4711)) == unknown
    assert told(stage, number, "") == unknown


@pytest.mark.parametrize("words", ["status", "进度", "Status?"])
def test_a_lone_word_from_the_cases_phone_is_answered(stage: Stage, words: str) -> None:
    number = opened(stage).case.number
    assert f"{number}" in stage.text(CUSTOMER, words)
    assert f"{number}" in stage.text(CUSTOMER, f"{words} {number}")


def test_a_lone_word_from_a_phone_without_a_case_is_no_question(stage: Stage) -> None:
    answer = stage.text(STRANGER, "status")
    assert "Please text STATUS" not in answer


def test_another_phone_is_sent_to_number_and_code(stage: Stage) -> None:
    number = opened(stage).case.number
    answer = stage.text(STRANGER, f"status {number}")
    assert "number and code" in answer
    assert number not in answer
    assert answer == stage.text(STRANGER, f"status {case_number(4711)}")


def test_a_usual_reply_never_loads_a_case(stage: Stage) -> None:
    """A text costs its trips only if it is about a case."""
    assert CaseProgress(stage.storage.cases).has_open(CUSTOMER) is False
    asked: list[str] = []
    of_cases = stage.wiring.texts._of_cases
    object.__setattr__(of_cases.progress, "_cases", _Watched(asked))
    object.__setattr__(of_cases.texts, "_cases", _Watched(asked))
    for words in ("ABA", "thank you", "STOP", "1", "I disagree with the bill", "complaint: leaks"):
        stage.text(CUSTOMER, words)
    assert asked == []
    stage.text(CUSTOMER, "status")
    assert asked != []


class _Watched:
    """Cases that note who asks."""

    def __init__(self, asked: list[str]) -> None:
        self._asked = asked

    def of_number(self, number: str) -> list[object]:
        self._asked.append(number)
        return []
