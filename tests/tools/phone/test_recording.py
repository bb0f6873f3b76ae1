"""Recordings: how they end, what is told of them, their bytes, and the account's other doors."""

import http.client
import io
import wave
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from twilio.base.exceptions import (  # type: ignore[import-untyped] # has none
    TwilioRestException,
)
from twilio.rest import Client  # type: ignore[import-untyped] # has none

from tests.tools.phone.fake_service import (
    ACCOUNT,
    HANDSET,
    PUBLIC,
    START,
    FakeService,
    MakeSimulator,
)
from tools.listener import RunningServer
from tools.phone.faults import Fault
from tools.phone.simulator import Simulator

TOLD = 'recordingStatusCallback="/prod/told" recordingStatusCallbackEvent="completed absent"'
RECORD = f'<Record action="/prod/kept" {TOLD}'


@pytest.fixture
def client(running: RunningServer) -> Iterator[Client]:
    client = Client(ACCOUNT.sid, ACCOUNT.auth_token)
    client.api.base_url = running.url
    yield client
    client.http_client.session.close()


def record(service: FakeService, attributes: str = "", after: str = "<Say>after</Say>") -> None:
    service.voice(f"{RECORD} {attributes}/>{after}")
    service.voice("<Say>kept</Say>", "/kept")


@pytest.mark.parametrize(
    ("attributes", "script", "digits", "heard_s", "kept_s"),
    [
        pytest.param("", ["speak:8", "wait"], "", 13, 8, id="silence ends it"),
        pytest.param('timeout="2"', ["speak:8", "listen"], "", 10, 8, id="a shorter silence"),
        pytest.param("", ["speak:8", "#"], "#", 8, 8, id="hash ends it"),
        pytest.param("", ["speak:8", "5"], "5", 8, 8, id="any key ends it"),
        pytest.param('finishOnKey="#"', ["speak:8", "12#4"], "#", 8, 8, id="keys, then the hash"),
        pytest.param('finishOnKey="#"', ["speak:8", "1"], "", 13, 8, id="a key that ends nothing"),
        pytest.param('finishOnKey=""', ["speak:8", "#"], "", 13, 8, id="no key ends it"),
        pytest.param("", ["speak:8", "hangup"], "hangup", 8, 8, id="hang-up ends it"),
        pytest.param("", ["speak:8"], "hangup", 8, 8, id="so does the end of the script"),
        pytest.param('maxLength="5"', ["speak:8", "wait"], "", 5, 5, id="the tape is full"),
        pytest.param("", ["wait:3", "speak:4", "wait:2", "#"], "#", 9, 4, id="silence is trimmed"),
        pytest.param(
            'trim="do-not-trim"', ["wait:3", "speak:4", "wait:2", "#"], "#", 9, 9, id="or not"
        ),
        pytest.param("", ["speak:2", "wait:4", "speak:2", "#"], "#", 8, 8, id="pause between"),
        pytest.param("", ["speak:2", "wait:5", "speak:2"], "", 7, 2, id="pause too long"),
        pytest.param('timeout="0" maxLength="60"', ["speak:2", "wait"], "", 60, 2, id="patience"),
        pytest.param("", ["wait"], "", 5, 5, id="nothing said is kept as silence"),
    ],
)
def test_recording_ends_and_is_told(
    simulator: Simulator,
    service: FakeService,
    attributes: str,
    script: list[str],
    digits: str,
    heard_s: int,
    kept_s: int,
) -> None:
    record(service, attributes)
    result = simulator.call(HANDSET, script)
    (kept,), (told,) = service.heard("/kept"), service.heard("/told")
    assert (kept["Digits"], kept["RecordingDuration"]) == (digits, str(heard_s))
    assert kept["RecordingSid"] == told["RecordingSid"] == result.recordings[0]
    assert kept["CallStatus"] == ("completed" if digits == "hangup" else "in-progress")
    assert kept["RecordingUrl"] == told["RecordingUrl"]
    assert {name: told[name] for name in told if name != "RecordingUrl"} == {
        "AccountSid": ACCOUNT.sid,
        "CallSid": result.sid,
        "RecordingChannels": "1",
        "RecordingDuration": str(kept_s),
        "RecordingSid": result.recordings[0],
        "RecordingSource": "RecordVerb",
        "RecordingStartTime": "Fri, 01 May 2026 01:00:00 +0000",
        "RecordingStatus": "completed",
    }
    assert result.said == ("" if digits == "hangup" else "kept")
    assert result.errors == []


def test_hang_up_during_the_recording_leaves_the_answer_unheard(
    simulator: Simulator, service: FakeService
) -> None:
    record(service)
    result = simulator.call(HANDSET, ["speak:9", "hangup"])
    assert (result.said, result.ended, result.status) == ("", "caller hung up", "completed")
    assert result.documents == 2
    assert result.done[-1].sent["Digits"] == "hangup"


def test_unheard_answer_that_twilio_refuses_is_complained_of_all_the_same(
    simulator: Simulator, service: FakeService
) -> None:
    record(service)
    service.documents["/kept"] = b"oops"
    result = simulator.call(HANDSET, ["speak:9", "hangup"])
    assert [each.code for each in result.errors] == [12100]
    assert result.ended == "caller hung up"


def test_hang_up_right_after_the_beep_leaves_no_recording(
    simulator: Simulator, service: FakeService
) -> None:
    record(service)
    result = simulator.call(HANDSET, ["hangup"])
    (kept,), (told,) = service.heard("/kept"), service.heard("/told")
    assert (kept["Digits"], kept["RecordingDuration"]) == ("hangup", "0")
    assert (told["RecordingStatus"], told["RecordingDuration"]) == ("absent", "0")
    assert told["ErrorCode"] == "16101"
    recording = simulator.recordings.find(result.recordings[0])
    assert recording is not None
    assert recording.status == "absent"


@pytest.mark.parametrize(
    ("attributes", "script", "said", "asked"),
    [
        ("", ["wait"], "after", 0),
        ("", ["hangup"], "", 0),
        ("", ["speak:1", "wait"], "kept", 1),
        ('trim="do-not-trim"', ["wait"], "kept", 1),
    ],
)
def test_account_that_drops_silence_goes_on_with_the_document(
    make_simulator: MakeSimulator,
    service: FakeService,
    attributes: str,
    script: list[str],
    said: str,
    asked: int,
) -> None:
    record(service, attributes)
    result = make_simulator(drops_silence=True).call(HANDSET, script)
    assert (result.said, len(service.heard("/kept"))) == (said, asked)
    status = "completed" if asked else "absent"
    assert [each["RecordingStatus"] for each in service.heard("/told")] == [status]


@pytest.mark.parametrize(
    ("script", "asked"), [(["wait"], 0), (["speak:8", "#"], 1)], ids=["silent", "spoken"]
)
def test_fault_makes_a_recording_absent(
    simulator: Simulator, service: FakeService, script: list[str], asked: int
) -> None:
    record(service)
    simulator.faults.put(Fault("recording", "absent"))
    simulator.call(HANDSET, script)
    assert len(service.heard("/kept")) == asked
    (told,) = service.heard("/told")
    assert (told["RecordingStatus"], told["ErrorCode"]) == ("absent", "16102")
    assert simulator.faults.waiting() == []


def test_only_events_asked_for_are_told(simulator: Simulator, service: FakeService) -> None:
    service.voice('<Record action="/prod/kept" recordingStatusCallback="/prod/told"/>')
    simulator.call(HANDSET, ["hangup"])
    assert service.heard("/told") == []
    service.voice(
        '<Record action="/prod/kept" recordingStatusCallback="/prod/told"'
        ' recordingStatusCallbackEvent="in-progress completed"/>'
    )
    simulator.call(HANDSET, ["speak:1"])
    assert [each["RecordingStatus"] for each in service.heard("/told")] == [
        "in-progress",
        "completed",
    ]


def test_beep_is_heard_unless_switched_off(simulator: Simulator, service: FakeService) -> None:
    record(service)
    heard = simulator.call(HANDSET, []).heard
    assert (heard[0].verb, heard[0].heard) == ("Record", "(beep)")
    assert heard[0].asked == {
        "finish_on_key": "1234567890*#",
        "timeout": 5,
        "seconds": 3600,
        "action": "/prod/kept",
    }
    record(service, 'playBeep="false"')
    assert simulator.call(HANDSET, []).heard[0].heard == ""


def test_recording_is_not_there_yet_when_its_action_is_asked_for(
    simulator: Simulator, service: FakeService
) -> None:
    statuses: list[str] = []

    def kept() -> bytes:
        statuses.extend(each.status for each in simulator.recordings.all())
        return b"<Response/>"

    record(service)
    service.documents["/kept"] = kept
    simulator.call(HANDSET, ["speak:2", "#"])
    assert statuses == ["processing"]
    assert [each.status for each in simulator.recordings.all()] == ["completed"]


@pytest.mark.parametrize(
    ("fault", "order"),
    [
        (Fault("recording", "twice"), [0, 0, 1]),
        (Fault("recording", "twice", copies=4, seconds=60), [0, 1, 0, 0, 0]),
        (Fault("recording", "out_of_order"), [1, 0]),
        (Fault("recording", "late", seconds=60), [1, 0]),
        (Fault("recording", "lost"), [1]),
    ],
)
def test_callbacks_come_late_twice_in_another_order_or_never(
    simulator: Simulator, service: FakeService, fault: Fault, order: list[int]
) -> None:
    record(service)
    simulator.faults.put(fault)
    sids = [simulator.call(HANDSET, ["speak:2", "#"]).recordings[0] for _ in range(2)]
    simulator.move(START + timedelta(hours=1))
    assert [each["RecordingSid"] for each in service.heard("/told")] == [sids[at] for at in order]


def test_failed_callback_is_repeated_as_its_url_says(
    simulator: Simulator, service: FakeService
) -> None:
    told = f"{PUBLIC}/told#rc=2&amp;rp=5xx"
    service.voice(f'<Record action="/prod/kept" recordingStatusCallback="{told}"/>')
    simulator.faults.put(Fault("recording", "500", times=2, when="after"))
    simulator.call(HANDSET, ["speak:2", "#"])
    assert len(service.heard("/told")) == 3


def fetch(url: str, method: str = "GET", token: str = ACCOUNT.auth_token) -> tuple[int, str, bytes]:
    parts = urlsplit(url)
    basic = b64encode(f"{ACCOUNT.sid}:{token}".encode()).decode()
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.request(method, parts.path, headers={"Authorization": f"Basic {basic}"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, response.headers["Content-Type"], body


@pytest.fixture
def url(running: RunningServer, simulator: Simulator, service: FakeService) -> str:
    """The RecordingUrl the service was told of 8 seconds."""
    record(service)
    simulator.call(HANDSET, ["speak:8", "#"])
    told = service.heard("/told")[-1]["RecordingUrl"]
    assert told.startswith(running.url)
    return told


def test_bytes_are_a_wave_of_that_length_behind_the_accounts_credentials(url: str) -> None:
    status, media_type, body = fetch(url)
    assert (status, media_type) == (200, "audio/x-wav")
    with wave.open(io.BytesIO(body)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 8000)
        assert sound.getnframes() == 8 * 8000
        assert any(sound.readframes(100))
    assert fetch(url + ".wav") == (200, "audio/x-wav", body)
    assert fetch(url, method="HEAD")[0] == 200
    assert fetch(url, token="wrong")[0] == 401
    assert fetch(url + ".ogg")[0] == 404


def test_bytes_are_given_as_mp3_too(url: str) -> None:
    status, media_type, body = fetch(url + ".mp3")
    assert (status, media_type) == (200, "audio/mpeg")
    assert len(body) % 104 == 0
    frames = [body[at : at + 4] for at in range(0, len(body), 104)]
    assert set(frames) == {b"\xff\xf3\x40\xc4"}
    assert len(frames) * 576 / 22050 == pytest.approx(8, abs=0.03)


def test_two_recordings_of_one_length_have_different_bytes(
    url: str, simulator: Simulator, service: FakeService
) -> None:
    simulator.call(HANDSET, ["speak:8", "#"])
    other = service.heard("/told")[-1]["RecordingUrl"]
    assert fetch(other)[2] != fetch(url)[2]
    assert fetch(other + ".mp3")[2] != fetch(url + ".mp3")[2]


def test_recording_is_fetched_listed_and_deleted_by_the_real_client(
    client: Client, url: str
) -> None:
    sid = url.rpartition("/")[2]
    recording = client.recordings(sid).fetch()
    assert (recording.duration, recording.status, recording.source) == (
        "8",
        "completed",
        "RecordVerb",
    )
    assert (recording.channels, recording.error_code) == (1, None)
    assert recording.media_url == url
    call = recording.call_sid
    assert [each.sid for each in client.recordings.list(call_sid=call)] == [sid]
    assert [each.sid for each in client.calls(call).recordings.list()] == [sid]
    assert client.recordings.list(call_sid="CA" + "0" * 32) == []
    assert client.recordings(sid).delete()
    assert fetch(url)[0] == 404
    assert client.recordings.list() == []
    for again in (client.recordings(sid).fetch, client.recordings(sid).delete):
        with pytest.raises(TwilioRestException) as gone:
            again()
        assert gone.value.status == 404


def test_absent_recording_has_no_bytes(
    client: Client, running: RunningServer, simulator: Simulator, service: FakeService
) -> None:
    record(service)
    sid = simulator.call(HANDSET, ["hangup"]).recordings[0]
    recording = client.recordings(sid).fetch()
    assert (recording.status, recording.error_code) == ("absent", 16101)
    assert fetch(recording.media_url)[0] == 404


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault("media", "500"), 500), (Fault("media", "429"), 429)],
)
def test_bytes_can_fail_to_come(url: str, simulator: Simulator, fault: Fault, status: int) -> None:
    simulator.faults.put(fault)
    assert fetch(url)[0] == status
    assert fetch(url)[0] == 200


def test_deletion_can_be_done_and_its_answer_lost(
    client: Client, url: str, simulator: Simulator
) -> None:
    simulator.faults.put(Fault("delete", "500", when="after"))
    with pytest.raises(TwilioRestException):
        client.recordings(url.rpartition("/")[2]).delete()
    assert fetch(url)[0] == 404


def test_recording_of_another_call_is_404(client: Client, url: str) -> None:
    sid = url.rpartition("/")[2]
    with pytest.raises(TwilioRestException) as missing:
        client.calls("CA" + "0" * 32).recordings(sid).fetch()
    assert missing.value.status == 404
