"""The call button over HTTP: the caller's phone, then the customer's, and what proves it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.acts import ActError
from chalicelib.core.people import Member
from tests.services.calls import (
    CALLED,
    DAY,
    FAR,
    HOUR,
    KEY,
    LIN,
    SUN,
    WEN,
    call,
    checked,
    pick_of,
    picked,
    told,
)
from tests.stage import ACCOUNT
from tests.web.calling import Line, line, sid
from tools.phone.answering import Pickup
from tools.phone.call_result import CallResult
from tools.phone.script import read_script

__all__ = ["line"]

PHONE = "+8613900000001"
CALLER = replace(SUN, phone=PHONE)
STAYS = Pickup(script=read_script(["1", "speak:40", "hangup"]))
MAILBOX = Pickup(script=read_script(["speak:30", "hangup"]))
TALKS = Pickup(after=4, script=read_script(["speak:25", "hangup"]))
PATH = f"/twilio/bridge/{KEY}/U1/1"


@pytest.fixture(autouse=True)
def _people(line: Line) -> None:
    for member in (CALLER, WEN, LIN, FAR):
        line.stage.wiring.people.put(member)
    line.stage.move(CALLED)


def customer(line: Line) -> str:
    return line.stage.visit("V-1").facts.phone


def ring(line: Line, caller: Pickup = STAYS, other: Pickup = TALKS) -> CallResult:
    """Press the button; what the caller's own phone heard."""
    line.answers(PHONE, caller)
    line.answers(customer(line), other)
    line.stage.wiring.bridges.ring("V-1", CALLER)
    line.stage.simulator.settle()
    heard = line.stage.simulator.calls_of(PHONE)[-1]
    assert heard.errors == []
    return heard


def test_the_customer_is_rung_with_the_hotlines_number_and_the_attempt_is_proven(
    line: Line,
) -> None:
    picked(line.stage, "V-1")
    heard = ring(line)
    (dialled,) = heard.dialled
    assert (dialled.bridged, dialled.seconds > 0) == (True, True)
    (rung,) = line.stage.simulator.calls_of(customer(line))
    assert rung.caller == ACCOUNT.number
    (attempt,) = pick_of(line.stage, "V-1").attempts
    assert (attempt.by, attempt.reached, attempt.at) == (SUN.mail, "", CALLED)
    assert (attempt.sid, attempt.seconds) == (rung.sid, dialled.seconds)
    assert attempt.bridge == heard.sid
    assert checked(line.stage, "V-1").outcome == ""


def test_what_was_said_is_noted_of_the_call_that_was_made(line: Line) -> None:
    picked(line.stage, "V-1")
    ring(line)
    both = line.stage.wiring.verification.save_told("V-1", told("ABE"), CALLER, CALLED)
    assert both.outcome == "differs"
    (attempt,) = pick_of(line.stage, "V-1").attempts
    assert (attempt.reached, bool(attempt.sid)) == ("reached", True)


def test_what_came_of_it_is_noted_of_the_call_that_was_made(line: Line) -> None:
    picked(line.stage, "V-1")
    ring(line)
    line.stage.wiring.verification.attempt("V-1", "wrong_number", CALLER, CALLED)
    (attempt,) = pick_of(line.stage, "V-1").attempts
    assert (attempt.reached, bool(attempt.sid)) == ("wrong_number", True)
    assert checked(line.stage, "V-1").outcome == "wrong_number"


@pytest.mark.parametrize("way", ["no-answer", "busy"])
def test_a_customer_who_does_not_answer_is_noted_by_itself(line: Line, way: str) -> None:
    picked(line.stage, "V-1")
    for days, hours in ((0, 0), (1, 4), (2, 8)):
        line.stage.move(CALLED + days * DAY + hours * HOUR)
        ring(line, other=Pickup(way))
    attempts = pick_of(line.stage, "V-1").attempts
    assert [each.reached for each in attempts] == ["no_answer"] * 3
    assert all(each.sid for each in attempts)
    assert checked(line.stage, "V-1").outcome == "unreachable"


@pytest.mark.parametrize("caller", [MAILBOX, Pickup("no-answer"), Pickup("busy")])
def test_no_customer_is_rung_before_the_caller_has_shown_that_he_is_there(
    line: Line, caller: Pickup
) -> None:
    picked(line.stage, "V-1")
    ring(line, caller)
    assert list(line.stage.simulator.calls_of(customer(line))) == []
    assert pick_of(line.stage, "V-1").attempts == ()


def test_the_phones_end_is_told_after_the_answers_were_saved(line: Line) -> None:
    """A caller may write while he still talks: the proof is added to a finished call."""
    picked(line.stage, "V-1")
    parent, leg = sid(1), sid(2)
    said = {"CallSid": parent, "AccountSid": ACCOUNT.sid, "CallStatus": "in-progress"}
    pressed = {**said, "From": ACCOUNT.number, "To": PHONE, "Digits": "1"}
    assert line.post(f"{PATH}/go/1", pressed).status == 200
    line.stage.wiring.verification.save_told("V-1", told("ABA"), CALLER, CALLED)
    ended = {
        "CallSid": leg,
        "ParentCallSid": parent,
        "AccountSid": ACCOUNT.sid,
        "CallStatus": "completed",
        "CallDuration": "61",
        "From": ACCOUNT.number,
        "To": customer(line),
    }
    assert line.post(f"{PATH}/over/1", ended).status == 200
    (attempt,) = pick_of(line.stage, "V-1").attempts
    assert (attempt.sid, attempt.seconds, attempt.reached) == (leg, 61, "reached")
    assert checked(line.stage, "V-1").outcome == "confirmed"


def test_every_copy_of_a_request_gets_the_same_bytes_and_counts_once(line: Line) -> None:
    picked(line.stage, "V-1")
    said = {"CallSid": sid(1), "AccountSid": ACCOUNT.sid, "CallStatus": "in-progress", "To": PHONE}
    pressed = {**said, "Digits": "1"}
    ended = {
        **said,
        "CallSid": sid(2),
        "ParentCallSid": sid(1),
        "CallStatus": "no-answer",
        "To": customer(line),
    }
    for path, params in (("ask", said), ("go", pressed), ("over", ended), ("go", pressed)):
        answers = {line.post(f"{PATH}/{path}/1", params).body for _ in range(3)}
        assert len(answers) == 1
    (attempt,) = pick_of(line.stage, "V-1").attempts
    assert (attempt.sid, attempt.reached) == (sid(2), "no_answer")


def test_only_the_phone_of_who_may_call_is_connected(line: Line) -> None:
    picked(line.stage, "V-1")
    said = {"CallSid": sid(1), "AccountSid": ACCOUNT.sid, "CallStatus": "in-progress"}
    for stranger in ("+8613900000099", customer(line)):
        body = line.post(f"{PATH}/go/1", {**said, "To": stranger, "Digits": "1"}).body.decode()
        assert "<Dial" not in body
        assert customer(line) not in body
    assert "<Dial" not in line.post(f"{PATH}/ask/1", {**said, "To": PHONE}).body.decode()
    assert pick_of(line.stage, "V-1").attempts == ()


@pytest.mark.parametrize("keys", ["2", "0", "*", ""])
def test_another_key_connects_nobody(line: Line, keys: str) -> None:
    picked(line.stage, "V-1")
    said = {"CallSid": sid(1), "AccountSid": ACCOUNT.sid, "CallStatus": "in-progress", "To": PHONE}
    body = line.post(f"{PATH}/go/1", {**said, "Digits": keys}).body
    assert b"<Dial" not in body
    assert pick_of(line.stage, "V-1").attempts == ()


def test_who_has_left_supervision_is_not_connected(line: Line) -> None:
    picked(line.stage, "V-1")
    line.stage.wiring.people.put(replace(CALLER, role="hr"))
    said = {"CallSid": sid(1), "AccountSid": ACCOUNT.sid, "CallStatus": "in-progress", "To": PHONE}
    assert b"<Dial" not in line.post(f"{PATH}/go/1", {**said, "Digits": "1"}).body


@pytest.mark.parametrize(
    ("path", "changed", "signed"),
    [
        (f"{PATH}/go/1", {}, False),
        (f"{PATH}/stop/1", {}, True),
        (f"{PATH}/go/x", {}, True),
        ("/twilio/bridge/x/U1/1/go/1", {}, True),
        (f"/twilio/bridge/{KEY}/U1/x/go/1", {}, True),
        (f"{PATH}/go/1", {"To": "x"}, True),
        (f"{PATH}/go/1", {"CallSid": "x"}, True),
        (f"{PATH}/over/1", {}, True),
    ],
)
def test_a_request_of_another_shape_is_refused(
    line: Line, path: str, changed: dict[str, str], signed: bool
) -> None:
    picked(line.stage, "V-1")
    said = {"CallSid": sid(1), "AccountSid": ACCOUNT.sid, "CallStatus": "in-progress"}
    before = line.stage.everything()
    assert line.post(path, {**said, "To": PHONE, **changed}, signed=signed).status == 403
    assert line.stage.everything() == before


def test_a_place_that_is_no_ones_connects_nobody(line: Line) -> None:
    said = {"CallSid": sid(1), "AccountSid": ACCOUNT.sid, "CallStatus": "in-progress", "To": PHONE}
    answered = line.post(f"{PATH}/go/1", {**said, "Digits": "1"})
    assert (answered.status, b"<Dial" in answered.body) == (200, False)


REFUSED = {
    "another caller": (replace(WEN, phone=PHONE), "not_your_call"),
    "a recused lead": (replace(FAR, phone=PHONE), "recused"),
    "a caller without a phone": (SUN, "no_phone"),
}


@pytest.mark.parametrize(("member", "code"), REFUSED.values(), ids=REFUSED)
def test_the_button_rings_nobody_for(line: Line, member: Member, code: str) -> None:
    picked(line.stage, "V-1")
    asked = len(line.stage.rest)
    with pytest.raises(ActError) as error:
        line.stage.wiring.bridges.ring("V-1", member)
    assert error.value.code == code
    assert len(line.stage.rest) == asked


def test_a_call_that_has_come_to_an_end_is_not_made_again(line: Line) -> None:
    picked(line.stage, "V-1")
    call(line.stage, "V-1", told("ABA"))
    with pytest.raises(ActError) as error:
        line.stage.wiring.bridges.ring("V-1", CALLER)
    assert error.value.code == "finished"


@pytest.mark.parametrize("fault", ["429", "500", "lost"])
def test_a_call_that_the_provider_did_not_take_is_said_so(line: Line, fault: str) -> None:
    picked(line.stage, "V-1")
    line.stage.fault("dial", fault)
    with pytest.raises(ActError) as error:
        line.stage.wiring.bridges.ring("V-1", CALLER)
    assert error.value.code == "not_rung"
    assert pick_of(line.stage, "V-1").attempts == ()


def test_a_call_is_on_the_day_it_was_made(line: Line) -> None:
    picked(line.stage, "V-1")
    line.stage.move(CALLED + timedelta(days=2))
    ring(line)
    (attempt,) = pick_of(line.stage, "V-1").attempts
    assert attempt.at == CALLED + timedelta(days=2)
