"""What goes wrong between Twilio and the service while somebody is on the line."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
from chalice.app import Chalice, Request, Response
from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped] # has none

from tests.tools.phone.fake_service import HANDSET, PUBLIC, START, FakeService, MakeSimulator
from tools.phone.account import Service
from tools.phone.deliveries import Mode
from tools.phone.faults import Fault
from tools.phone.simulator import Simulator
from tools.server import serve

VOICE = "/twilio/voice"


@pytest.mark.parametrize("fault", ["429", "500", "timeout"])
@pytest.mark.parametrize(("when", "copies"), [("before", 1), ("after", 3)])
def test_failed_request_is_repeated_as_the_url_says(
    simulator: Simulator, service: FakeService, fault: str, when: str, copies: int
) -> None:
    service.voice("<Say>hello</Say>")
    simulator.faults.put(Fault("voice", fault, times=2, when=when))
    result = simulator.call(HANDSET, [])
    assert (result.said, result.errors, result.documents) == ("hello", [], 1)
    assert service.paths() == [VOICE] * copies
    assert len({request.body for request in service.requests}) == 1


def test_action_without_overrides_is_not_repeated(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice('<Gather action="/prod/g" numDigits="1"/>')
    simulator.faults.put(Fault("voice", "500", times=1, when="after", number="+8613800000002"))
    assert simulator.call(HANDSET, ["1"]).errors == []

    def fail_next() -> bytes:
        simulator.faults.put(Fault("voice", "500"))
        return b'<Response><Gather action="/prod/g" numDigits="1"/></Response>'

    service.documents[VOICE] = fail_next
    result = simulator.call(HANDSET, ["1"])
    assert [each.code for each in result.errors] == [11200]
    assert result.ended == "application error"
    assert len(service.heard("/g")) == 1


def test_request_that_comes_twice_is_the_same_and_its_last_answer_is_heard(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice("<Say>hello</Say>")
    simulator.faults.put(Fault("voice", "twice", copies=3))
    result = simulator.call(HANDSET, [])
    tokens = {request.header("I-Twilio-Idempotency-Token") for request in service.requests}
    assert (result.said, result.documents) == ("hello", 1)
    assert (len(service.requests), len(tokens)) == (3, 1)


def test_copy_of_a_request_comes_after_the_call_is_over(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice('<Gather action="/prod/g" numDigits="1"/>')
    service.voice("<Say>thanks</Say>", "/g")
    simulator.faults.put(Fault("voice", "twice", times=2, seconds=60))
    result = simulator.call(HANDSET, ["1"])
    assert (service.paths(), result.said) == ([VOICE, "/g"], "thanks")
    simulator.move(START + timedelta(seconds=60))
    assert service.paths() == [VOICE, "/g", VOICE, "/g"]
    assert service.heard("/g")[0] == service.heard("/g")[1]
    assert result.documents == 2


def test_request_that_is_lost_is_an_application_error(
    simulator: Simulator, service: FakeService
) -> None:
    simulator.faults.put(Fault("voice", "lost"))
    result = simulator.call(HANDSET, [])
    assert (service.told, [each.code for each in result.errors]) == ([], [11200])


def test_service_that_is_down_is_an_application_error_and_the_call_is_in_the_list(
    simulator: Simulator,
) -> None:
    simulator.connect(Service(PUBLIC, "http://127.0.0.1:9"))
    result = simulator.call(HANDSET, [])
    assert [each.code for each in result.errors] == [11205]
    assert [each.sid for each in simulator.calls.all()] == [result.sid]


def test_faults_of_every_webhook_leave_out_what_cannot_happen_to_a_document(
    simulator: Simulator, service: FakeService, service_url: str
) -> None:
    simulator.connect(Service(PUBLIC, service_url, voice_status_route="/over"))
    service.voice("<Say>hello</Say>")
    simulator.faults.put(Fault("webhooks", "late", seconds=60))
    assert simulator.call(HANDSET, []).said == "hello"
    assert service.heard("/over") == []
    simulator.move(START + timedelta(seconds=60))
    assert len(service.heard("/over")) == 1


@pytest.mark.parametrize("callbacks", ["inline", "threaded"])
def test_32_callers_at_once_each_have_their_own_call(
    make_simulator: MakeSimulator, service: FakeService, callbacks: Mode
) -> None:
    service.voice('<Record action="/prod/kept" recordingStatusCallback="/prod/told"/>')
    service.voice("<Say>thanks</Say>", "/kept")
    simulator = make_simulator(callbacks)
    numbers = [f"+86138000{number:05}" for number in range(32)]
    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(lambda number: simulator.call(number, ["speak:3", "#"]), numbers))
    assert len({each.sid for each in results}) == 32
    assert {(each.said, each.status) for each in results} == {("thanks", "completed")}
    told = {each["CallSid"]: each["RecordingSid"] for each in service.heard("/told")}
    assert told == {each.sid: each.recordings[0] for each in results}


def hotline() -> Chalice:
    """A hotline as small as can be: three tries, then a recording."""
    app = Chalice(app_name="hotline")
    form = ["application/x-www-form-urlencoded"]

    def answer(response: VoiceResponse) -> Response:
        return Response(str(response), headers={"Content-Type": "text/xml"})

    def menu(tries: int) -> Response:
        response = VoiceResponse()
        if tries == 3:
            response.record(action="/prod/twilio/voice/kept/1", max_length=60)
            response.redirect("/prod/twilio/voice/over/1")
            return answer(response)
        action = f"/prod/twilio/voice/menu/{tries + 1}"
        gather = response.gather(action=action, num_digits=1, action_on_empty_result=True)
        gather.say("Press one.", language="en-US", voice="Polly.Joanna-Neural")
        return answer(response)

    def step(name: str, tries: str) -> Response:
        request = app.current_request or Request({})
        if name == "menu" and b"Digits=1&" not in request.raw_body:
            return menu(int(tries))
        response = VoiceResponse()
        response.say(f"{name} {tries}")
        return answer(response)

    app.route(VOICE, methods=["POST"], content_types=form)(lambda: menu(0))
    app.route(VOICE + "/{name}/{tries}", methods=["POST"], content_types=form)(step)
    return app


def test_random_callers_of_a_service_made_with_chalice_always_come_to_an_end(
    make_simulator: MakeSimulator,
) -> None:
    random = Random(11)  # noqa: S311 - a caller's whims
    acts = ["1", "2", "#", "*", "wait", "wait:2", "listen", "speak:4", "hear:1", "hangup"]
    running = serve(hotline(), port=0)
    simulator = make_simulator()
    simulator.connect(Service(PUBLIC, running.url))
    try:
        for _ in range(60):
            script = random.choices(acts, k=random.randint(0, 8))
            result = simulator.call(HANDSET, script)
            assert result.errors == []
            assert result.documents <= 6
            assert result.status == "completed"
            assert result.ended in {"caller hung up", "document ended"}
    finally:
        running.close()
