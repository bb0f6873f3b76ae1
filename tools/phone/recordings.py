"""Recordings: what was said at a Record or during a Dial, kept until the service deletes it.

A recording is there for fetching a moment after it was made, when its status callback goes out; at
the moment its verb's action is requested it is not there yet, as with Twilio.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from tools.phone.account import API_VERSION, Account, Sids
from tools.phone.calls import Call
from tools.phone.deliveries import Deliveries
from tools.phone.faults import Faults
from tools.phone.webhooks import Webhooks

TOO_SHORT: Final = 16101
SILENT: Final = 16102
"""Why a recording is absent, in Twilio's codes."""

ABSENT: Final = frozenset({"absent"})


@dataclass(frozen=True)
class Recording:
    """One recording; `seconds` is its length after trimming."""

    sid: str
    call_sid: str
    handset: str
    seconds: int
    status: str
    source: str
    created: datetime
    updated: datetime
    url: str
    channels: int = 1
    error_code: int | None = None


@dataclass(frozen=True)
class Subscription:
    """Whom to tell of a recording, and of which of `in-progress`, `completed`, `absent`."""

    url: str | None = None
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass
class Recordings:
    """All recordings of the account. `base_url` is the API's address in the RecordingUrl."""

    account: Account
    sids: Sids
    webhooks: Webhooks
    deliveries: Deliveries
    faults: Faults
    now: Callable[[], datetime]
    base_url: str = "https://api.twilio.com"
    _by_sid: dict[str, Recording] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, call: Call, source: str, told: Subscription, channels: int = 1) -> Recording:
        """A recording that has begun, and the callback that says so."""
        now, sid = self.now(), self.sids.new("RE")
        recording = Recording(
            sid=sid,
            call_sid=call.sid,
            handset=call.handset,
            seconds=0,
            status="in-progress",
            source=source,
            created=now,
            updated=now,
            url=self._url(sid),
            channels=channels,
        )
        self._keep(recording)
        self._tell(recording, told)
        return recording

    def stop(
        self, recording: Recording, seconds: int, told: Subscription, error_code: int | None = None
    ) -> None:
        """It is over after `seconds`; a moment later it is there, or absent for `error_code`."""
        self._keep(replace(recording, status="processing", seconds=seconds))
        self.deliveries.put(lambda: self._finish(recording.sid, told, error_code))

    def _finish(self, sid: str, told: Subscription, error_code: int | None) -> None:
        recording = self.find(sid)
        if recording is None:
            return
        error_code = error_code or self.lost(recording)
        if error_code:
            changes = replace(recording, status="absent", seconds=0, error_code=error_code)
        else:
            changes = replace(recording, status="completed")
        finished = replace(changes, updated=self.now())
        self._keep(finished)
        self._tell(finished, told)

    def lost(self, recording: Recording) -> int | None:
        """Twilio's code where a fault has it that this one could not be kept."""
        return SILENT if self.faults.take("recording", recording.handset, ABSENT) else None

    def _tell(self, recording: Recording, told: Subscription) -> None:
        if told.url is None or recording.status not in told.events:
            return
        params = self.parameters(recording)
        hook = self.webhooks.webhook(
            "recording", told.url, recording.handset, params, method=told.method
        )
        self.deliveries.put(lambda: self.webhooks.send(hook))

    def parameters(self, recording: Recording) -> dict[str, str]:
        """Of a recording's status callback: neither From nor To is among them."""
        params = {
            "AccountSid": self.account.sid,
            "CallSid": recording.call_sid,
            "RecordingChannels": str(recording.channels),
            "RecordingDuration": str(recording.seconds),
            "RecordingSid": recording.sid,
            "RecordingSource": recording.source,
            "RecordingStartTime": format_datetime(recording.created),
            "RecordingStatus": recording.status,
            "RecordingUrl": recording.url,
        }
        return params | ({"ErrorCode": str(recording.error_code)} if recording.error_code else {})

    def _url(self, sid: str) -> str:
        """Where its bytes are; with `.wav` or `.mp3` in that format, with `.json` the resource."""
        return f"{self.base_url}/{API_VERSION}/Accounts/{self.account.sid}/Recordings/{sid}"

    def find(self, sid: str) -> Recording | None:
        with self._lock:
            return self._by_sid.get(sid)

    def delete(self, sid: str) -> bool:
        """Forget it; False where there is none."""
        with self._lock:
            return self._by_sid.pop(sid, None) is not None

    def all(self) -> Sequence[Recording]:
        """Every recording, oldest first."""
        with self._lock:
            return list(self._by_sid.values())

    def _keep(self, recording: Recording) -> None:
        with self._lock:
            self._by_sid[recording.sid] = recording


def read_subscription(attributes: Mapping[str, str], resolve: Callable[[str], str]) -> Subscription:
    """What a verb's recordingStatusCallback attributes ask for; `resolve` makes URLs absolute."""
    url = attributes.get("recordingStatusCallback")
    return Subscription(
        resolve(url) if url else None,
        attributes.get("recordingStatusCallbackMethod", "POST"),
        frozenset(attributes.get("recordingStatusCallbackEvent", "completed").split()),
    )
