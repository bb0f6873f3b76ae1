"""Twilio's REST, asked by the real client and held against Twilio's own description."""

import http.client
import json
import os
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from requests.exceptions import ConnectionError, Timeout
from twilio.base.exceptions import (  # type: ignore[import-untyped] # has none
    TwilioException,
    TwilioRestException,
)
from twilio.rest import Client  # type: ignore[import-untyped] # has none
from twilio.rest.api.v2010.account.message import (  # type: ignore[import-untyped] # has none
    MessageInstance,
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
from tools.phone.faults import Fault
from tools.phone.message_rest import FILTERS
from tools.phone.simulator import Simulator

BESIDE = Path(__file__).parents[3].parent / "shared" / "data"
DESCRIPTION = Path(os.environ.get("SHARED_DATA", BESIDE)) / "twilio_api_v2010.json"
"""Twilio's OpenAPI description: a fact file beside the project, not a part of it."""


@pytest.fixture
def client(running: RunningServer) -> Iterator[Client]:
    client = Client(ACCOUNT.sid, ACCOUNT.auth_token)
    client.api.base_url = running.url
    yield client
    client.http_client.session.close()


def send(client: Client, to: str = HANDSET, body: str = "好吗", **more: str) -> MessageInstance:
    return client.messages.create(to=to, from_=ACCOUNT.number, body=body, **more)


def test_created_message_is_queued_and_fetched_alike(client: Client) -> None:
    created = send(client)
    fetched = client.messages(created.sid).fetch()
    assert (created.status, created.direction) == ("queued", "outbound-api")
    assert (created.date_created, created.date_sent) == (START, None)
    assert (fetched.body, fetched.to, fetched.from_) == ("好吗", HANDSET, ACCOUNT.number)
    assert fetched.num_segments == "1"


def test_sids_are_twilios_and_come_from_the_seed(make_simulator: MakeSimulator) -> None:
    def sids(seed: int) -> list[str]:
        simulator = make_simulator(seed=seed)
        return [simulator.text(HANDSET, "A").sid for _ in range(5)]

    assert sids(7) == sids(7) != sids(8)
    assert all(len(sid) == 34 and sid.startswith("SM") for sid in sids(9))


def test_16_creators_get_different_sids(client: Client) -> None:
    with ThreadPoolExecutor(16) as pool:
        sids = list(pool.map(lambda number: send(client, f"+86138000{number:05}").sid, range(64)))
    assert len(set(sids)) == 64


@pytest.mark.parametrize(
    ("parameters", "code", "status"),
    [
        pytest.param({"to": "12345"}, 21211, 400, id="no country"),
        pytest.param({"to": "+1415555"}, 21211, 400, id="too short for its country"),
        pytest.param({"to": "+86 138"}, 21211, 400, id="blanks"),
        pytest.param({"to": ""}, 21604, 400, id="no to"),
        pytest.param({"to": ACCOUNT.number}, 21266, 400, id="to ourselves"),
        pytest.param({"from_": "+14155550100"}, 21606, 400, id="not our number"),
        pytest.param({"body": ""}, 21602, 400, id="no body"),
        pytest.param({"body": "x" * 1601}, 21617, 400, id="too long"),
        pytest.param({"status_callback": "twilio/status"}, 21609, 400, id="relative callback"),
    ],
)
def test_message_twilio_refuses_is_refused_with_its_code(
    client: Client, parameters: dict[str, str], code: int, status: int
) -> None:
    plain = {"to": HANDSET, "from_": ACCOUNT.number, "body": "好吗"}
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(**{**plain, **parameters})
    assert (refused.value.code, refused.value.status) == (code, status)
    assert client.messages.list() == []


def test_message_without_a_sender_is_refused(client: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=HANDSET, body="x")
    assert refused.value.code == 21603


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"opted_out": True}, 21610),
        ({"refused_with": 21408}, 21408),
        ({"refused_with": 21635}, 21635),
    ],
)
def test_handset_can_be_set_to_be_refused(
    client: Client, simulator: Simulator, changes: dict[str, Any], code: int
) -> None:
    simulator.handsets.change(HANDSET, changes)
    with pytest.raises(TwilioRestException) as refused:
        send(client)
    assert refused.value.code == code
    send(client, "+8613800000002")


def test_wrong_token_and_wrong_account_are_refused(running: RunningServer) -> None:
    for sid, token, code in [
        (ACCOUNT.sid, "wrong", 20003),
        ("AC" + "f" * 32, ACCOUNT.auth_token, 20003),
    ]:
        other = Client(sid, token)
        other.api.base_url = running.url
        with pytest.raises(TwilioRestException) as refused:
            send(other)
        assert (refused.value.code, refused.value.status) == (code, 401)
        other.http_client.session.close()


def test_unknown_message_is_404(client: Client) -> None:
    with pytest.raises(TwilioRestException) as missing:
        client.messages("SM" + "0" * 32).fetch()
    assert (missing.value.status, missing.value.code) == (404, 20404)


def test_unknown_resource_is_404_and_a_method_not_offered_is_405(client: Client) -> None:
    with pytest.raises(TwilioException, match="404"):
        client.conferences.list()
    sid = send(client).sid
    with pytest.raises(TwilioRestException) as refused:
        client.messages(sid).update(body="")
    assert (refused.value.status, refused.value.code) == (405, 20004)


def test_list_is_newest_first_and_paged_without_a_gap(client: Client) -> None:
    sent = [send(client, body=str(number)).sid for number in range(7)]
    assert [each.sid for each in client.messages.list(page_size=3)] == sent[::-1]
    assert [each.sid for each in client.messages.list(limit=2)] == sent[:-3:-1]


def test_message_that_comes_between_two_pages_moves_nothing(client: Client) -> None:
    sent = [send(client, body=str(number)).sid for number in range(4)]
    first = client.messages.page(page_size=2)
    assert [each.sid for each in first] == sent[:1:-1]
    send(client, body="between")
    assert [each.sid for each in first.next_page()] == sent[1::-1]


def test_list_filters_by_sender_and_recipient(client: Client, simulator: Simulator) -> None:
    send(client, HANDSET)
    send(client, "+8613800000002")
    inbound = simulator.text(HANDSET, "A B A").sid
    assert [each.to for each in client.messages.list(to=HANDSET)] == [HANDSET]
    assert [each.sid for each in client.messages.list(from_=HANDSET)] == [inbound]
    assert len(client.messages.list(to=ACCOUNT.number, from_=HANDSET)) == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"date_sent": "2026-05-02"}, "2"),
        ({"date_sent_after": "2026-05-02"}, "32"),
        ({"date_sent_before": "2026-05-02"}, "21"),
        ({"date_sent_after": datetime(2026, 5, 2, 1, 0, tzinfo=UTC)}, "32"),
        ({"date_sent_after": datetime(2026, 5, 2, 1, 0, 1, tzinfo=UTC)}, "3"),
        ({"date_sent_before": datetime(2026, 5, 2, 0, 59, tzinfo=UTC)}, "1"),
    ],
)
def test_list_filters_by_date_sent_with_both_ends(
    client: Client, simulator: Simulator, query: dict[str, Any], expected: str
) -> None:
    for day in (1, 2, 3):
        simulator.move(START + timedelta(days=day - 1))
        send(client, body=str(day))
        simulator.settle()
    assert "".join(each.body for each in client.messages.list(**query)) == expected


@pytest.mark.parametrize(
    "query", ["DateSent=soon", "PageSize=0", "PageSize=x", "Page=-1", "PageToken=PAnone"]
)
def test_list_refuses_what_it_cannot_read(running: RunningServer, query: str) -> None:
    status, body = ask(running, f"Messages.json?{query}")
    assert (status, body["code"]) == (400, 20001)


def test_statuses_are_told_to_the_callback_and_seen_in_the_message(
    client: Client, simulator: Simulator, service: FakeService
) -> None:
    message = send(client, status_callback=f"{PUBLIC}/twilio/status/v1#rc=2")
    assert service.told == []
    simulator.settle()
    assert [path for path, _ in service.told] == ["/twilio/status/v1"] * 3
    assert service.statuses() == ["queued", "sent", "delivered"]
    assert "Body" not in service.told[0][1]
    assert service.told[0][1]["MessageSid"] == message.sid
    assert message.fetch().status == "delivered"
    assert message.fetch().date_sent == START


@pytest.mark.parametrize(
    ("changes", "statuses", "code"),
    [
        ({"delivery": "undelivered"}, ["queued", "sent", "undelivered"], "30003"),
        ({"delivery": "failed", "error_code": 30007}, ["queued", "failed"], "30007"),
        ({"delivery": "sent"}, ["queued", "sent"], None),
    ],
)
def test_handset_can_be_set_to_fail(
    client: Client,
    simulator: Simulator,
    service: FakeService,
    changes: dict[str, Any],
    statuses: list[str],
    code: str | None,
) -> None:
    simulator.handsets.change(HANDSET, changes)
    message = send(client, status_callback=f"{PUBLIC}/twilio/status/v1")
    simulator.settle()
    assert service.statuses() == statuses
    assert service.told[-1][1].get("ErrorCode") == code
    assert message.fetch().error_code == (int(code) if code else None)


def test_threaded_callbacks_come_by_themselves(make_simulator: MakeSimulator) -> None:
    simulator = make_simulator("threaded")
    simulator.rest.answer(created_by_hand())
    simulator.settle()
    assert [each.reply.status for each in simulator.webhooks.exchanges] == [200] * 3


def created_by_hand() -> Request:
    basic = b64encode(f"{ACCOUNT.sid}:{ACCOUNT.auth_token}".encode()).decode()
    form = (
        f"To=%2B8613800000001&From=%2B14155550199&Body=x&StatusCallback={PUBLIC}/twilio/status/v1"
    )
    path = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Messages.json"
    return Request("POST", path, (("Authorization", f"Basic {basic}"),), form.encode())


@pytest.mark.parametrize("header", ["", "Basic", "Basic ~", "Bearer x", "Basic eDp5"])
def test_request_without_the_accounts_credentials_is_401(simulator: Simulator, header: str) -> None:
    request = Request("GET", created_by_hand().path, (("Authorization", header),))
    answer = simulator.rest.answer(request)
    assert isinstance(answer, Answer)
    assert answer.status == 401


def test_429_is_refused_and_never_processed(client: Client, simulator: Simulator) -> None:
    simulator.faults.put(Fault("rest", "429"))
    with pytest.raises(TwilioRestException) as refused:
        send(client)
    assert (refused.value.status, refused.value.code) == (429, 20429)
    assert client.messages.list() == []
    assert simulator.faults.waiting() == []


@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    ("fault", "failure"),
    [("500", TwilioRestException), ("lost", ConnectionError), ("timeout", ConnectionError)],
)
def test_ambiguous_failure_may_have_been_processed(
    client: Client,
    simulator: Simulator,
    fault: str,
    failure: type[Exception],
    when: str,
    kept: int,
) -> None:
    simulator.faults.put(Fault("create", fault, when=when, seconds=1))
    with pytest.raises(failure):
        send(client)
    assert len(client.messages.list()) == kept


def test_timeout_lasts_until_the_client_gives_up(client: Client, simulator: Simulator) -> None:
    client.http_client.timeout = 0.2
    simulator.faults.put(Fault("create", "timeout"))
    with pytest.raises(Timeout):
        send(client)


def test_late_message_leaves_the_queue_on_the_clock(
    client: Client, simulator: Simulator, service: FakeService
) -> None:
    simulator.faults.put(Fault("create", "late", seconds=600))
    message = send(client, status_callback=f"{PUBLIC}/twilio/status/v1")
    simulator.move(START + timedelta(seconds=599))
    assert (message.fetch().status, service.statuses()) == ("queued", ["queued"])
    simulator.move(START + timedelta(seconds=900))
    assert service.statuses() == ["queued", "sent", "delivered"]
    assert message.fetch().date_sent == START + timedelta(seconds=600)


def ask(running: RunningServer, resource: str) -> tuple[int, Any]:
    request = created_by_hand()
    connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=20)
    target = f"/2010-04-01/Accounts/{ACCOUNT.sid}/{resource}"
    connection.request("GET", target, headers=dict(request.headers))
    response = connection.getresponse()
    body = json.loads(response.read())
    connection.close()
    return response.status, body


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    if not DESCRIPTION.exists():
        pytest.skip(f"Twilio's description is not at {DESCRIPTION}")
    described: dict[str, Any] = json.loads(DESCRIPTION.read_text("utf-8"))
    return described


def test_answers_have_what_twilio_describes(
    client: Client, running: RunningServer, description: dict[str, Any]
) -> None:
    schemas = description["components"]["schemas"]
    listing = described(description, "Messages.json", "get")["responses"]["200"]
    page_properties = listing["content"]["application/json"]["schema"]["properties"]
    sid = send(client).sid
    _, page = ask(running, "Messages.json?PageSize=1")
    _, message = ask(running, f"Messages/{sid}.json")
    assert set(page) == set(page_properties)
    assert page["messages"] == [message]
    assert set(message) == set(schemas["api.v2010.account.message"]["properties"])
    assert message["status"] in schemas["message_enum_status"]["enum"]
    assert message["direction"] in schemas["message_enum_direction"]["enum"]


def test_parameters_understood_are_twilios(description: dict[str, Any]) -> None:
    create = described(description, "Messages.json", "post")["requestBody"]["content"]
    schema = create["application/x-www-form-urlencoded"]["schema"]
    assert schema["required"] == ["To"]
    ours = {"To", "From", "MessagingServiceSid", "Body", "StatusCallback"}
    assert ours <= set(schema["properties"])
    listed = described(description, "Messages.json", "get")["parameters"]
    assert {*FILTERS, "PageSize", "Page", "PageToken"} == {
        each["name"] for each in listed if each["in"] == "query"
    }


def described(description: dict[str, Any], resource: str, method: str) -> dict[str, Any]:
    paths = description["paths"]
    operation: dict[str, Any] = paths[f"/2010-04-01/Accounts/{{AccountSid}}/{resource}"][method]
    return operation
