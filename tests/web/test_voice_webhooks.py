"""Requests of calls: whose we believe, how often they may come, what is kept of them."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stage import ACCOUNT
from tests.web.calling import HONG_KONG, Line, line, params, sid

__all__ = ["line"]


ROUTES: Mapping[str, Mapping[str, str]] = {
    "/twilio/voice": params(CallStatus="ringing"),
    "/twilio/voice/menu/1": params(Digits="1"),
    "/twilio/voice/recorded/1": params(RecordingSid=f"RE{1:032x}", RecordingDuration="5"),
    "/twilio/voice/ended/1": params(CallStatus="completed"),
    "/twilio/recording": {
        "CallSid": sid(1),
        "AccountSid": ACCOUNT.sid,
        "RecordingSid": f"RE{1:032x}",
        "RecordingStatus": "completed",
    },
}


@pytest.mark.parametrize("path", ROUTES)
def test_an_unsigned_request_changes_nothing(line: Line, path: str) -> None:
    before = line.stage.everything()
    assert line.post(path, ROUTES[path], signed=False).status == 403
    assert line.stage.everything() == before


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "changed",
    [
        {"AccountSid": "AC" + "9" * 32},
        {"CallSid": "CA123"},
        {"CallSid": sid(1) + "Digits1"},
        {"RecordingSid": "REnone"},
    ],
    ids=["account", "short", "merged", "recording"],
)
def test_a_signed_request_of_another_shape_changes_nothing(
    line: Line, path: str, changed: Mapping[str, str]
) -> None:
    before = line.stage.everything()
    assert line.post(path, {**ROUTES[path], **changed}).status == 403
    assert line.stage.everything() == before


@pytest.mark.parametrize("changed", [{"To": "+15005550006"}, {"Digits": "1;2"}, {"From": "a\nb"}])
def test_a_call_to_somebody_else_is_refused(line: Line, changed: Mapping[str, str]) -> None:
    assert line.post("/twilio/voice/menu/1", {**params(), **changed}).status == 403


@pytest.mark.parametrize("path", ["/twilio/voice/menu/x", "/twilio/voice/menu/0"])
def test_a_path_that_is_no_step_is_refused(line: Line, path: str) -> None:
    assert line.post(path, params()).status == 403


def test_a_step_of_an_earlier_version_leads_to_the_beep(line: Line) -> None:
    assert b"<Record" in line.post("/twilio/voice/forgotten/1", params()).body


def test_sixteen_copies_of_each_request_have_one_answer_and_one_effect(line: Line) -> None:
    line.invited("V-1", HONG_KONG)
    steps = [
        ("/twilio/voice", params()),
        ("/twilio/voice/menu/1", params(Digits="1")),
        ("/twilio/voice/timeliness/1", params(Digits="3")),
        ("/twilio/voice/quality/1", params(Digits="9")),
        ("/twilio/voice/duty/1", params(DialCallStatus="no-answer")),
        ("/twilio/voice/duty/2", params(DialCallStatus="busy")),
        ("/twilio/voice/recorded/1", params(RecordingSid=f"RE{1:032x}", Digits="#")),
        ("/twilio/recording", ROUTES["/twilio/recording"]),
    ]
    with ThreadPoolExecutor(16) as pool:
        for path, told in steps:
            copies = [pool.submit(line.post, path, told) for _ in range(16)]
            answers = {(each.result().status, each.result().body) for each in copies}
            assert len(answers) == 1
            assert {status for status, _ in answers} == {200}
    assert len(line.cases(HONG_KONG)) == 1
    assert len(line.stage.visit("V-1").answers) == 1
    assert len(line.stage.storage.calls.facts(sid(1))) == len(steps)
    again = [line.post(path, told).body for path, told in reversed(steps)]
    kept = {fact.name: fact.answer.encode() for fact in line.stage.storage.calls.facts(sid(1))}
    assert set(again) == set(kept.values())
    assert len(line.cases(HONG_KONG)) == 1


def test_a_failure_of_ours_leads_to_the_beep_and_the_recording_makes_the_case(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("out of order")

    line.post("/twilio/voice", params())
    with monkeypatch.context() as patch:
        patch.setattr(type(line.stage.wiring.calls), "_situation", broken)
        answered = line.post("/twilio/voice/menu/1", params(Digits="2"))
    assert answered.status == 200
    assert b"recorded/99" in answered.body
    assert [row.values["phone"] for row in line.listed("unread")] == [HONG_KONG]
    recorded_too = params(RecordingSid=f"RE{1:032x}", Digits="hangup", CallStatus="completed")
    line.post("/twilio/voice/recorded/99", recorded_too)
    assert len(line.cases(HONG_KONG)) == 1


def test_every_request_is_kept_as_it_came_with_its_answer(line: Line) -> None:
    told = params(FromCity="", Strange="😀 kept")
    answered = line.post("/twilio/voice", told)
    (fact,) = line.stage.storage.calls.facts(sid(1))
    assert fact.parameters == told
    assert fact.answer.encode() == answered.body


def test_addresses_are_absolute_and_carry_the_overrides(line: Line) -> None:
    body = line.post("/twilio/voice", params()).body.decode()
    start = f'action="{line.stage.wiring.public_base_url}/twilio/voice/menu/1'
    assert f"{start}#ct=1000&amp;rt=3500&amp;tt=15000&amp;rc=5&amp;rp=all" in body
