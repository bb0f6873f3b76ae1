"""What was recorded is kept, whatever happens to its news; only then Twilio deletes its own."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.stage import ACCOUNT
from tests.web.calling import HONG_KONG, Line, line, params, sid

__all__ = ["line"]


def recorded(line: Line, *acts: str) -> tuple[str, str]:
    """A complaint of some seconds; the ids of the call and of its recording."""
    heard = line.call(HONG_KONG, "1", *(acts or ("speak:8", "wait")))
    return heard.sid, heard.recordings[0]


def fetch(line: Line, after: timedelta = timedelta(0)) -> None:
    line.stage.move(line.stage.now + after)
    line.stage.wiring.recordings.run(line.stage.now)


def at_twilio(line: Line) -> list[str]:
    return [each.sid for each in line.stage.simulator.recordings.all()]


def blob(line: Line, recording: str) -> Path:
    return line.stage.folder / "blobs" / "recordings" / f"{recording}.wav"


def test_a_recording_is_copied_checked_and_then_deleted_at_twilio(line: Line) -> None:
    call, recording = recorded(line)
    assert at_twilio(line) == [recording]
    fetch(line)
    (kept,) = line.stage.storage.calls.recordings(call)
    content = blob(line, recording).read_bytes()
    assert content.startswith(b"RIFF")
    assert (kept.size, kept.status) == (len(content), "completed")
    assert len(kept.sha256) == 64
    assert kept.deleted_at == line.stage.now
    assert at_twilio(line) == []
    assert line.cases(HONG_KONG)[0].recording == kept.key


def test_the_callback_may_come_before_the_call_says_that_it_was_recorded(line: Line) -> None:
    line.post("/twilio/voice", params())
    line.post("/twilio/voice/menu/1", params(Digits="1"))
    news = {
        "CallSid": sid(1),
        "AccountSid": ACCOUNT.sid,
        "RecordingSid": f"RE{7:032x}",
        "RecordingStatus": "completed",
        "RecordingDuration": "16",
    }
    assert line.post("/twilio/recording", news).status == 200
    (case,) = line.cases(HONG_KONG)
    told = line.post(
        "/twilio/voice/recorded/1",
        params(Digits="hangup", CallStatus="completed", RecordingSid=news["RecordingSid"]),
    )
    assert told.status == 200
    assert [each.number for each in line.cases(HONG_KONG)] == [case.number]
    assert line.listed("missed_call") == []


def test_a_recording_of_a_call_that_we_never_saw_makes_a_case(line: Line) -> None:
    news = {
        "CallSid": sid(9),
        "AccountSid": ACCOUNT.sid,
        "RecordingSid": f"RE{9:032x}",
        "RecordingStatus": "completed",
        "RecordingDuration": "16",
    }
    line.post("/twilio/recording", news)
    (case,) = line.cases()
    assert (case.call, case.phone) == (sid(9), "")


@pytest.mark.parametrize("fault", ["twice", "late", "out_of_order", "lost"])
def test_recordings_survive_what_happens_to_their_callbacks(line: Line, fault: str) -> None:
    line.stage.fault("recording", fault, times=2)
    recorded(line)
    recorded(line)
    line.stage.move(line.stage.now + timedelta(minutes=10))
    fetch(line)
    assert at_twilio(line) == []
    cases = line.cases(HONG_KONG)
    assert len(cases) == 2
    assert all(blob(line, case.recording[11:-4]).exists() for case in cases)


def test_an_absent_recording_leaves_the_case_and_asks_for_a_call(line: Line) -> None:
    recorded(line, "hangup")
    (case,) = line.cases(HONG_KONG)
    (row,) = line.listed("recording_absent")
    assert row.values == {"phone": HONG_KONG, "case": case.number}
    fetch(line, timedelta(hours=1))
    assert line.stage.storage.calls.due(line.stage.now, 10) == []


@pytest.mark.parametrize("fault", ["500", "429", "timeout", "lost"])
def test_a_recording_that_cannot_be_fetched_now_is_fetched_later(line: Line, fault: str) -> None:
    _, recording = recorded(line)
    line.stage.fault("media", fault, seconds=0)
    fetch(line)
    assert not blob(line, recording).exists()
    assert at_twilio(line) == [recording]
    fetch(line, timedelta(minutes=3))
    assert blob(line, recording).exists()
    assert at_twilio(line) == []


def test_a_deletion_that_fails_is_repeated_and_nothing_is_fetched_again(line: Line) -> None:
    call, recording = recorded(line)
    line.stage.fault("delete", "500")
    fetch(line)
    assert at_twilio(line) == [recording]
    fetch(line, timedelta(minutes=3))
    assert at_twilio(line) == []
    (kept,) = line.stage.storage.calls.recordings(call)
    assert kept.attempts == 2


def test_a_copy_that_is_not_what_was_stored_keeps_the_original(line: Line) -> None:
    _, recording = recorded(line)
    line.stage.fault("delete", "500")
    fetch(line)
    blob(line, recording).write_bytes(b"tampered")
    fetch(line, timedelta(minutes=3))
    assert at_twilio(line) == [recording]


def test_a_recording_that_never_appears_ends_on_the_call_list(line: Line) -> None:
    recorded(line)
    (only,) = line.stage.simulator.recordings.all()
    line.stage.simulator.recordings.delete(only.sid)
    for _ in range(14):
        fetch(line, timedelta(hours=13))
    (row,) = [each for each in line.listed() if each.what == "recording_lost"]
    assert row.values["phone"] == HONG_KONG
