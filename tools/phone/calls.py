"""Calls as Twilio keeps them, one record a leg, and what each was like."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from tools.phone.account import API_VERSION, Account, Sids
from tools.phone.call_result import CallResult
from tools.phone.phone_numbers import SIP, country

SIP_DOMAIN: Final = "huifang.sip.twilio.com"

PASSING_ON: Final = "%7B%22parentCallInfoToken%22%3A%22eyJhbGciOi...%22%7D"
"""Twilio's own CallToken for passing a call on, percent signs and all."""

FINAL: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
"""Statuses of a call that is over."""


@dataclass(frozen=True)
class Call:
    """One leg; instants are the simulator's, in UTC. `ended` lies as far after `started` as the
    call took: the clock itself stands still during a call.
    """

    sid: str
    direction: str
    sender: str
    recipient: str
    status: str
    created: datetime
    updated: datetime
    started: datetime | None = None
    ended: datetime | None = None
    parent_sid: str | None = None
    extra: Mapping[str, str] | None = None

    @property
    def handset(self) -> str:
        """The phone at the other end from Twilio."""
        return self.sender if self.direction == "inbound" else self.recipient

    @property
    def seconds(self) -> int | None:
        """How long it took, begun seconds full; None while it lasts or when nobody answered."""
        if self.started is None or self.ended is None:
            return None
        return ceil((self.ended - self.started).total_seconds())

    @property
    def is_over(self) -> bool:
        return self.status in FINAL


class Calls:
    """All calls of the account, in the order they came to be, with their results."""

    def __init__(self, sids: Sids) -> None:
        self._sids = sids
        self._lock = threading.Lock()
        self._by_sid: dict[str, Call] = {}
        self._results: dict[str, CallResult] = {}

    def add(
        self,
        *,
        direction: str,
        sender: str,
        recipient: str,
        status: str,
        now: datetime,
        parent_sid: str | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> Call:
        """A new leg under a new SID; `extra` goes along with, or replaces, its parameters."""
        sid = self._sids.new("CA")
        call = Call(
            sid=sid,
            direction=direction,
            sender=sender,
            recipient=recipient,
            status=status,
            created=now,
            updated=now,
            parent_sid=parent_sid,
            extra=extra,
        )
        with self._lock:
            self._by_sid[sid] = call
            began = now.isoformat()
            self._results[sid] = CallResult(sid, direction, sender, recipient, status, began)
        return call

    def advance(self, sid: str, status: str, now: datetime, seconds: float = 0) -> Call:
        """The call in its next status; `seconds` is how long it has lasted where it ends."""
        with self._lock:
            before = self._by_sid[sid]
            started = before.started or (now if status == "in-progress" else None)
            ended = (started or now) + timedelta(seconds=seconds) if status in FINAL else None
            after = replace(before, status=status, updated=now, started=started, ended=ended)
            self._by_sid[sid] = after
            self._results[sid].status = status
        return after

    def find(self, sid: str) -> Call | None:
        with self._lock:
            return self._by_sid.get(sid)

    def all(self) -> Sequence[Call]:
        """Every leg, oldest first."""
        with self._lock:
            return list(self._by_sid.values())

    def result(self, sid: str) -> CallResult:
        """What this leg was like, as far as it has come."""
        with self._lock:
            return self._results[sid]

    def with_handset(self, number: str) -> Sequence[CallResult]:
        """What each call from and to a handset was like, oldest first."""
        return [self.result(each.sid) for each in self.all() if each.handset == number]


def voice_parameters(account: Account, call: Call) -> dict[str, str]:
    """Twilio's parameters of a voice request; geography is blank but for the countries."""
    sender, recipient = call.sender, call.recipient
    params = {
        "AccountSid": account.sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "CallStatus": call.status,
        "Called": recipient,
        "Caller": sender,
        "Direction": call.direction,
        "From": sender,
        "To": recipient,
    }
    for whose, number in [
        ("From", sender),
        ("Caller", sender),
        ("To", recipient),
        ("Called", recipient),
    ]:
        params.update({f"{whose}{part}": "" for part in ("City", "State", "Zip")})
        params[f"{whose}Country"] = country(number)
    if call.parent_sid:
        params["ParentCallSid"] = call.parent_sid
    return {**params, **_carried(call), **(call.extra or {})}


def _carried(call: Call) -> dict[str, str]:
    """What the network adds to a call coming in, most of it to the first request only."""
    if call.direction != "inbound":
        return {}
    if SIP.fullmatch(call.sender):
        return {
            "SipCallId": f"{call.sid[2:10]}@203.0.113.9",
            "SipDomain": SIP_DOMAIN,
            "SipDomainSid": f"SD{call.sid[2:]}",
            "SipSourceIp": "203.0.113.9",
        }
    if call.status != "ringing":
        return {}
    verified = {"StirVerstat": "TN-Validation-Passed-A"} if call.sender.startswith("+1") else {}
    return {**verified, "CallToken": PASSING_ON}
