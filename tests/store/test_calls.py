"""Calls, their requests and their recordings, on the real engine."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.call_records import CallEntry, CallFact, Recording
from chalicelib.core.saving import AlreadyThere
from chalicelib.store.storage import Storage
from tests.store.samples import CALL, CALL_ENTRY, CALL_FACT, CALL_SID, NOW, NUMBER, RECORDING


def test_a_call_and_its_request_are_read_in_one_trip(storage: Storage) -> None:
    assert storage.calls.with_fact(CALL_SID, "menu#1") == (None, None)
    storage.commit([CALL_FACT], [CALL])
    call, fact = storage.calls.with_fact(CALL_SID, "menu#1")
    assert (call, fact) == (replace(CALL, version=1), CALL_FACT)
    assert storage.calls.with_fact(CALL_SID, "menu#2") == (call, None)
    assert storage.calls.get(CALL_SID) == call


def test_a_request_is_kept_once(storage: Storage) -> None:
    storage.commit([CALL_FACT], [])
    with pytest.raises(AlreadyThere):
        storage.commit([replace(CALL_FACT, answer="another")], [CALL])
    assert storage.calls.get(CALL_SID) is None
    assert storage.calls.facts(CALL_SID) == [CALL_FACT]


def test_the_requests_of_a_call_come_in_their_order(storage: Storage) -> None:
    later = CallFact(CALL_SID, "code#1", NOW + timedelta(seconds=9), {})
    storage.commit([later, CALL_FACT], [CALL, RECORDING])
    assert storage.calls.facts(CALL_SID) == [CALL_FACT, later]
    assert [each.sid for each in storage.calls.recordings(CALL_SID)] == [RECORDING.sid]


def test_a_recording_is_due_until_it_is_not(storage: Storage) -> None:
    storage.commit([], [RECORDING])
    due = NOW + timedelta(hours=1)
    assert storage.calls.due(NOW, 10) == []
    assert [each.sid for each in storage.calls.due(due, 10)] == [RECORDING.sid]
    (found,) = storage.calls.due(due, 10)
    storage.commit([], [replace(found, due_at=None)])
    assert storage.calls.due(due, 10) == []
    kept = storage.calls.recording(CALL_SID, RECORDING.sid)
    assert isinstance(kept, Recording)
    assert kept.version == 2


def test_a_number_leads_to_its_calls(storage: Storage) -> None:
    earlier = CallEntry(NUMBER, NOW - timedelta(days=1), "CA" + "1" * 32)
    storage.commit([CALL_ENTRY, earlier], [])
    assert storage.calls.of_number(NUMBER) == [earlier, CALL_ENTRY]
    assert storage.calls.of_number("+85251234567") == []
