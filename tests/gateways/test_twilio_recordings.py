"""Recordings over the wire: whole or not at all, with our credentials, deleted once."""

import base64
import socket
import threading
from collections.abc import Iterator

import pytest

from chalicelib.gateways.twilio_recordings import RecordingError, TwilioRecordings
from tools.listener import Answer, Request, listen

ACCOUNT = "AC" + "0" * 32
SID = "RE" + "1" * 32
PLACE = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{SID}"
WAV = b"RIFF" + bytes(range(200))


class Twilio:
    """Answers what the test has put in, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer = Answer(200, (("Content-Type", "audio/x-wav"),), WAV)
        self.asked: list[Request] = []
        self.url = ""

    def __call__(self, request: Request) -> Answer:
        self.asked.append(request)
        return self.answer


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    made = Twilio()
    running = listen(made)
    made.url = running.url
    yield made
    running.close()


def recordings(twilio: Twilio) -> TwilioRecordings:
    return TwilioRecordings(ACCOUNT, "secret", twilio.url)


def test_a_recording_comes_whole_and_with_our_credentials(twilio: Twilio) -> None:
    assert recordings(twilio).media(SID) == WAV
    (asked,) = twilio.asked
    credentials = base64.b64encode(f"{ACCOUNT}:secret".encode()).decode()
    assert (asked.method, asked.path) == ("GET", f"{PLACE}.wav")
    assert asked.header("Authorization") == f"Basic {credentials}"


def test_a_recording_that_is_not_there_yet_is_none(twilio: Twilio) -> None:
    twilio.answer = Answer(404)
    assert recordings(twilio).media(SID) is None


@pytest.mark.parametrize("answer", [Answer(500), Answer(429), Answer(401), Answer(200)])
def test_anything_else_is_tried_again_later(twilio: Twilio, answer: Answer) -> None:
    twilio.answer = answer
    with pytest.raises(RecordingError):
        recordings(twilio).media(SID)


def test_a_recording_cut_short_is_none_of_ours() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        threading.Thread(target=_cut_short, args=(server,), daemon=True).start()
        with pytest.raises(RecordingError):
            TwilioRecordings(ACCOUNT, "secret", address).media(SID)


def _cut_short(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + WAV)


def test_nobody_there_is_tried_again_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    nowhere = TwilioRecordings(ACCOUNT, "secret", f"http://127.0.0.1:{port}")
    with pytest.raises(RecordingError):
        nowhere.media(SID)
    with pytest.raises(RecordingError):
        nowhere.delete(SID)


@pytest.mark.parametrize("status", [204, 404])
def test_a_recording_that_is_gone_is_deleted(twilio: Twilio, status: int) -> None:
    twilio.answer = Answer(status)
    recordings(twilio).delete(SID)
    assert [(each.method, each.path) for each in twilio.asked] == [("DELETE", f"{PLACE}.json")]


def test_a_deletion_that_failed_is_an_error(twilio: Twilio) -> None:
    twilio.answer = Answer(500)
    with pytest.raises(RecordingError):
        recordings(twilio).delete(SID)
