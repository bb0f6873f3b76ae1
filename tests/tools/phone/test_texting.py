"""Handsets that text: signed webhooks with their blanks, TwiML back, and each fault on the way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from urllib.parse import parse_qsl

import pytest
from chalice.app import Chalice, Response
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # has none

from tests.tools.phone.fake_service import (
    ACCOUNT,
    HANDSET,
    PUBLIC,
    START,
    FakeService,
    MakeSimulator,
)
from tools.phone.account import Service, Sids
from tools.phone.deliveries import Mode
from tools.phone.faults import Fault
from tools.phone.simulator import Simulator
from tools.phone.webhooks import NotConnectedError, Overrides, Reply
from tools.server import serve

FORM = "application/x-www-form-urlencoded"

BLANK = {"FromCity", "FromState", "FromZip", "ToCity", "ToState", "ToZip"}


def twiml(*messages: str) -> bytes:
    said = "".join(f"<Message>{each}</Message>" for each in messages)
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{said}</Response>'.encode()


def test_text_comes_signed_over_the_public_url_with_its_blanks(
    simulator: Simulator, service: FakeService
) -> None:
    texted = simulator.text(HANDSET, " Ａ，Ｂ、c。 ")
    (path, params), (request,) = service.told[0], service.requests
    assert path == "/twilio/sms"
    assert {name for name, value in params.items() if value == ""} == BLANK
    assert params["Body"] == " Ａ，Ｂ、c。 "
    assert params["MessageSid"] == params["SmsSid"] == params["SmsMessageSid"] == texted.sid
    assert (params["From"], params["To"]) == (HANDSET, ACCOUNT.number)
    assert (params["AccountSid"], params["NumMedia"]) == (ACCOUNT.sid, "0")
    assert (params["FromCountry"], params["ToCountry"]) == ("CN", "US")
    assert request.header("User-Agent") == "TwilioProxy/1.1"
    assert texted.reply is not None
    assert texted.reply.status == 200


def test_service_with_another_token_refuses_and_the_thread_says_why(
    simulator: Simulator, service_url: str
) -> None:
    simulator.connect(Service("https://other.example", service_url))
    texted = simulator.text(HANDSET, "A")
    assert texted.reply == Reply(403)
    assert texted.error is not None
    assert "11200" in texted.error


def test_answers_are_what_the_messages_say(simulator: Simulator, service: FakeService) -> None:
    service.says = twiml("已记下 A B A &amp; 谢谢", "<Body> 二 </Body>")
    texted = simulator.text(HANDSET, "ABA")
    assert texted.answers == ("已记下 A B A & 谢谢", " 二 ")
    assert texted.reply is not None
    assert texted.reply.body == service.says
    thread = simulator.thread(HANDSET)
    assert [(each.direction, each.body) for each in thread] == [
        ("inbound", "ABA"),
        ("outbound-reply", "已记下 A B A & 谢谢"),
        ("outbound-reply", " 二 "),
    ]
    assert {each.status for each in thread} == {"received", "delivered"}


def test_answer_to_another_number_lands_there(simulator: Simulator, service: FakeService) -> None:
    service.says = b'<Response><Message to="+8613800000002">x</Message></Response>'
    assert simulator.text(HANDSET, "A").answers == ()
    assert [each.body for each in simulator.thread("+8613800000002")] == ["x"]


@pytest.mark.parametrize(
    ("says", "content_type", "status", "code"),
    [
        (b"<Response>", "text/xml", 200, "12100"),
        (b"", "text/xml", 200, "12100"),
        (b"<Reply/>", "text/xml", 200, "12100"),
        (b"<Response><Say>x</Say></Response>", "text/xml", 200, "14110"),
        (b"<Response><Message><Media>x</Media></Message></Response>", "text/xml", 200, "14110"),
        (b'<Response><Message colour="red">x</Message></Response>', "text/xml", 200, "12200"),
        (b"<Response><Message/></Response>", "text/xml", 200, "14103"),
        (b'{"ok": true}', "application/json", 200, "12300"),
        (b"<Response/>", "text/xml", 500, "11200"),
        (b"<Response/>", "text/xml", 302, "11200"),
    ],
)
def test_answer_twilio_refuses_reaches_nobody(
    simulator: Simulator,
    service: FakeService,
    says: bytes,
    content_type: str,
    status: int,
    code: str,
) -> None:
    service.says, service.content_type, service.status = says, content_type, status
    texted = simulator.text(HANDSET, "A")
    assert texted.error is not None
    assert texted.error.startswith(code)
    assert [each.direction for each in simulator.thread(HANDSET)] == ["inbound"]


def test_more_parameters_can_be_sent_along(simulator: Simulator, service: FakeService) -> None:
    simulator.text(HANDSET, "STOP", {"OptOutType": "STOP", "ToCity": "X"})
    assert (service.told[0][1]["OptOutType"], service.told[0][1]["ToCity"]) == ("STOP", "X")


def test_text_before_the_service_is_known_is_refused(simulator: Simulator) -> None:
    simulator.webhooks.service = None
    with pytest.raises(NotConnectedError):
        simulator.text(HANDSET, "A")


def test_service_that_is_down_leaves_the_text_in_the_list(simulator: Simulator) -> None:
    simulator.connect(Service(PUBLIC, "http://127.0.0.1:9"))
    texted = simulator.text(HANDSET, "A")
    assert (texted.reply, texted.answers) == (Reply(None, failure="ct"), ())
    assert [each.body for each in simulator.thread(HANDSET)] == ["A"]


def test_late_text_comes_when_the_clock_is_there(
    simulator: Simulator, service: FakeService
) -> None:
    service.says = twiml("noted")
    simulator.faults.put(Fault("sms", "late", seconds=3600))
    assert simulator.text(HANDSET, "A").reply is None
    simulator.move(START + timedelta(seconds=3599))
    assert service.texts() == []
    simulator.move(START + timedelta(seconds=3600))
    assert service.texts() == ["A"]
    assert [each.body for each in simulator.thread(HANDSET)] == ["A", "noted"]


def test_text_that_comes_twice_is_the_same_request(
    simulator: Simulator, service: FakeService
) -> None:
    service.says = twiml("noted")
    simulator.faults.put(Fault("webhooks", "twice", copies=3))
    assert simulator.text(HANDSET, "A").answers == ("noted",)
    bodies = {request.body for request in service.requests}
    tokens = {request.header("I-Twilio-Idempotency-Token") for request in service.requests}
    assert (len(service.requests), len(bodies), len(tokens)) == (3, 1, 1)


def test_text_out_of_order_comes_after_the_next(simulator: Simulator, service: FakeService) -> None:
    simulator.faults.put(Fault("sms", "out_of_order"))
    simulator.text(HANDSET, "first")
    simulator.text(HANDSET, "second")
    simulator.move(START + timedelta(days=1))
    assert service.texts() == ["second", "first"]


def test_text_out_of_order_without_a_next_comes_all_the_same(
    simulator: Simulator, service: FakeService
) -> None:
    simulator.faults.put(Fault("sms", "out_of_order"))
    simulator.text(HANDSET, "only")
    simulator.move(START + timedelta(seconds=300))
    assert service.texts() == ["only"]


def test_statuses_can_be_told_out_of_order(simulator: Simulator, service: FakeService) -> None:
    service.says = (
        f'<Response><Message statusCallback="{PUBLIC}/twilio/status/v1">x</Message></Response>'
    ).encode()
    simulator.faults.put(Fault("status", "out_of_order", times=2))
    simulator.text(HANDSET, "A")
    assert service.statuses() == ["delivered", "queued", "sent"]


def test_lost_text_is_in_twilios_list_only(simulator: Simulator, service: FakeService) -> None:
    simulator.faults.put(Fault("sms", "lost"))
    assert simulator.text(HANDSET, "A").reply is None
    simulator.move(START + timedelta(days=1))
    assert service.texts() == []
    assert [each.body for each in simulator.messages.all()] == ["A"]


@pytest.mark.parametrize("fault", ["429", "500", "timeout"])
@pytest.mark.parametrize(("when", "copies"), [("before", 1), ("after", 3)])
def test_failed_attempt_is_repeated_as_the_url_says(
    simulator: Simulator, service: FakeService, fault: str, when: str, copies: int
) -> None:
    service.says = twiml("noted")
    simulator.faults.put(Fault("sms", fault, times=2, when=when))
    assert simulator.text(HANDSET, "A").answers == ("noted",)
    assert service.texts() == ["A"] * copies


def test_url_without_overrides_is_not_repeated_on_500(
    simulator: Simulator, service: FakeService, service_url: str
) -> None:
    simulator.connect(Service(PUBLIC, service_url, options=""))
    simulator.faults.put(Fault("sms", "500"))
    assert simulator.text(HANDSET, "A").reply == Reply(500)
    assert service.texts() == []


@pytest.mark.parametrize(
    ("fragment", "kind", "repeated"),
    [
        ("", Reply(None, failure="ct"), True),
        ("", Reply(None, failure="rt"), False),
        ("#rp=all", Reply(404), True),
        ("#rp=5xx,rt", Reply(404), False),
        ("#rp=5xx,rt", Reply(502), True),
        ("#rp=all", Reply(200), False),
    ],
)
def test_overrides_say_what_is_repeated(fragment: str, kind: Reply, repeated: bool) -> None:
    assert Overrides.of(f"https://x.example/sms{fragment}").repeats(kind) is repeated


def test_fault_for_one_handset_leaves_the_others_alone(
    simulator: Simulator, service: FakeService
) -> None:
    simulator.faults.put(Fault("sms", "lost", times=None, number=HANDSET))
    for number in (HANDSET, "+8613800000002", HANDSET):
        simulator.text(number, number)
    assert service.texts() == ["+8613800000002"]
    assert len(simulator.faults.waiting()) == 1


def test_answer_to_a_number_that_opted_out_is_not_delivered(
    simulator: Simulator, service: FakeService
) -> None:
    service.says = twiml("noted")
    simulator.handsets.change(HANDSET, {"opted_out": True})
    assert simulator.text(HANDSET, "A").answers == ()
    answer = simulator.thread(HANDSET)[-1]
    assert (answer.status, answer.error_code) == ("failed", 21610)


def test_twilio_that_keeps_opt_outs_answers_stop_itself(
    make_simulator: MakeSimulator, service: FakeService
) -> None:
    simulator = make_simulator(keeps_opt_outs=True)
    simulator.text(HANDSET, " stop")
    assert service.told[-1][1]["OptOutType"] == "STOP"
    assert simulator.handsets.find(HANDSET).refusal == 21610
    assert simulator.thread(HANDSET)[-1].status == "delivered"
    simulator.text(HANDSET, "START")
    assert simulator.handsets.find(HANDSET).refusal is None
    simulator.text(HANDSET, "A")
    assert "OptOutType" not in service.told[-1][1]


@pytest.mark.parametrize("callbacks", ["inline", "threaded"])
def test_64_handsets_at_once_each_get_their_own_answer(
    make_simulator: MakeSimulator, service: FakeService, callbacks: Mode
) -> None:
    service.says = twiml("noted")
    simulator = make_simulator(callbacks)
    numbers = [f"+86138000{number:05}" for number in range(64)]
    with ThreadPoolExecutor(64) as pool:
        texted = list(pool.map(lambda number: simulator.text(number, "A"), numbers))
    assert [each.answers for each in texted] == [("noted",)] * 64
    assert len({each.sid for each in texted}) == 64
    assert {simulator.thread(number)[-1].status for number in numbers} == {"delivered"}


class Repeating(Random):
    """A source that gives each number twice."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    def getrandbits(self, bits: int, /) -> int:
        self.given += 1
        return self.given // 2


def test_no_sid_is_given_twice() -> None:
    sids = Sids(Repeating())
    assert len({sids.new("SM") for _ in range(10)}) == 10


def test_signed_text_passes_unharmed_through_the_local_server(simulator: Simulator) -> None:
    app = Chalice(app_name="tiny", configure_logs=False, env={})

    @app.route("/twilio/sms", methods=["POST"], content_types=[FORM])
    def sms() -> Response:
        request = app.current_request
        assert request is not None
        body = request.raw_body
        assert isinstance(body, bytes)
        params = dict(parse_qsl(body.decode(), keep_blank_values=True))
        signed = RequestValidator(ACCOUNT.auth_token).validate(
            f"{PUBLIC}/twilio/sms", params, request.headers["X-Twilio-Signature"]
        )
        return Response(twiml(f"{signed} {params['Body']}").decode(), {"Content-Type": "text/xml"})

    running = serve(app)
    simulator.connect(Service(PUBLIC, running.url))
    texted = simulator.text(HANDSET, "Ａ b %FF+=\n好")
    running.close()
    assert texted.answers == ("True Ａ b %FF+=\n好",)
