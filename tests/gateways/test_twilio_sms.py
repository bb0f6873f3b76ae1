"""The real client against the simulator: what each answer of Twilio means for a text."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from urllib.parse import parse_qs

import pytest
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped] # has none

from chalicelib.core.delivery import Refused, Sent, TooMany, Unsure
from chalicelib.gateways import twilio_client
from chalicelib.gateways.twilio_client import TwilioClient
from chalicelib.gateways.twilio_sms import SKEW, TwilioSms
from tests.stage import ACCOUNT, PUBLIC, SHARED, UPLOADED
from tools.listener import Answer, Hang, Request, listen
from tools.phone.account import Service
from tools.phone.clock import Clock
from tools.phone.faults import read_fault
from tools.phone.server import answer
from tools.phone.simulator import Simulator

TO = "+85251230001"
CALLBACK = f"{PUBLIC}/twilio/status/U1~2026-06~V-1~1"


class Twilio:
    """The simulator, the requests it got, and the gateway that meets it over HTTP."""

    def __init__(self, folder: Path) -> None:
        clock, random = Clock(folder / "now", start=UPLOADED), Random(7)  # noqa: S311 # no secret
        self.simulator = Simulator(ACCOUNT, clock, random, callbacks="inline")
        self.simulator.connect(Service(PUBLIC, "http://127.0.0.1:9"))
        self.asked: list[Request] = []
        self.instead: Answer | Hang | None = None
        self.server = listen(self.respond)
        self.sms = self.gateway()

    def gateway(self, token: str = ACCOUNT.auth_token) -> TwilioSms:
        return TwilioSms(TwilioClient(ACCOUNT.sid, token, self.server.url), ACCOUNT.number)

    def respond(self, request: Request) -> Answer | Hang:
        self.asked.append(request)
        return self.instead or answer(self.simulator, request)

    def fault(self, on: str, fault: str, **more: object) -> None:
        self.simulator.faults.put(read_fault({"on": on, "fault": fault, **more}))

    def move(self, to: datetime) -> None:
        self.simulator.move(to)

    def send(self, body: str = "hello", to: str = TO) -> object:
        return self.sms.send(to, body, CALLBACK, 600)

    def messages(self) -> list[str]:
        return [each.sid for each in self.simulator.messages.all()]


@pytest.fixture
def twilio(tmp_path: Path) -> Iterator[Twilio]:
    made = Twilio(tmp_path)
    yield made
    made.server.close()
    made.simulator.close()


def test_a_text_that_is_taken_has_its_sid(twilio: Twilio) -> None:
    sent = twilio.send()
    assert isinstance(sent, Sent)
    assert twilio.messages() == [sent.sid]
    (request,) = twilio.asked
    assert parse_qs(request.body.decode()) == {
        "To": [TO],
        "From": [ACCOUNT.number],
        "Body": ["hello"],
        "StatusCallback": [CALLBACK],
        "ValidityPeriod": ["600"],
    }


def test_the_request_is_one_that_twilio_documents(twilio: Twilio) -> None:
    path = SHARED / "twilio_api_v2010.json"
    if not path.exists():
        pytest.skip(f"Twilio's description of its API is not at {path}")
    paths = json.loads(path.read_text(encoding="utf-8"))["paths"]
    messages = paths["/2010-04-01/Accounts/{AccountSid}/Messages.json"]
    form = messages["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    query = {each["name"] for each in messages["get"]["parameters"] if each["in"] == "query"}
    twilio.send()
    twilio.sms.find(TO, "hello", UPLOADED)
    posted, listed = twilio.asked
    assert set(parse_qs(posted.body.decode())) <= set(form["schema"]["properties"])
    assert set(parse_qs(listed.query)) <= query


@pytest.mark.parametrize("code", [21211, 21610, 21614, 21606, 20404])
def test_a_refusal_has_its_code(twilio: Twilio, code: int) -> None:
    twilio.simulator.handsets.change(TO, {"refused_with": code})
    assert twilio.send() == Refused(code)
    assert twilio.messages() == []


def test_a_wrong_token_is_a_refusal_that_speaks_of_our_account(twilio: Twilio) -> None:
    assert twilio.gateway("wrong").send(TO, "hello", CALLBACK, 600) == Refused(20003)


def test_429_was_never_processed(twilio: Twilio) -> None:
    twilio.fault("create", "429")
    assert twilio.send() == TooMany()
    assert twilio.messages() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", ["500", "lost", "timeout"])
def test_what_may_have_been_processed_is_unsure(twilio: Twilio, fault: str, when: str) -> None:
    twilio.fault("create", fault, when=when, **({} if fault == "500" else {"seconds": 0}))
    assert twilio.send() == Unsure()
    assert len(twilio.asked) == 1, "the client repeats nothing by itself"
    found = twilio.sms.find(TO, "hello", UPLOADED)
    assert [found] == (twilio.messages() if when == "after" else [""])


def test_an_answer_that_does_not_come_is_unsure(
    twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_client, "TIMEOUT", 0.1)
    twilio.instead = Hang(5)
    assert twilio.gateway().send(TO, "hello", CALLBACK, 600) == Unsure()


@pytest.mark.parametrize("status", [200, 201, 302, 408, 502])
def test_an_answer_that_is_not_twilios_is_unsure(twilio: Twilio, status: int) -> None:
    twilio.instead = Answer(status, (("Content-Type", "text/html"),), b"<html>a proxy</html>")
    assert twilio.send() == Unsure()


def test_a_refusal_in_the_newer_form_has_its_code_too(twilio: Twilio) -> None:
    told = {"type": "about:blank", "title": "Invalid 'To'", "status": 400, "code": 21211}
    twilio.instead = Answer(400, (("Content-Type", "application/json"),), json.dumps(told).encode())
    assert twilio.send() == Refused(21211)


def test_a_text_is_found_by_its_words_its_number_and_its_time(twilio: Twilio) -> None:
    twilio.send("earlier")
    twilio.move(UPLOADED + timedelta(hours=1))
    sent = twilio.send()
    twilio.send(to="+85251230002")
    assert isinstance(sent, Sent)
    now = UPLOADED + timedelta(hours=1)
    assert twilio.sms.find(TO, "hello", now) == sent.sid
    assert twilio.sms.find(TO, "hello", now + SKEW) == sent.sid, "clocks differ a little"
    assert twilio.sms.find(TO, "hello", now + SKEW + timedelta(seconds=1)) == ""
    assert twilio.sms.find(TO, "hello ", now) == ""
    assert twilio.sms.find(TO, "earlier", now) == "", "an older text of the same words"


def test_a_text_is_found_on_any_page_of_the_list(twilio: Twilio) -> None:
    sent = twilio.send("the first")
    for place in range(120):
        twilio.send(f"later {place}")
    assert isinstance(sent, Sent)
    assert twilio.sms.find(TO, "the first", UPLOADED) == sent.sid
    assert len([each for each in twilio.asked if each.method == "GET"]) == 2


def test_a_list_that_cannot_be_asked_is_an_error_and_not_an_empty_one(twilio: Twilio) -> None:
    twilio.send()
    twilio.fault("list", "500")
    with pytest.raises(TwilioException):
        twilio.sms.find(TO, "hello", UPLOADED)
