"""What a text changes beside its own visit: another visit, the call list, the number."""

from datetime import datetime, timedelta

import pytest

from chalicelib.core import answering
from chalicelib.core.answering import Given
from chalicelib.core.effects import Effect
from chalicelib.core.grades import from_letters
from chalicelib.core.phones import Phone
from tests.stage import COMPLETED, INVITED, Stage

NUMBER = "+85251230001"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def talking(stage: Stage) -> Stage:
    """V-1 is invited."""
    stage.upload(stage.row("V-1", phone=NUMBER))
    stage.dispatch(INVITED)
    return stage


def entries(stage: Stage, at: datetime) -> list[str]:
    """Why people are to be called or read by then."""
    keys = stage.storage.effects.due("call", at, 100)
    found = [stage.storage.effects.get(*key) for key in keys]
    return sorted(each.what for each in found if each is not None)


def phone(stage: Stage) -> Phone:
    return stage.storage.phones.get(NUMBER)


def answered_on_paper(stage: Stage, visit_id: str, letters: str) -> Effect:
    """An answer by another channel, saved as its service does."""
    visit, known = stage.visit(visit_id), phone(stage)
    current = stage.storage.visits.get(known.current) if known.current else None
    given = Given(from_letters(letters), "paper", "staff", stage.now, f"paper-{visit_id}")
    turn = answering.on_answer(
        visit, known, current, given, ("Asia/Hong_Kong",), stage.wiring.rules
    )
    assert turn.echo is not None
    stage.storage.commit([turn.echo], [turn.visit, turn.phone])
    return turn.echo


def test_an_unanswered_complaint_question_comes_to_a_person_a_day_later(talking: Stage) -> None:
    talking.text(NUMBER, "He said to complain if it leaks")
    assert entries(talking, INVITED + DAY - HOUR) == []
    assert entries(talking, INVITED + DAY) == ["maybe_complaint"]


@pytest.mark.parametrize(("answer", "cases"), [("yes", 1), ("no", 0), ("cancel", 0)])
def test_an_answer_to_the_complaint_question_leaves_nobody_to_call(
    talking: Stage, answer: str, cases: int
) -> None:
    talking.text(NUMBER, "He said to complain if it leaks")
    talking.text(NUMBER, answer)
    assert entries(talking, INVITED + 30 * DAY) == []
    assert len(talking.storage.cases.of_number(NUMBER)) == cases
    assert phone(talking).opted_out_at is None


def test_an_echo_goes_out_and_not_me_is_noted_on_its_visit(stage: Stage) -> None:
    stage.upload(stage.row("V-0", phone=NUMBER))
    stage.dispatch(INVITED)
    stage.move(INVITED + 25 * HOUR)
    stage.upload(stage.row("V-1", phone=NUMBER, completed_at=(INVITED + DAY).isoformat()))
    stage.dispatch(INVITED + 48 * HOUR)
    stage.dispatch(INVITED + 51 * HOUR)
    assert phone(stage).current == stage.visit("V-1").key
    answered_on_paper(stage, "V-0", "AAA")
    stage.dispatch()
    assert "Noted A A A for 3 June" in stage.sent_to(NUMBER)[-1]
    assert "sorry for the trouble" in stage.text(NUMBER, "NOT ME")
    assert stage.visit("V-0").remarks == ("not_me",)
    assert stage.visit("V-1").remarks == ()
    assert stage.visit("V-1").survey.state == "invited"
    found = stage.storage.effects.get(*stage.storage.effects.due("call", stage.now, 10)[0])
    assert found is not None
    assert found.values == {"phone": NUMBER, "visit_id": "V-0"}


def test_an_echo_is_planned_once_for_one_act(talking: Stage) -> None:
    echo = answered_on_paper(talking, "V-1", "ABA")
    talking.dispatch()
    talking.dispatch(INVITED + HOUR)
    assert len(talking.sent_to(NUMBER)) == 2
    stored = talking.storage.effects.get(echo.cause, echo.number)
    assert stored is not None
    assert stored.outbox.state == "sent"


def test_a_reply_of_two_parts_is_one_text(talking: Stage) -> None:
    said = talking.text(NUMBER, "Complaint: he was rude. B B E")
    first, second = said.split("\n")
    assert "received, number" in first
    assert "did you mean B B E?" in second
    assert talking.visit("V-1").answers == ()
    assert "Noted B B E" in talking.text(NUMBER, "Y")


def test_what_the_provider_took_out_is_out_whatever_we_read(talking: Stage) -> None:
    talking.text(NUMBER, "satisfied")
    assert talking.text(NUMBER, "cancel", OptOutType="STOP") == ""
    assert phone(talking).opted_out_at == INVITED
    assert talking.visit("V-1").survey.state == "opted_out"
    assert talking.text(NUMBER, "start", OptOutType="START") == ""
    assert phone(talking).opted_out_at is None


def test_a_number_without_an_invitation_talks_on_its_own_account(stage: Stage) -> None:
    stage.upload(stage.row("V-1", phone=NUMBER))
    assert "register it as a complaint" in stage.text(NUMBER, "He said to complain if it leaks")
    stage.upload(stage.row("V-2", phone=NUMBER, completed_at=(COMPLETED + HOUR).isoformat()))
    assert "received, number" in stage.text(NUMBER, "yes")
    assert len(stage.storage.cases.of_number(NUMBER)) == 1


def test_a_number_that_an_upload_took_away_grades_nothing(talking: Stage) -> None:
    other = "+85251239999"
    talking.upload(talking.row("V-1", phone=other))
    assert talking.visit("V-1").facts.phone == other
    assert "You can still grade" in talking.text(other, "AAA")
    assert talking.visit("V-1").answers == ()
    assert "Noted B C B" in talking.text(NUMBER, "BCB")


def test_a_reply_within_two_minutes_of_another_invitation_is_asked_about(stage: Stage) -> None:
    stage.upload(stage.row("V-1", phone=NUMBER))
    stage.upload(stage.row("V-2", phone=NUMBER, completed_at=(COMPLETED + HOUR).isoformat()))
    stage.dispatch(INVITED)
    stage.move(INVITED + timedelta(minutes=50))
    assert "Noted A B A" in stage.text(NUMBER, "ABA")
    stage.dispatch(INVITED + HOUR)
    assert phone(stage).current == stage.visit("V-1").key
    stage.move(INVITED + HOUR + timedelta(seconds=90))
    assert "do you mean our service" in stage.text(NUMBER, "D D D")
    assert stage.visit("V-1").answers == ()
    assert "a person will read it" in stage.text(NUMBER, "N")
    assert entries(stage, stage.now) == ["other_visit"]
