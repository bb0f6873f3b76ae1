"""Texts go out at most once, whatever the provider answers and wherever a run ends."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import pytest

from chalicelib.core import delivery
from chalicelib.core.delivery import Outcome
from chalicelib.gateways import twilio_client, twilio_sms
from tests.services.crashes import dying
from tests.stage import INVITED, PUBLIC, Stage

NUMBER = "+85251230001"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def due(stage: Stage) -> Stage:
    """A stage on which the invitation of V-1 is due."""
    stage.upload(stage.row("V-1", phone=NUMBER))
    stage.move(INVITED)
    return stage


def dispatch_at(stage: Stage, *instants: datetime) -> None:
    for instant in instants:
        stage.dispatch(instant)


def every(step: timedelta, number: int, start: datetime = INVITED) -> Iterable[datetime]:
    return [start + place * step for place in range(number)]


def state(stage: Stage, visit_id: str = "V-1") -> str:
    return stage.visit(visit_id).survey.state


def outbox(stage: Stage) -> str:
    found = stage.visit("V-1").survey.outbox
    return found.state if found else ""


def test_the_invitation_is_sent_once_and_the_rest_comes_with_its_time(due: Stage) -> None:
    dispatch_at(due, *every(MINUTE, 3))
    assert len(due.sent_to(NUMBER)) == 1
    survey = due.visit("V-1").survey
    assert (survey.state, survey.invited_at, survey.contacts) == ("invited", INVITED, 1)
    dispatch_at(due, INVITED + 48 * HOUR - MINUTE)
    assert len(due.sent_to(NUMBER)) == 1
    dispatch_at(due, *every(HOUR, 5, INVITED + 48 * HOUR))
    assert len(due.sent_to(NUMBER)) == 2
    survey = due.visit("V-1").survey
    assert (survey.reminded_at, survey.settled_at) == (INVITED + 48 * HOUR, None)
    dispatch_at(due, INVITED + 72 * HOUR)
    assert due.visit("V-1").survey.settled_at == INVITED + 72 * HOUR
    dispatch_at(due, INVITED + 7 * DAY)
    assert state(due) == "expired"
    dispatch_at(due, *every(DAY, 5, INVITED + 8 * DAY))
    assert len(due.sent_to(NUMBER)) == 2


def test_nothing_is_sent_at_night_and_nothing_may_arrive_then(due: Stage) -> None:
    night = INVITED.replace(hour=13)  # 21:00 in Hong Kong
    dispatch_at(due, night, night + 5 * HOUR)
    assert due.sent_to(NUMBER) == []
    morning = INVITED.replace(hour=1) + DAY
    evening = morning.replace(hour=11, minute=59)
    dispatch_at(due, morning - MINUTE)
    assert due.sent_to(NUMBER) == []
    dispatch_at(due, evening)
    (form,) = creations(due)
    assert form["ValidityPeriod"] == ["60"]


def creations(stage: Stage) -> list[dict[str, list[str]]]:
    """The forms with which the service asked for texts."""
    return [parse_qs(each.body.decode()) for each in stage.rest if each.method == "POST"]


def test_the_rest_call_names_the_callback_and_how_long_the_text_may_wait(due: Stage) -> None:
    due.dispatch()
    (form,) = creations(due)
    assert (form["To"], form["From"]) == ([NUMBER], ["+862158386666"])
    assert form["StatusCallback"] == [f"{PUBLIC}/twilio/status/U1~2026-06~V-1~1"]
    assert form["ValidityPeriod"] == [str(4 * 3600)], "16:00 to 20:00 in Hong Kong"


def test_429_backs_off_and_asks_for_no_further_text_in_this_run(due: Stage) -> None:
    due.upload(due.row("V-2"), due.row("V-3"))
    due.fault("create", "429", times=9)
    due.dispatch()
    assert len(creations(due)) == 1
    assert (state(due, "V-1"), outbox(due)) in (("scheduled", "planned"), ("scheduled", ""))
    due.simulator.faults.clear()
    dispatch_at(due, INVITED + MINUTE, INVITED + 3 * MINUTE)
    assert [state(due, each) for each in ("V-1", "V-2", "V-3")] == ["invited"] * 3
    assert len(due.sent_to(NUMBER)) == 1


@pytest.mark.parametrize("fault", ["500", "lost", "timeout"])
def test_a_text_that_did_go_out_is_found_and_not_sent_again(due: Stage, fault: str) -> None:
    due.fault("create", fault, when="after", **({} if fault == "500" else {"seconds": 0}))
    due.dispatch()
    assert outbox(due) == "unknown"
    dispatch_at(due, *every(MINUTE, 30))
    assert len(due.sent_to(NUMBER)) == 1
    assert len(creations(due)) == 1
    survey = due.visit("V-1").survey
    assert (survey.state, survey.contacts) == ("invited", 1)
    assert survey.outbox is not None
    assert survey.outbox.sid == due.simulator.thread(NUMBER)[0].sid


@pytest.mark.parametrize("fault", ["500", "lost", "timeout"])
def test_a_text_that_did_not_go_out_is_sent_once_but_not_soon(due: Stage, fault: str) -> None:
    due.fault("create", fault, when="before", **({} if fault == "500" else {"seconds": 0}))
    dispatch_at(due, *every(MINUTE, 10))
    assert due.sent_to(NUMBER) == []
    assert outbox(due) == "unknown"
    dispatch_at(due, *every(MINUTE, 20, INVITED + 10 * MINUTE))
    assert len(due.sent_to(NUMBER)) == 1
    assert state(due) == "invited"


def test_an_answer_that_takes_too_long_is_an_unknown_one(
    due: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_client, "TIMEOUT", 0.1)
    due.fault("create", "timeout", when="after", seconds=5)
    due.dispatch()
    assert outbox(due) == "unknown"
    dispatch_at(due, *every(5 * MINUTE, 5))
    assert len(due.sent_to(NUMBER)) == 1


def test_while_the_list_cannot_be_asked_nothing_is_sent(due: Stage) -> None:
    due.fault("create", "500", when="after")
    due.fault("list", "500", times=3)
    dispatch_at(due, *every(10 * MINUTE, 24))
    assert len(due.sent_to(NUMBER)) == 1
    assert len(creations(due)) == 1
    assert state(due) == "invited"


def test_a_look_up_allows_for_clocks_that_differ(due: Stage) -> None:
    """Twilio's clock may stand before ours: its text then seems older than our lease."""
    due.fault("create", "500", when="after")
    due.wiring.surveys.run(INVITED + 45 * timedelta(seconds=1))
    dispatch_at(due, *every(MINUTE, 30))
    assert len(due.sent_to(NUMBER)) == 1


def test_wherever_a_run_ends_the_customer_gets_one_invitation(stage: Stage) -> None:
    stage.move(INVITED.replace(hour=1) + DAY)  # 9:00 in Hong Kong
    for point in range(1, 32):
        row = stage.row(f"W-{point}")
        stage.upload(row)
        with dying(stage, point) as points:
            stage.wiring.surveys.run(stage.now)
        dispatch_at(stage, *every(2 * MINUTE, 10, stage.now + MINUTE))
        assert len(stage.sent_to(str(row["phone"]))) == 1, point
        survey = stage.visit(f"W-{point}").survey
        assert (survey.state, survey.contacts) == ("invited", 1), point
        if points.passed < point:
            break
    assert 15 < point < 31, "every call of a run was the last one"


def test_stopped_sending_sends_nothing_until_it_is_started(due: Stage) -> None:
    assert due.storage.people.stop_sending("lin@supervision.example", due.now)
    dispatch_at(due, *every(MINUTE, 3))
    assert due.sent_to(NUMBER) == []
    assert due.storage.people.start_sending("lin@supervision.example", due.now)
    dispatch_at(due, *every(30 * MINUTE, 4, due.now))
    assert len(due.sent_to(NUMBER)) == 1


class Between:
    """A gateway that lets something happen while a text is being sent."""

    def __init__(self, sms: twilio_sms.TwilioSms, happens: object) -> None:
        self.sms, self.happens = sms, happens

    def send(self, to: str, body: str, status_callback: str, validity: int) -> Outcome:
        outcome = self.sms.send(to, body, status_callback, validity)
        assert isinstance(outcome, delivery.Sent)
        assert callable(self.happens)
        self.happens(status_callback.rpartition("/")[2], outcome.sid)
        return outcome


@pytest.mark.parametrize(
    ("code", "ends"), [(30003, "scheduled"), (30005, "undeliverable"), (21610, "opted_out")]
)
def test_a_failure_that_is_told_before_we_know_the_sid_is_heard(
    due: Stage, code: int, ends: str
) -> None:
    def fails(text_id: str, sid: str) -> None:
        due.wiring.deliveries.note(text_id, sid, "undelivered", code, due.now)

    due.wiring._sms = Between(due.wiring._sms, fails)  # type: ignore[assignment]
    due.wiring.surveys.run(due.now)
    assert state(due) == ends
    assert (due.storage.phones.get(NUMBER).opted_out_at is not None) == (ends == "opted_out")
