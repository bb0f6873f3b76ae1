"""Whose survey is open to the keys of a telephone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core import keypad
from chalicelib.core.calendar import close_at
from chalicelib.core.visits import Answer, Facts, Survey, Visit
from tests.core.hotline_caller import RULES

NUMBER = "+85251230001"
COMPLETED = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
INVITED = COMPLETED + timedelta(days=1)
NOW = INVITED + timedelta(hours=2)
CLOSE = close_at("2026-06", RULES)
FACTS = Facts("V-1", "U1", "Li", COMPLETED, phone=NUMBER, country="HK", mobile=True)
ASKED = Visit(FACTS, "2026-06", COMPLETED, "00", survey=Survey(state="invited", invited_at=INVITED))


def given(grades: str, at: datetime = NOW) -> Answer:
    return Answer(grades, "sms", "direct", at, f"SM{grades}")


def in_state(state: str) -> Visit:
    return replace(ASKED, survey=replace(ASKED.survey, state=state))


@pytest.mark.parametrize(
    ("visit", "now", "is_open"),
    [
        pytest.param(ASKED, NOW, True, id="asked"),
        pytest.param(replace(ASKED, survey=Survey()), NOW, False, id="not-asked-yet"),
        pytest.param(replace(ASKED, answers=(given("AB-"),)), NOW, True, id="partial"),
        pytest.param(replace(ASKED, answers=(given("ABA"),)), NOW, False, id="complete"),
        pytest.param(in_state("expired"), NOW, True, id="expired-before-the-close"),
        pytest.param(in_state("expired"), CLOSE, False, id="expired-and-closed"),
        pytest.param(in_state("invited"), CLOSE, True, id="asked-and-closed"),
        pytest.param(
            replace(in_state("partial"), answers=(given("A--", CLOSE),)),
            CLOSE + timedelta(days=6),
            True,
            id="partial-within-seven-days",
        ),
        pytest.param(
            replace(in_state("partial"), answers=(given("A--"),)),
            CLOSE + timedelta(days=8),
            False,
            id="partial-long-ago",
        ),
    ],
)
def test_a_survey_is_open_to_keys(visit: Visit, now: datetime, is_open: bool) -> None:
    assert keypad.is_open(visit, NUMBER, now, RULES) is is_open


def test_only_the_number_of_the_visit_grades_it() -> None:
    assert not keypad.is_open(ASKED, "+447400123456", NOW, RULES)


def test_what_is_missing_is_asked_in_the_usual_order() -> None:
    assert keypad.pending(ASKED) == ("timeliness", "quality", "attitude")
    assert keypad.pending(replace(ASKED, answers=(given("-B-"),))) == ("timeliness", "attitude")


def test_one_key_is_one_answer_of_the_weakest_evidence_of_the_customer() -> None:
    answer = keypad.given("CA1", "quality", "D", NOW)
    assert (answer.channel, answer.evidence) == ("keypad", "caller_id")
    assert (answer.grades, answer.source) == ({"quality": "D"}, "CA1:quality")
