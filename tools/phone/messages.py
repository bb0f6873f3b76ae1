"""Messages as Twilio keeps them: one record each, inbound and outbound."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tools.phone.account import Sids


@dataclass(frozen=True)
class Message:
    """One message; instants are the simulator's, in UTC."""

    sid: str
    direction: str
    sender: str
    recipient: str
    body: str
    status: str
    created: datetime
    updated: datetime
    sent: datetime | None = None
    error_code: int | None = None
    messaging_service_sid: str | None = None


class Messages:
    """All messages of the account, in the order they came to be."""

    def __init__(self, sids: Sids) -> None:
        self._sids = sids
        self._lock = threading.Lock()
        self._by_sid: dict[str, Message] = {}

    def add(
        self,
        *,
        direction: str,
        sender: str,
        recipient: str,
        body: str,
        status: str,
        now: datetime,
        error_code: int | None = None,
        messaging_service_sid: str | None = None,
    ) -> Message:
        """A new message under a new SID; received ones count as sent at `now`."""
        message = Message(
            sid=self._sids.new("SM"),
            direction=direction,
            sender=sender,
            recipient=recipient,
            body=body,
            status=status,
            created=now,
            updated=now,
            sent=now if status == "received" else None,
            error_code=error_code,
            messaging_service_sid=messaging_service_sid,
        )
        with self._lock:
            self._by_sid[message.sid] = message
        return message

    def advance(self, sid: str, status: str, now: datetime, error_code: int | None) -> Message:
        """The message in its next status; it was sent when it first left the queue."""
        with self._lock:
            before = self._by_sid[sid]
            sent = before.sent or (None if status in {"queued", "failed"} else now)
            after = replace(before, status=status, updated=now, sent=sent, error_code=error_code)
            self._by_sid[sid] = after
        return after

    def find(self, sid: str) -> Message | None:
        with self._lock:
            return self._by_sid.get(sid)

    def all(self) -> Sequence[Message]:
        """Every message, oldest first."""
        with self._lock:
            return list(self._by_sid.values())

    def with_number(self, number: str) -> Sequence[Message]:
        """The thread of one handset, oldest first."""
        return [each for each in self.all() if number in {each.sender, each.recipient}]
