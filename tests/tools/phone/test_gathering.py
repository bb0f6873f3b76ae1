"""Prompts that ask for keys: which keys they take, when they end, and what silence leads to."""

import pytest

from tests.tools.phone.fake_service import HANDSET, PUBLIC, FakeService
from tools.phone.account import Service
from tools.phone.simulator import Simulator

VOICE = "/twilio/voice"
MENU = (
    '<Gather action="/prod/menu" numDigits="1" timeout="6">'
    '<Say language="cmn-CN" voice="Polly.Zhiyu-Neural">评价请按一</Say>'
    '<Say language="en-US">Press two to complain</Say></Gather>'
    "<Say>Nobody pressed</Say>"
)


def test_key_goes_to_the_action_and_the_next_document_is_heard(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice(MENU)
    service.voice("<Say>thank you</Say><Hangup/><Say>never</Say>", "/menu")
    result = simulator.call(HANDSET, ["2"])
    asked = service.heard("/menu")[0]
    assert (asked["Digits"], asked["CallStatus"], asked["msg"]) == (
        "2",
        "in-progress",
        "Gather End",
    )
    assert asked["FinishedOnKey"] == ""
    assert "CallToken" not in asked
    assert result.said == "评价请按一\nPress two to complain\nthank you"
    assert [each.within for each in result.heard if each.verb == "Say"] == [
        "Gather",
        "Gather",
        None,
    ]
    assert (result.documents, result.ended) == (2, "service hung up")
    assert result.urls == [f"{PUBLIC}{VOICE}{simulator_options()}", f"{PUBLIC}/menu"]
    assert result.done[0].sent == {"Digits": "2"}


def simulator_options() -> str:
    return Service("", "").options


def test_prompt_says_what_it_asks_for(simulator: Simulator, service: FakeService) -> None:
    service.voice(MENU)
    prompt = simulator.call(HANDSET, []).heard[0]
    assert prompt.verb == "Gather"
    assert prompt.asked == {
        "keys": 1,
        "finish_on_key": "#",
        "timeout": 6,
        "action": "/prod/menu",
    }


@pytest.mark.parametrize(
    ("attributes", "pressed", "digits", "finish", "lost"),
    [
        pytest.param('numDigits="1"', "1", "1", "", "", id="one key"),
        pytest.param('numDigits="1"', "123", "1", "", "23", id="keys beyond are lost"),
        pytest.param('numDigits="4"', "12", "12", "", "", id="too few, submitted in the end"),
        pytest.param("", "12#", "12", "#", "", id="ends on the hash"),
        pytest.param("", "12#3", "12", "#", "3", id="keys behind the hash are lost"),
        pytest.param("", "12", "12", "", "", id="ends by silence"),
        pytest.param('finishOnKey="*"', "1#2*", "1#2", "*", "", id="ends on the star"),
        pytest.param('finishOnKey=""', "1#", "1#", "", "", id="ends on no key"),
        pytest.param('numDigits="1"', "*", "*", "", "", id="star is a key"),
        pytest.param('numDigits="2"', "1#", "1", "#", "", id="hash before they are all"),
    ],
)
def test_keys_make_digits_as_gather_says(
    simulator: Simulator,
    service: FakeService,
    attributes: str,
    pressed: str,
    digits: str,
    finish: str,
    lost: str,
) -> None:
    service.voice(f'<Gather action="/prod/g" {attributes}/>')
    result = simulator.call(HANDSET, [pressed])
    asked = service.heard("/g")[0]
    assert (asked["Digits"], asked["FinishedOnKey"]) == (digits, finish)
    assert result.done[0].lost == lost


@pytest.mark.parametrize("script", [["wait"], ["wait:6"], ["wait:3", "wait:3"], ["#"], ["listen"]])
def test_silence_asks_nothing_and_the_next_verb_follows(
    simulator: Simulator, service: FakeService, script: list[str]
) -> None:
    service.voice(MENU)
    result = simulator.call(HANDSET, script)
    assert service.paths() == [VOICE]
    assert result.said.endswith("Nobody pressed")
    assert result.ended == "document ended"


@pytest.mark.parametrize("script", [["wait"], ["#"], ["listen", "hangup"], ["speak:3"]])
def test_silence_goes_to_the_action_where_it_was_asked_for(
    simulator: Simulator, service: FakeService, script: list[str]
) -> None:
    service.voice('<Gather action="/prod/g" actionOnEmptyResult="true"/>')
    simulator.call(HANDSET, script)
    assert service.heard("/g")[0]["Digits"] == ""


def test_waiting_less_than_the_timeout_leaves_time_for_a_key(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice(MENU)
    result = simulator.call(HANDSET, ["wait:5", "1"])
    assert service.heard("/menu")[0]["Digits"] == "1"
    assert result.seconds == pytest.approx(1.25 + 1.6 + 5)


def test_silence_takes_the_timeout(simulator: Simulator, service: FakeService) -> None:
    service.voice('<Gather action="/prod/g" timeout="7"/>')
    assert simulator.call(HANDSET, ["wait"]).seconds == 7
    assert simulator.call(HANDSET, ["1"]).seconds == 7
    assert simulator.call(HANDSET, ["1#"]).seconds == 0


def test_gather_of_speech_alone_hears_no_keys(simulator: Simulator, service: FakeService) -> None:
    service.voice('<Gather input="speech" action="/prod/g"/><Gather action="/prod/h"/>')
    result = simulator.call(HANDSET, ["1"])
    assert service.paths() == [VOICE, "/h"]
    assert result.unused == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (["hear:0", "1"], ""),
        (["hear:1", "1"], "评价请按一"),
        (["hear:2", "1"], "评价请按一\nPress two to complain"),
    ],
)
def test_key_cuts_a_prompt_short(
    simulator: Simulator, service: FakeService, script: list[str], said: str
) -> None:
    service.voice(MENU)
    result = simulator.call(HANDSET, script)
    assert service.heard("/menu")[0]["Digits"] == "1"
    assert result.said == said


def test_key_does_not_cut_short_what_is_said_outside_a_prompt(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice("<Say>one</Say><Say>two</Say>" + MENU)
    result = simulator.call(HANDSET, ["hear:1", "1"])
    assert result.said == "one\ntwo"
    assert service.heard("/menu")[0]["Digits"] == "1"


def test_listening_lasts_until_the_next_document(
    simulator: Simulator, service: FakeService
) -> None:
    gather = '<Gather action="/prod/g" numDigits="1"/>'
    service.voice(f"{gather}{gather}<Redirect>/prod/next</Redirect>")
    service.voice(gather, "/next")
    simulator.call(HANDSET, ["listen", "4"])
    assert service.paths() == [VOICE, "/next", "/g"]
    service.told.clear()
    service.voice(f"{gather}<Redirect>/prod/next</Redirect>", "/g")
    simulator.call(HANDSET, ["1", "listen", "4"])
    assert service.paths() == [VOICE, "/g", "/next", "/g"]
