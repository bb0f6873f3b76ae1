"""Calls the service makes over REST, with the real client and against Twilio's own description."""

import http.client
import json
import os
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from twilio.base.exceptions import (  # type: ignore[import-untyped] # has none
    TwilioRestException,
)
from twilio.rest import Client  # type: ignore[import-untyped] # has none
from twilio.rest.api.v2010.account.call import (  # type: ignore[import-untyped] # has none
    CallInstance,
)

from tests.tools.phone.fake_service import (
    ACCOUNT,
    HANDSET,
    PUBLIC,
    START,
    FakeService,
    MakeSimulator,
)
from tools.listener import Answer, Request, RunningServer
from tools.phone.answering import Pickup
from tools.phone.call_rest import FILTERS as CALL_FILTERS
from tools.phone.faults import Fault
from tools.phone.recording_rest import FILTERS as RECORDING_FILTERS
from tools.phone.script import read_script
from tools.phone.simulator import Simulator

DUTY = "+8613900000001"
EVENTS = ["initiated", "ringing", "answered", "completed"]

BESIDE = Path(__file__).parents[3].parent / "shared" / "data"
DESCRIPTION = Path(os.environ.get("SHARED_DATA", BESIDE)) / "twilio_api_v2010.json"
"""Twilio's OpenAPI description: a fact file beside the project, not a part of it."""


@pytest.fixture
def client(running: RunningServer) -> Iterator[Client]:
    client = Client(ACCOUNT.sid, ACCOUNT.auth_token)
    client.api.base_url = running.url
    yield client
    client.http_client.session.close()


def ring(client: Client, to: str = DUTY, **more: Any) -> CallInstance:  # noqa: ANN401 - Twilio's
    plain = {"to": to, "from_": ACCOUNT.number, "url": f"{PUBLIC}/page"}
    return client.calls.create(**{**plain, **more})


def picks_up(after: int, *script: str) -> Pickup:
    return Pickup("answered", after, read_script(script))


def test_call_is_queued_and_made_when_the_carrier_gets_to_it(
    client: Client, simulator: Simulator, service: FakeService
) -> None:
    simulator.answer(DUTY, picks_up(3, "wait"))
    service.voice('<Say language="en-US">one two three four five</Say>', "/page")
    created = ring(client)
    assert (created.status, created.direction) == ("queued", "outbound-api")
    assert (created.to, created.from_formatted) == (DUTY, "(415) 555-0199")
    assert service.told == []
    simulator.settle()
    fetched = created.fetch()
    assert (fetched.status, fetched.duration) == ("completed", "2")
    assert (fetched.start_time, fetched.end_time) == (START, START + timedelta(seconds=2))
    (asked,) = service.heard("/page")
    assert (asked["CallSid"], asked["CallStatus"]) == (created.sid, "in-progress")
    assert (asked["Direction"], asked["To"]) == ("outbound-api", DUTY)
    (result,) = simulator.calls_of(DUTY)
    assert (result.said, result.ended) == ("one two three four five", "document ended")


@pytest.mark.parametrize(
    ("pickup", "status", "told"),
    [
        (picks_up(3, "wait"), "completed", [*EVENTS]),
        (Pickup("busy"), "busy", ["initiated", "ringing", "completed"]),
        (Pickup("no-answer"), "no-answer", ["initiated", "ringing", "completed"]),
        (Pickup("failed"), "failed", ["initiated", "ringing", "completed"]),
        (picks_up(21, "wait"), "no-answer", ["initiated", "ringing", "completed"]),
    ],
)
def test_progress_is_told_signed_and_numbered(
    client: Client,
    simulator: Simulator,
    service: FakeService,
    pickup: Pickup,
    status: str,
    told: list[str],
) -> None:
    simulator.answer(DUTY, pickup)
    service.voice('<Pause length="49"/>', "/page")
    ring(client, status_callback=f"{PUBLIC}/over", status_callback_event=EVENTS, timeout=20)
    simulator.settle()
    heard = service.heard("/over")
    before = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}
    assert [each["CallStatus"] for each in heard] == [before.get(event, status) for event in told]
    assert [each["SequenceNumber"] for each in heard] == [str(at) for at in range(len(told))]
    assert heard[-1]["CallDuration"] == ("49" if status == "completed" else "0")
    assert heard[-1]["Duration"] == ("1" if status == "completed" else "0")
    assert "CallDuration" not in heard[0]


def test_only_the_end_is_told_unless_more_was_asked_for(
    client: Client, simulator: Simulator, service: FakeService
) -> None:
    ring(client, status_callback=f"{PUBLIC}/over")
    simulator.settle()
    assert [each["CallStatus"] for each in service.heard("/over")] == ["no-answer"]


@pytest.mark.parametrize(
    ("script", "digits", "ended"),
    [
        (["1"], ["1"], "service hung up"),
        (["wait"], [], "document ended"),
        (["speak:30"], [], "document ended"),
        (["hear:1", "hangup"], [], "caller hung up"),
    ],
)
def test_duty_phone_acknowledges_by_a_key_or_does_not(
    client: Client,
    simulator: Simulator,
    service: FakeService,
    script: list[str],
    digits: list[str],
    ended: str,
) -> None:
    service.voice(
        '<Gather action="/prod/taken" numDigits="1"><Say>Gas leak</Say><Say>press one</Say>'
        "</Gather>",
        "/page",
    )
    service.voice("<Hangup/>", "/taken")
    simulator.answer(DUTY, picks_up(3, *script))
    ring(client)
    (result,) = simulator.calls_of(DUTY)
    assert [each["Digits"] for each in service.heard("/taken")] == digits
    assert result.ended == ended
    assert result.errors == []


def test_bridge_rings_the_callers_own_phone_and_then_the_customer(
    client: Client, simulator: Simulator, service: FakeService
) -> None:
    simulator.answer(DUTY, picks_up(3, "wait"))
    simulator.answer(HANDSET, picks_up(5, "speak:42", "hangup"))
    attributes = f'callerId="{ACCOUNT.number}" action="/prod/talked"'
    service.voice(f"<Dial {attributes}><Number>{HANDSET}</Number></Dial>", "/page")
    created = ring(client)
    simulator.settle()
    (told,) = service.heard("/talked")
    assert (told["CallSid"], told["DialBridged"]) == (created.sid, "true")
    assert told["DialCallDuration"] == "42"
    (customer,) = simulator.calls_of(HANDSET)
    assert (customer.caller, customer.direction) == (ACCOUNT.number, "outbound-dial")
    legs = client.calls.list(parent_call_sid=created.sid)
    assert [(each.sid, each.duration) for each in legs] == [(customer.sid, "42")]


def test_document_can_come_with_the_call_and_then_knows_no_relative_url(
    client: Client, simulator: Simulator, service: FakeService
) -> None:
    simulator.answer(DUTY, picks_up(3, "1"))
    for action in (f"{PUBLIC}/taken", "/prod/taken"):
        twiml = f'<Response><Gather action="{action}" numDigits="1"/></Response>'
        client.calls.create(to=DUTY, from_=ACCOUNT.number, twiml=twiml)
    fine, wrong = simulator.calls_of(DUTY)
    assert (fine.errors, len(service.heard("/taken"))) == ([], 1)
    assert [each.code for each in wrong.errors] == [11100]


def test_fallback_of_the_call_is_asked_when_its_url_fails(
    client: Client, simulator: Simulator, service: FakeService
) -> None:
    simulator.answer(DUTY, picks_up(3, "wait"))
    service.voice("<Shout/>", "/page")
    service.voice("<Say>sorry</Say>", "/fallback")
    ring(client, fallback_url=f"{PUBLIC}/fallback")
    (result,) = simulator.calls_of(DUTY)
    assert (result.said, [each.code for each in result.errors]) == ("sorry", [12200])


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        pytest.param({"to": ""}, 21201, id="no to"),
        pytest.param({"from_": ""}, 21213, id="no from"),
        pytest.param({"to": "12345"}, 21211, id="no country"),
        pytest.param({"from_": "+14155550100"}, 21210, id="not our number"),
        pytest.param({"to": ACCOUNT.number}, 21266, id="to ourselves"),
        pytest.param({"url": ""}, 21205, id="nothing to say"),
        pytest.param({"url": "/page"}, 21205, id="relative"),
        pytest.param({"fallback_url": "/page"}, 21205, id="relative fallback"),
        pytest.param({"status_callback": "over"}, 21609, id="relative callback"),
        pytest.param({"status_callback_event": ["done"]}, 21626, id="unknown event"),
        pytest.param({"timeout": 0}, 21208, id="no patience"),
        pytest.param({"timeout": 601}, 21208, id="too much patience"),
    ],
)
def test_call_twilio_refuses_is_refused_with_its_code(
    client: Client, parameters: dict[str, Any], code: int
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        ring(client, **parameters)
    assert (refused.value.code, refused.value.status) == (code, 400)
    assert client.calls.list() == []


def test_late_call_is_made_on_the_clock(
    client: Client, simulator: Simulator, service: FakeService
) -> None:
    simulator.answer(DUTY, picks_up(3, "wait"))
    simulator.faults.put(Fault("dial", "late", seconds=600))
    created = ring(client)
    simulator.move(START + timedelta(seconds=599))
    assert created.fetch().status == "queued"
    simulator.move(START + timedelta(seconds=600))
    assert created.fetch().status == "completed"
    assert created.fetch().start_time == START + timedelta(seconds=600)


def test_queued_call_is_taken_back_and_one_that_is_over_is_not(
    client: Client, simulator: Simulator, service: FakeService
) -> None:
    simulator.answer(DUTY, picks_up(3, "wait"))
    created = ring(client)
    assert created.update(status="canceled").status == "canceled"
    simulator.settle()
    assert (service.told, created.fetch().status) == ([], "canceled")
    with pytest.raises(TwilioRestException) as late:
        created.update(status="completed")
    assert late.value.code == 21220


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_ambiguous_failure_may_have_made_the_call(
    client: Client, simulator: Simulator, when: str, made: int
) -> None:
    simulator.faults.put(Fault("dial", "500", when=when))
    with pytest.raises(TwilioRestException):
        ring(client)
    assert len(client.calls.list()) == made


def test_list_is_newest_first_filtered_and_paged(
    client: Client, simulator: Simulator, service: FakeService
) -> None:
    service.voice("<Say>x</Say>")
    inbound = [simulator.call(HANDSET, []).sid for _ in range(3)]
    outbound = ring(client).sid
    simulator.settle()
    assert [each.sid for each in client.calls.list(page_size=2)] == [outbound, *inbound[::-1]]
    assert [each.sid for each in client.calls.list(from_=HANDSET)] == inbound[::-1]
    assert [each.sid for each in client.calls.list(to=DUTY)] == [outbound]
    assert [each.sid for each in client.calls.list(status="no-answer")] == [outbound]
    assert len(client.calls.list(start_time=START.date())) == 3
    assert client.calls.list(start_time_before=(START - timedelta(days=1)).date()) == []


def test_unknown_call_is_404(client: Client) -> None:
    with pytest.raises(TwilioRestException) as missing:
        client.calls("CA" + "0" * 32).fetch()
    assert (missing.value.status, missing.value.code) == (404, 20404)


def test_threaded_calls_go_out_by_themselves(
    make_simulator: MakeSimulator, service: FakeService
) -> None:
    simulator = make_simulator("threaded")
    simulator.answer(DUTY, picks_up(3, "wait"))
    service.voice("<Say>x</Say>", "/page")
    basic = b64encode(f"{ACCOUNT.sid}:{ACCOUNT.auth_token}".encode()).decode()
    form = f"To=%2B{DUTY[1:]}&From=%2B{ACCOUNT.number[1:]}&Url={PUBLIC}/page"
    path = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Calls.json"
    headers = (("Authorization", f"Basic {basic}"),)
    answer = simulator.rest.answer(Request("POST", path, headers, form.encode()))
    assert isinstance(answer, Answer)
    assert answer.status == 201
    assert [each.status for each in simulator.calls_of(DUTY)] == ["completed"]


def ask(running: RunningServer, resource: str) -> Any:  # noqa: ANN401 - JSON
    basic = b64encode(f"{ACCOUNT.sid}:{ACCOUNT.auth_token}".encode()).decode()
    connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=20)
    target = f"/2010-04-01/Accounts/{ACCOUNT.sid}/{resource}"
    connection.request("GET", target, headers={"Authorization": f"Basic {basic}"})
    body = json.loads(connection.getresponse().read())
    connection.close()
    return body


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    if not DESCRIPTION.exists():
        pytest.skip(f"Twilio's description is not at {DESCRIPTION}")
    described: dict[str, Any] = json.loads(DESCRIPTION.read_text("utf-8"))
    return described


def operation(description: dict[str, Any], resource: str, method: str) -> dict[str, Any]:
    path = f"/2010-04-01/Accounts/{{AccountSid}}/{resource}"
    found: dict[str, Any] = description["paths"][path][method]
    return found


@pytest.mark.parametrize(
    ("resource", "key", "schema", "statuses"),
    [
        ("Calls", "calls", "api.v2010.account.call", "call_enum_status"),
        ("Recordings", "recordings", "api.v2010.account.recording", "recording_enum_status"),
    ],
)
def test_answers_have_what_twilio_describes(
    running: RunningServer,
    simulator: Simulator,
    service: FakeService,
    description: dict[str, Any],
    resource: str,
    key: str,
    schema: str,
    statuses: str,
) -> None:
    service.voice('<Record action="/prod/kept"/>')
    simulator.call(HANDSET, ["speak:3", "#"])
    schemas = description["components"]["schemas"]
    listed = operation(description, f"{resource}.json", "get")["responses"]["200"]
    page_properties = listed["content"]["application/json"]["schema"]["properties"]
    page = ask(running, f"{resource}.json?PageSize=1")
    one = ask(running, f"{resource}/{page[key][0]['sid']}.json")
    assert set(page) == set(page_properties)
    assert page[key] == [one]
    assert set(one) == set(schemas[schema]["properties"])
    assert one["status"] in schemas[statuses]["enum"]


def test_parameters_understood_are_twilios(description: dict[str, Any]) -> None:
    form = operation(description, "Calls.json", "post")["requestBody"]["content"]
    schema = form["application/x-www-form-urlencoded"]["schema"]
    ours = {"To", "From", "Url", "Twiml", "Method", "FallbackUrl", "Timeout"}
    ours |= {"StatusCallback", "StatusCallbackEvent", "StatusCallbackMethod"}
    assert set(schema["required"]) <= ours <= set(schema["properties"])
    for resource, filters in [("Calls", CALL_FILTERS), ("Recordings", RECORDING_FILTERS)]:
        listed = operation(description, f"{resource}.json", "get")["parameters"]
        assert set(filters) <= {each["name"] for each in listed if each["in"] == "query"}
