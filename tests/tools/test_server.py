"""The local server: the event is API Gateway's, and what the gateway refuses is refused."""

import base64
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from chalice.app import Chalice, CloudWatchEvent, Response
from chalice.app import Request as ChaliceRequest

from tools.listener import RunningServer
from tools.server import Context, keep_requests_apart, scheduled_event, scheduled_run, serve

FORM = "application/x-www-form-urlencoded"


def tiny_app() -> Chalice:
    app = Chalice(app_name="tiny", configure_logs=False, env={})
    add_echoes(app)
    add_answers(app)
    add_nonsense(app)
    return app


def current(app: Chalice) -> ChaliceRequest:
    assert app.current_request is not None
    return app.current_request


def add_echoes(app: Chalice) -> None:
    @app.route("/event", methods=["GET", "HEAD"])
    def event() -> dict[str, Any]:
        return current(app).to_original_event()

    @app.route("/event", methods=["POST"], content_types=[FORM, "application/octet-stream"])
    def posted() -> dict[str, Any]:
        return current(app).to_original_event()

    @app.route("/visits/{visit_id}/{part}")
    def part(visit_id: str, part: str) -> dict[str, Any]:
        return {"args": [visit_id, part], "event": current(app).to_original_event()}

    @app.route("/json", methods=["POST"])
    def as_json() -> object:
        return current(app).json_body

    @app.route("/raw", methods=["POST"], content_types=["application/octet-stream"])
    def raw() -> Response:
        body = current(app).raw_body
        assert isinstance(body, bytes)
        return Response(body[::-1], {"Content-Type": "application/octet-stream"})

    @app.route("/slow/{name}")
    def slow(name: str) -> dict[str, str]:
        meeting.wait(timeout=20)
        return {"name": (current(app).uri_params or {})["name"], "argument": name}


def add_answers(app: Chalice) -> None:
    @app.route("/", methods=["GET"])
    def root() -> dict[str, bool]:
        return {"root": True}

    @app.route("/visits/last/{part}")
    def last(part: str) -> dict[str, str]:
        return {"last": part}

    @app.route("/cookies")
    def cookies() -> Response:
        return Response("", {"Set-Cookie": ["a=1", "b=2"], "Content-Type": "text/html"}, 303)


def add_nonsense(app: Chalice) -> None:
    @app.route("/broken")
    def broken() -> Response:
        return Response(b"bytes are no JSON", {"Content-Type": "text/plain"})

    @app.route("/injected")
    def injected() -> Response:
        return Response("", {"X-Said": "one\rSet-Cookie: two"})


CLIENTS = 32
meeting = threading.Barrier(CLIENTS)


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    running = serve(tiny_app())
    yield running
    running.close()


class Client:
    """One keep-alive connection."""

    def __init__(self, server: RunningServer) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)

    def ask(
        self, method: str, target: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, target, body, named)
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()

    def json(
        self, method: str, target: str, body: bytes | None = None, **headers: str
    ) -> dict[str, Any]:
        status, _, raw = self.ask(method, target, body, **headers)
        assert status == 200, raw
        row: dict[str, Any] = json.loads(raw)
        return row


@pytest.fixture
def client(server: RunningServer) -> Iterator[Client]:
    client = Client(server)
    yield client
    client.connection.close()


def test_event_has_the_route_template_and_the_path_as_it_was_sent(client: Client) -> None:
    answer = client.json("GET", "/visits/J-1%2F2%20%E5%A5%BD/a+b")
    event = answer["event"]
    assert answer["args"] == ["J-1/2 好", "a+b"]
    assert event["resource"] == "/visits/{visit_id}/{part}"
    assert event["requestContext"]["resourcePath"] == event["resource"]
    assert event["path"] == "/visits/J-1%2F2%20%E5%A5%BD/a+b"
    assert event["pathParameters"] == {"visit_id": "J-1/2 好", "part": "a+b"}


def test_event_has_the_callers_address_and_an_own_request_id(client: Client) -> None:
    first, second = client.json("GET", "/event"), client.json("GET", "/event")
    assert first["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
    assert first["requestContext"]["requestId"] != second["requestContext"]["requestId"]
    assert first["requestContext"]["httpMethod"] == first["httpMethod"] == "GET"
    assert first["requestContext"]["stage"]


def test_event_keeps_repeated_and_blank_query_parameters(client: Client) -> None:
    event = client.json("GET", "/event?a=1&a=%E5%A5%BD+b&blank=&flag")
    assert event["multiValueQueryStringParameters"] == {
        "a": ["1", "好 b"],
        "blank": [""],
        "flag": [""],
    }
    assert event["queryStringParameters"] == {"a": "好 b", "blank": "", "flag": ""}


def test_event_without_query_parameters_or_body_has_nulls(client: Client) -> None:
    event = client.json("GET", "/event")
    nulls = ["queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "body"]
    assert [event[name] for name in nulls] == [None] * 4
    assert event["isBase64Encoded"] is False


def test_event_has_headers_once_and_as_lists(client: Client) -> None:
    event = client.json("GET", "/event", X_Forwarded_For="10.0.0.9", X_Own="kept")
    assert event["headers"]["X-Own"] == "kept"
    assert event["multiValueHeaders"]["X-Own"] == ["kept"]
    assert event["headers"]["X-Forwarded-For"] == "10.0.0.9, 127.0.0.1"


def test_form_comes_as_text_with_its_blanks(client: Client) -> None:
    event = client.json("POST", "/event", b"FromCity=&Body=%FF+A", Content_Type=FORM)
    assert event["body"] == "FromCity=&Body=%FF+A"
    assert event["isBase64Encoded"] is False


def test_text_that_is_no_utf8_comes_with_replacement_characters(client: Client) -> None:
    event = client.json("POST", "/event", b"Body=\xff\xc4", Content_Type=FORM)
    assert event["body"] == "Body=��"


def test_form_route_refuses_json_with_415(client: Client) -> None:
    status, _, _ = client.ask("POST", "/event", b"{}", Content_Type="application/json")
    assert status == 415


def test_binary_type_comes_in_base64(client: Client) -> None:
    event = client.json("POST", "/event", b"\x00\xff", Content_Type="application/octet-stream")
    assert base64.b64decode(event["body"]) == b"\x00\xff"
    assert event["isBase64Encoded"] is True


def test_binary_body_goes_both_ways_untouched(client: Client) -> None:
    kind = "application/octet-stream"
    sent = bytes(range(256))
    status, headers, body = client.ask("POST", "/raw", sent, Content_Type=kind, Accept=kind)
    assert (status, headers["Content-Type"], body) == (200, kind, sent[::-1])


def test_json_route_takes_and_gives_json(client: Client) -> None:
    row = {"客户": ["A", None, 1]}
    sent = json.dumps(row).encode()
    assert client.json("POST", "/json", sent, Content_Type="application/json") == row


def test_head_has_the_headers_of_get_and_no_body(server: RunningServer) -> None:
    host = urlsplit(server.url).netloc.partition(":")
    with socket.create_connection((host[0], int(host[2])), timeout=30) as connection:
        connection.sendall(b"HEAD /event HTTP/1.1\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"Content-Length: " in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/nowhere"),
        ("GET", "/visits/only"),
        ("GET", "/visits//part"),
        ("DELETE", "/event"),
        ("HEAD", "/"),
    ],
)
def test_what_has_no_route_is_refused_as_the_gateway_refuses(
    client: Client, method: str, target: str
) -> None:
    status, _, body = client.ask(method, target)
    assert status == 403
    assert method == "HEAD" or json.loads(body) == {"message": "Missing Authentication Token"}


def test_fixed_words_win_over_names_and_a_trailing_slash_is_dropped(client: Client) -> None:
    assert client.json("GET", "/visits/last/x/") == {"last": "x"}


def test_repeated_headers_are_sent_each(client: Client) -> None:
    status, headers, _ = client.ask("GET", "/cookies")
    assert (status, headers.get_all("Set-Cookie")) == (303, ["a=1", "b=2"])


@pytest.mark.parametrize("target", ["/broken", "/injected"])
def test_response_the_gateway_refuses_is_502(client: Client, target: str) -> None:
    status, headers, body = client.ask("GET", target)
    assert (status, json.loads(body)) == (502, {"message": "Internal server error"})
    assert headers["Set-Cookie"] is None


def test_body_above_the_gateways_limit_is_413(client: Client) -> None:
    client.connection.putrequest("POST", "/event")
    client.connection.putheader("Content-Length", str(11 * 1024 * 1024))
    client.connection.endheaders()
    assert client.connection.getresponse().status == 413


def test_32_clients_at_once_each_see_their_own_request(server: RunningServer) -> None:
    def ask(name: str) -> tuple[str, str]:
        client = Client(server)
        answer = client.json("GET", f"/slow/{name}")
        client.connection.close()
        return answer["name"], answer["argument"]

    names = [f"n{number}" for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        assert list(pool.map(ask, names)) == [(name, name) for name in names]


def test_64_connections_opened_before_any_is_served_all_get_their_answer(
    server: RunningServer,
) -> None:
    clients = [Client(server) for _ in range(64)]
    for client in clients:
        client.connection.request("GET", "/event")
    assert [client.connection.getresponse().status for client in clients] == [200] * 64
    for client in clients:
        client.connection.close()


def test_close_ends_idle_connections_and_frees_the_port() -> None:
    running = serve(tiny_app())
    client = Client(running)
    client.json("GET", "/")
    running.close()
    again = serve(tiny_app(), port=urlsplit(running.url).port or 0)
    again.close()
    client.connection.close()


def test_keeping_requests_apart_twice_changes_nothing() -> None:
    app = tiny_app()
    keep_requests_apart(app)
    kind = type(app)
    keep_requests_apart(app)
    assert type(app) is kind


def test_context_counts_down_to_zero() -> None:
    assert 14_000 < Context("api", 15).get_remaining_time_in_millis() <= 15_000
    assert Context("api", 0).get_remaining_time_in_millis() == 0


def test_scheduled_function_gets_the_event_of_its_rule() -> None:
    app = tiny_app()
    seen = []

    @app.schedule("rate(1 minute)")
    def dispatch(event: CloudWatchEvent) -> None:
        seen.append((event.detail_type, event.time, event.resources))

    scheduled_run(dispatch, "dispatch")(datetime(2026, 5, 4, 7, tzinfo=UTC))
    rule = ["arn:aws:events:local:000000000000:rule/dispatch"]
    assert seen == [("Scheduled Event", "2026-05-04T07:00:00Z", rule)]
    assert scheduled_event("dispatch", datetime(2026, 5, 4, 7, tzinfo=UTC))["detail"] == {}
