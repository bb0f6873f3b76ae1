"""A caller walks TwiML: what he hears, where his keys go, how calls end."""

import pytest

from tests.tools.phone.fake_service import (
    ACCOUNT,
    HANDSET,
    PUBLIC,
    START,
    FakeService,
    MakeSimulator,
)
from tools.phone.account import Service
from tools.phone.call_result import Heard
from tools.phone.phone_numbers import WITHHELD_NUMBERS
from tools.phone.script import ScriptError
from tools.phone.simulator import Simulator
from tools.phone.twiml_walk import APOLOGY, MAX_DOCUMENTS
from tools.phone.webhooks import NotConnectedError

VOICE = "/twilio/voice"
MENU = (
    '<Gather action="/prod/menu" numDigits="1" timeout="6">'
    '<Say language="cmn-CN" voice="Polly.Zhiyu-Neural">评价请按一</Say>'
    '<Say language="en-US">Press two to complain</Say></Gather>'
    "<Say>Nobody pressed</Say>"
)


def test_first_request_is_signed_and_has_the_whole_parameter_set(
    simulator: Simulator, service: FakeService
) -> None:
    result = simulator.call(HANDSET, [])
    params = service.heard(VOICE)[0]
    places = ("From", "Caller", "To", "Called")
    assert {name for name, value in params.items() if value == ""} == {
        f"{whose}{part}" for whose in places for part in ("City", "State", "Zip")
    }
    assert {name: value for name, value in params.items() if value} == {
        "AccountSid": ACCOUNT.sid,
        "ApiVersion": "2010-04-01",
        "CallSid": result.sid,
        "CallStatus": "ringing",
        "CallToken": params["CallToken"],
        "Called": ACCOUNT.number,
        "CalledCountry": "US",
        "Caller": HANDSET,
        "CallerCountry": "CN",
        "Direction": "inbound",
        "From": HANDSET,
        "FromCountry": "CN",
        "To": ACCOUNT.number,
        "ToCountry": "US",
    }
    assert len(result.sid) == 34
    assert result.sid.startswith("CA")


def test_call_of_a_service_with_another_token_is_an_application_error(
    simulator: Simulator, service_url: str
) -> None:
    simulator.connect(Service("https://other.example", service_url))
    result = simulator.call(HANDSET, [])
    assert [error.code for error in result.errors] == [11200]
    assert result.ended == "application error"


def test_call_before_the_service_is_known_is_refused(simulator: Simulator) -> None:
    simulator.webhooks.service = None
    with pytest.raises(NotConnectedError):
        simulator.call(HANDSET, [])
    assert simulator.calls.all() == []


def test_call_with_a_script_nobody_understands_is_not_made(
    simulator: Simulator, service: FakeService
) -> None:
    with pytest.raises(ScriptError):
        simulator.call(HANDSET, ["sing"])
    assert service.told == []


def test_sayings_are_heard_in_order_with_language_voice_and_length(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice(
        '<Say language="cmn-CN" voice="Polly.Zhiyu-Neural"> 您好，\n 按1键 </Say>'
        '<Pause length="2"/>'
        '<Play loop="2">/beep.wav</Play><Play digits="1w2"/>'
        '<Say language="en-US" loop="3">one two <sub alias="three">3</sub></Say>'
    )
    result = simulator.call(HANDSET, ["wait"])
    assert result.heard == [
        Heard(1, "Say", "您好， 按1键", "cmn-CN", "Polly.Zhiyu-Neural", 1.25),
        Heard(1, "Pause", seconds=2),
        Heard(1, "Play", "/beep.wav", seconds=10),
        Heard(1, "Play", "1w2", seconds=5),
        Heard(1, "Say", "one two three", "en-US", None, 3.6),
    ]
    assert (result.ended, result.status) == ("document ended", "completed")
    assert (result.errors, result.unused) == ([], ["wait"])
    assert result.seconds == pytest.approx(21.85)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (["hear:0", "hangup"], ""),
        (["hear:1", "hangup"], "one"),
        (["hear:2"], "one\ntwo"),
        (["hear:3"], "one\ntwo\n评价请按一"),
        (["hangup"], "one\ntwo\n评价请按一\nPress two to complain"),
        ([], "one\ntwo\n评价请按一\nPress two to complain"),
        (["wait:2"], "one\ntwo\n评价请按一\nPress two to complain"),
    ],
)
def test_caller_hangs_up_at_any_point(
    simulator: Simulator, service: FakeService, script: list[str], said: str
) -> None:
    service.voice("<Say>one</Say><Say>two</Say>" + MENU)
    result = simulator.call(HANDSET, script)
    assert (result.said, result.ended, result.unused) == (said, "caller hung up", [])
    assert service.paths() == [VOICE]


def test_saying_without_end_lasts_until_the_caller_hangs_up(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice('<Say loop="0">la</Say><Say>never</Say>')
    result = simulator.call(HANDSET, ["1"])
    assert (result.said, result.ended, result.unused) == ("la", "caller hung up", ["1"])


def test_redirect_goes_to_relative_and_absolute_urls(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice("<Redirect> voice/menu/1?a=b </Redirect><Say>never</Say>")
    service.voice(f"<Redirect>{PUBLIC}/there#rc=2</Redirect>", "/twilio/voice/menu/1")
    service.voice("<Say>there</Say>", "/there")
    result = simulator.call(HANDSET, [])
    assert (result.said, result.documents, result.errors) == ("there", 3, [])


def test_document_can_be_asked_for_by_get_with_the_signature_over_the_query(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice('<Redirect method="GET">/prod/there?a=b</Redirect>')
    simulator.call(HANDSET, [])
    assert (service.requests[-1].method, service.requests[-1].body) == ("GET", b"")
    assert (service.heard("/there")[0]["a"], service.heard("/there")[0]["From"]) == ("b", HANDSET)


@pytest.mark.parametrize(
    ("reason", "status"), [("", "no-answer"), ('reason="busy"', "busy")], ids=["rejected", "busy"]
)
def test_rejected_call_is_never_answered(
    simulator: Simulator, service: FakeService, reason: str, status: str
) -> None:
    service.voice(f"<Reject {reason}/>")
    result = simulator.call(HANDSET, [])
    assert (result.status, result.ended, result.heard) == (status, "rejected", [])
    call = simulator.calls.find(result.sid)
    assert call is not None
    assert (call.started, call.seconds) == (None, None)


def test_reject_after_an_answer_hangs_up(simulator: Simulator, service: FakeService) -> None:
    service.voice("<Say>x</Say><Reject/>")
    result = simulator.call(HANDSET, [])
    assert (result.status, result.ended) == ("completed", "service hung up")


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<Say>x</Say><Shout/>", 12200),
        ("<Gather/>", 12200),
        (f"<Redirect>{VOICE}</Redirect>".replace(VOICE, "mailto:x"), 11100),
    ],
)
def test_document_twilio_refuses_ends_the_call_with_an_apology(
    simulator: Simulator, service: FakeService, inner: str, code: int
) -> None:
    service.voice(inner)
    result = simulator.call(HANDSET, ["1"])
    assert [(each.heard, each.verb) for each in result.heard] == [(APOLOGY, "Error")]
    assert [(each.code, each.document) for each in result.errors] == [(code, 1)]
    assert (result.ended, result.said, result.unused) == ("application error", "", ["1"])


def test_document_that_leads_in_a_circle_ends_the_call(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice(f"<Redirect>/prod{VOICE}</Redirect>")
    result = simulator.call(HANDSET, [])
    assert (result.documents, [each.code for each in result.errors]) == (MAX_DOCUMENTS, [11215])


def test_fallback_url_is_asked_with_what_went_wrong(
    simulator: Simulator, service: FakeService, service_url: str
) -> None:
    simulator.connect(Service(PUBLIC, service_url, voice_fallback_route="/fallback"))
    service.voice('<Gather action="/prod/g"/>')
    service.voice("<Shout/>", "/g")
    service.voice("<Say>leave a message</Say>", "/fallback")
    result = simulator.call(HANDSET, ["1"])
    asked = service.heard("/fallback")[0]
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == ("12200", f"{PUBLIC}/g")
    assert (result.said, result.ended) == ("leave a message", "document ended")
    assert [each.code for each in result.errors] == [12200]


def test_fallback_that_fails_too_is_an_application_error(
    simulator: Simulator, service: FakeService, service_url: str
) -> None:
    simulator.connect(Service(PUBLIC, service_url, voice_fallback_route="/fallback"))
    service.says = b"<Response><Shout/></Response>"
    result = simulator.call(HANDSET, [])
    assert (result.documents, result.ended) == (2, "application error")


def test_end_of_a_call_is_told_where_the_number_says_so(
    simulator: Simulator, service: FakeService, service_url: str
) -> None:
    simulator.connect(Service(PUBLIC, service_url, voice_status_route="/over"))
    service.voice('<Pause length="61"/>')
    result = simulator.call(HANDSET, [])
    (told,) = service.heard("/over")
    assert (told["CallSid"], told["CallStatus"]) == (result.sid, "completed")
    assert (told["CallDuration"], told["Duration"], told["SequenceNumber"]) == ("61", "2", "0")
    assert told["CallbackSource"] == "call-progress-events"
    assert told["Timestamp"] == "Fri, 01 May 2026 01:01:01 +0000"


def test_clock_stands_during_a_call_and_its_length_is_right(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice('<Say language="cmn-CN">一二三四五</Say><Pause length="10"/>')
    result = simulator.call(HANDSET, [])
    call = simulator.calls.find(result.sid)
    assert simulator.clock.now() == START
    assert call is not None
    assert (result.seconds, call.seconds, call.started) == (11.25, 12, START)


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", *sorted(WITHHELD_NUMBERS)])
def test_withheld_caller_comes_as_twilio_names_him(
    simulator: Simulator, service: FakeService, caller: str
) -> None:
    simulator.call(caller, [])
    params = service.heard(VOICE)[0]
    assert (params["From"], params["Caller"]) == (caller, caller)
    assert (params["FromCountry"], params["ToCountry"]) == ("", "US")


def test_caller_without_any_number_is_made_by_parameters(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice(MENU)
    simulator.call("anonymous", ["1"], {"From": "", "Caller": "", "ForwardedFrom": "+8610000000"})
    for asked in (service.heard(VOICE)[0], service.heard("/menu")[0]):
        assert (asked["From"], asked["Caller"], asked["ForwardedFrom"]) == ("", "", "+8610000000")


def test_sip_caller_comes_with_his_addresses(simulator: Simulator, service: FakeService) -> None:
    simulator.call("sip:1001@pbx.example.com", [])
    params = service.heard(VOICE)[0]
    assert params["From"] == params["Caller"] == "sip:1001@pbx.example.com"
    assert params["To"].startswith("sip:hotline@")
    assert {"SipDomain", "SipDomainSid", "SipCallId", "SipSourceIp"} <= set(params)
    assert "CallToken" not in params


def test_american_caller_comes_with_the_verdict_on_his_number(
    simulator: Simulator, service: FakeService
) -> None:
    simulator.call("+14155550123", [])
    assert service.heard(VOICE)[0]["StirVerstat"] == "TN-Validation-Passed-A"


def test_same_seed_makes_the_same_calls(
    make_simulator: MakeSimulator, service: FakeService
) -> None:
    service.voice('<Record action="/prod/r" recordingStatusCallback="/prod/told"/>')

    def calls(seed: int) -> list[object]:
        simulator = make_simulator(seed=seed)
        return [simulator.call(HANDSET, ["speak:3", "#"]).as_json() for _ in range(3)]

    assert calls(7) == calls(7) != calls(8)
