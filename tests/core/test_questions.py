"""Our open question: one, the latest, for a day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core import questions
from chalicelib.core.replies import Reading
from chalicelib.core.visits import Conversation, Said
from tests.core.visit_samples import INVITED_AT

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def asking(question: str, offered: str = "") -> Conversation:
    asked = questions.asked(Conversation(), question, offered, "SM1")
    return replace(asked, asked_at=INVITED_AT)


@pytest.mark.parametrize(
    ("after", "is_open"),
    [(-SECOND, False), (0 * SECOND, True), (DAY, True), (DAY + SECOND, False)],
)
def test_a_question_is_open_for_a_day_from_when_it_was_said(
    after: timedelta, is_open: bool
) -> None:
    found = questions.open_question(asking("ask"), INVITED_AT + after)
    assert found == ("ask" if is_open else "")


def test_a_question_that_was_not_said_is_not_open() -> None:
    unsaid = questions.asked(Conversation(), "ask")
    assert questions.open_question(unsaid, INVITED_AT) == ""
    assert questions.open_until(unsaid) is None


def test_a_new_question_takes_the_place_of_the_one_before() -> None:
    talk = questions.asked(asking("complaint"), "confirm", "ABA")
    assert (talk.question, talk.offered, talk.about, talk.asked_at) == ("confirm", "ABA", "", None)


@pytest.mark.parametrize(
    ("question", "read"),
    [("visit", "confirm"), ("confirm", "confirm"), ("complaint", "complaint"), ("ask", "ask")],
)
def test_the_reader_knows_two_of_our_questions_by_one_name(question: str, read: str) -> None:
    found, offered = questions.as_read(asking(question, "AB-"), INVITED_AT)
    assert (found, offered) == (read, {"timeliness": "A", "quality": "B"})
    assert questions.as_read(asking(question, "AB-"), INVITED_AT + 2 * DAY) == ("", {})


READINGS = {
    "yes": (Reading("grades", "confirmed", answer="yes"), "closed", "closed"),
    "no": (Reading("comment", "declined", answer="no"), "closed", "closed"),
    "drop": (Reading("comment", "dropped", answer="drop"), "closed", "closed"),
    "grades": (Reading("grades", "letters"), "closed", "open"),
    "partial": (Reading("partial", "named"), "closed", "open"),
    "another offer": (Reading("comment", "other_than_offered"), "closed", "closed"),
    "words": (Reading("comment", "comment"), "open", "open"),
    "help": (Reading("help", "help"), "open", "open"),
}


@pytest.mark.parametrize(("reading", "offer", "complaint"), READINGS.values(), ids=READINGS)
def test_what_settles_a_question(reading: Reading, offer: str, complaint: str) -> None:
    for question, expected in (("confirm", offer), ("ask", offer), ("complaint", complaint)):
        left = questions.after_reading(asking(question), reading, INVITED_AT)
        assert ("open" if left.question else "closed") == expected, question


def test_an_old_question_is_closed_by_whatever_comes() -> None:
    left = questions.after_reading(asking("ask"), Reading("help", "help"), INVITED_AT + 2 * DAY)
    assert left.question == ""


def test_a_question_that_could_not_be_said_may_be_asked_later() -> None:
    before = Conversation(asked_rest=True)
    talk = replace(asking("confirm"), asked_grades=True, asked_complaint=True, asked_rest=True)
    left = questions.unasked(talk, before)
    assert (left.question, left.asked_grades, left.asked_complaint) == ("", False, False)
    assert left.asked_rest


def test_a_conversation_goes_on_with_the_next_visit() -> None:
    before = Conversation(
        ours=(Said("a"), Said("b")), day="2026-06-04", answers_today=3, question="ask"
    )
    talk = Conversation(ours=(Said("c"), Said("d")), day="2026-06-04", answers_today=2)
    both = questions.continued(talk, before)
    assert [said.code for said in both.ours] == ["b", "c", "d"]
    assert (both.day, both.answers_today, both.question) == ("2026-06-04", 5, "")
    later = questions.continued(replace(talk, day="2026-06-05"), before)
    assert (later.day, later.answers_today) == ("2026-06-05", 2)
