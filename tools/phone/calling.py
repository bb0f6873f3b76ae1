"""Calls from end to end: a handset calls the service, and the service calls a handset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tools.phone.call_progress import Progress
from tools.phone.call_result import CallResult
from tools.phone.calls import SIP_DOMAIN, Call
from tools.phone.phone_numbers import SIP
from tools.phone.script import Act, Script
from tools.phone.twiml_dial import dial
from tools.phone.twiml_prompts import PROMPTS, reject
from tools.phone.twiml_record import record
from tools.phone.twiml_walk import Ask, Leg, Network, Verbs, walk
from tools.phone.webhooks import NotConnectedError

VERBS: Final[Verbs] = {**PROMPTS, "Record": record, "Dial": dial, "Reject": reject}
"""What a call that comes in, or is made over REST, may do."""


@dataclass(frozen=True)
class Order:
    """A call the service wants made; `twiml` instead of `url` comes with the order itself."""

    to: str
    sender: str
    url: str = ""
    method: str = "POST"
    twiml: bytes | None = None
    fallback_url: str | None = None
    status_callback: str | None = None
    status_method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})
    timeout: int = 60


@dataclass(frozen=True)
class Calling:
    """Makes calls both ways over one network."""

    network: Network

    def call(self, caller: str, script: Sequence[Act], extra: Mapping[str, str]) -> CallResult:
        """A call to the service's number, to its end; NotConnectedError where there is none yet.

        `extra` adds to Twilio's parameters or replaces them, in each request of the call.
        """
        network = self.network
        service = network.webhooks.service
        if service is None:
            raise NotConnectedError("no service is connected yet")
        is_sip = SIP.fullmatch(caller) is not None
        call = network.calls.add(
            direction="inbound",
            sender=caller,
            recipient=f"sip:hotline@{SIP_DOMAIN}" if is_sip else network.account.number,
            status="ringing",
            now=network.now(),
            extra=extra,
        )
        fallback = service.voice_fallback_route
        leg = self._leg(call, script, service.url(fallback) if fallback else None)
        ended = walk(leg, Ask(service.voice_url), VERBS)
        told = service.voice_status_route
        self._finish(leg, ended, Progress(network, service.url(told) if told else None))
        return leg.result

    def place(self, order: Order, delay_s: int = 0) -> Call:
        """Queue a call to a handset; it is made as soon as possible, or `delay_s` later."""
        network = self.network
        call = network.calls.add(
            direction="outbound-api",
            sender=order.sender,
            recipient=order.to,
            status="queued",
            now=network.now(),
        )
        at = network.now() + timedelta(seconds=delay_s)
        network.deliveries.put(lambda: self._make(call.sid, order), at)
        return call

    def cancel(self, sid: str) -> Call | None:
        """Take back a call that has not been made yet; None where it is too late."""
        call = self.network.calls.find(sid)
        if call is None or call.status != "queued":
            return None
        self.network.calls.result(sid).ended = "canceled"
        return self.network.calls.advance(sid, "canceled", self.network.now())

    def _make(self, sid: str, order: Order) -> None:
        """Ring the handset and, if somebody answers, walk what the service says to him."""
        network = self.network
        call = network.calls.find(sid)
        if call is None or call.status != "queued":
            return
        progress = Progress(network, order.status_callback, order.events, order.status_method)
        progress.tell("initiated", call)
        call = network.calls.advance(sid, "ringing", network.now())
        progress.tell("ringing", call)
        pickup = network.answering.take(order.to)
        outcome, _ = pickup.decided_after(order.timeout)
        if outcome != "answered":
            network.calls.result(sid).ended = outcome
            progress.tell("completed", network.calls.advance(sid, outcome, network.now()))
            return
        call = network.calls.advance(sid, "in-progress", network.now())
        progress.tell("answered", call)
        leg = self._leg(call, pickup.script, order.fallback_url)
        ask = Ask(order.url, order.method, inline=order.twiml)
        self._finish(leg, walk(leg, ask, VERBS), progress)

    def _leg(self, call: Call, script: Sequence[Act], fallback_url: str | None) -> Leg:
        result = self.network.calls.result(call.sid)
        return Leg(self.network, call, Script(script), result, fallback_url)

    def _finish(self, leg: Leg, ended: str, progress: Progress) -> None:
        """Write down the end and tell it; a call that was rejected has its status already."""
        if not leg.call.is_over or leg.call.status == "completed":
            leg.advance("completed")
        leg.result.ended = ended
        leg.result.unused = leg.script.rest()
        progress.tell("completed", leg.call)
