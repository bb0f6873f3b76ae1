"""Signed requests to the service, repeated as Twilio repeats them and hit by the faults put in."""

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from random import Random
from typing import Final
from urllib.parse import parse_qs, urldefrag, urlencode, urlsplit

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # has none

from tools.phone.account import Account, Service
from tools.phone.deliveries import Deliveries
from tools.phone.faults import Fault, Faults

DELIVERY_FAULTS: Final = frozenset({"late", "twice", "out_of_order", "lost"})
ATTEMPT_FAULTS: Final = frozenset({"429", "500", "timeout"})
LATE_S: Final = 300
KEPT_EXCHANGES: Final = 10_000


class NotConnectedError(RuntimeError):
    """Nobody has told the simulator yet where the service is."""


@dataclass(frozen=True)
class Reply:
    """What came back of one attempt; without an answer `status` is None and `failure` says why."""

    status: int | None
    content_type: str = ""
    body: bytes = b""
    failure: str = ""

    @property
    def kind(self) -> str:
        """The failure in Twilio's words for `rp`: ct, rt, 4xx, 5xx; "" when it succeeded."""
        if self.status is None or self.status < 400:
            return self.failure
        return "4xx" if self.status < 500 else "5xx"


FAILED_ATTEMPT: Final[Mapping[str, Reply]] = {
    "429": Reply(429),
    "500": Reply(500),
    "timeout": Reply(None, failure="rt"),
}
"""What a faulty attempt looks like to Twilio."""


@dataclass(frozen=True)
class Webhook:
    """One event to tell the service: `place` is its kind for the faults, `url` the public one."""

    place: str
    url: str
    number: str
    params: Mapping[str, str]
    heard: Callable[[Reply], None]
    token: str
    method: str = "POST"

    @property
    def signed_url(self) -> str:
        """The URL the signature covers: without its fragment; a GET carries its parameters here."""
        url = urldefrag(self.url).url
        if self.method == "POST" or not self.params:
            return url
        return f"{url}{'&' if '?' in url else '?'}{urlencode(self.params)}"

    @property
    def form(self) -> dict[str, str]:
        """The parameters in the body."""
        return dict(self.params) if self.method == "POST" else {}


@dataclass(frozen=True)
class Exchange:
    """One attempt as it went over the wire."""

    place: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    reply: Reply


@dataclass(frozen=True)
class Overrides:
    """The connection overrides of a webhook URL's fragment; milliseconds there, seconds here."""

    retries: int = 1
    policies: frozenset[str] = frozenset({"ct"})
    connect_s: float = 5
    read_s: float = 15
    total_s: float = 15

    @staticmethod
    def of(url: str) -> "Overrides":
        """Twilio's defaults (one retry, on connect failure only) but for what the URL says."""
        said = {name: values[-1] for name, values in parse_qs(urldefrag(url).fragment).items()}
        plain = Overrides()
        return Overrides(
            retries=min(5, int(said.get("rc", plain.retries))),
            policies=frozenset(said["rp"].split(",")) if "rp" in said else plain.policies,
            connect_s=int(said["ct"]) / 1000 if "ct" in said else plain.connect_s,
            read_s=int(said["rt"]) / 1000 if "rt" in said else plain.read_s,
            total_s=int(said["tt"]) / 1000 if "tt" in said else plain.total_s,
        )

    def repeats(self, reply: Reply) -> bool:
        """Whether such a reply is tried again."""
        return bool(reply.kind) and bool(self.policies & {reply.kind, "all"})


@dataclass
class Webhooks:
    """The wire from Twilio to the service."""

    account: Account
    faults: Faults
    deliveries: Deliveries
    now: Callable[[], datetime]
    random: Random
    service: Service | None = None
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=KEPT_EXCHANGES))
    _held: list[Webhook] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def webhook(
        self,
        place: str,
        url: str,
        number: str,
        params: Mapping[str, str],
        heard: Callable[[Reply], None] = lambda _: None,
        method: str = "POST",
    ) -> Webhook:
        """A new event with the token all its copies and repeats share."""
        with self._lock:
            token = str(uuid.UUID(int=self.random.getrandbits(128)))
        return Webhook(place, url, number, params, heard, token, method)

    def send(self, hook: Webhook) -> None:
        """Tell the service now, or as the next fault has it; `hook.heard` gets the last reply."""
        fault = self.faults.take(hook.place, hook.number, DELIVERY_FAULTS)
        if fault is None:
            self._deliver(hook)
        else:
            _DELIVERY[fault.fault](self, hook, fault)

    def _deliver(self, hook: Webhook, copies: int = 1) -> None:
        replies = [self._insist(hook) for _ in range(copies)]
        hook.heard(replies[-1])
        for earlier in self._held_of(hook.place):
            self._release(earlier)

    def _late(self, hook: Webhook, fault: Fault) -> None:
        at = self.now() + timedelta(seconds=fault.wait(LATE_S))
        self.deliveries.put(lambda: self._deliver(hook), at)

    def _twice(self, hook: Webhook, fault: Fault) -> None:
        """The copies at once, the last one heard; later ones are heard by nobody."""
        if fault.seconds is None:
            self._deliver(hook, fault.copies)
            return
        self._deliver(hook)
        again = replace(hook, heard=lambda _: None)
        at = self.now() + timedelta(seconds=fault.seconds)
        for _ in range(fault.copies - 1):
            self.deliveries.put(lambda: self._deliver(again), at)

    def _lose(self, hook: Webhook, fault: Fault) -> None:
        """Nothing is sent: the service must find the message in Twilio's list."""

    def _hold(self, hook: Webhook, fault: Fault) -> None:
        with self._lock:
            self._held.append(hook)
        at = self.now() + timedelta(seconds=fault.wait(LATE_S))
        self.deliveries.put(lambda: self._release(hook), at)

    def _held_of(self, place: str) -> list[Webhook]:
        with self._lock:
            return [each for each in self._held if each.place == place]

    def _release(self, hook: Webhook) -> None:
        with self._lock:
            if hook not in self._held:
                return
            self._held.remove(hook)
        self._deliver(hook)

    def _insist(self, hook: Webhook) -> Reply:
        overrides = Overrides.of(hook.url)
        until = time.monotonic() + overrides.total_s
        reply = self._attempt(hook, overrides)
        for _ in range(overrides.retries):
            if not overrides.repeats(reply) or time.monotonic() > until:
                break
            reply = self._attempt(hook, overrides)
        return reply

    def _attempt(self, hook: Webhook, overrides: Overrides) -> Reply:
        fault = self.faults.take(hook.place, hook.number, ATTEMPT_FAULTS)
        if fault is not None and fault.when == "before":
            return FAILED_ATTEMPT[fault.fault]
        reply = self._post(hook, overrides)
        return reply if fault is None else FAILED_ATTEMPT[fault.fault]

    def _post(self, hook: Webhook, overrides: Overrides) -> Reply:
        if self.service is None:
            raise NotConnectedError("the simulator does not know the service's address yet")
        body = urlencode(hook.form).encode("ascii")
        headers = self._headers(hook)
        reply = ask(hook.method, self.service.reach(hook.signed_url), headers, body, overrides)
        self.exchanges.append(Exchange(hook.place, hook.url, headers, body, reply))
        return reply

    def _headers(self, hook: Webhook) -> dict[str, str]:
        validator = RequestValidator(self.account.auth_token)
        signature = validator.compute_signature(hook.signed_url, hook.form)
        return {
            "Accept": "*/*",
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "I-Twilio-Idempotency-Token": hook.token,
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature,
        }


_DELIVERY: Final[Mapping[str, Callable[[Webhooks, Webhook, Fault], None]]] = {
    "late": Webhooks._late,
    "twice": Webhooks._twice,
    "lost": Webhooks._lose,
    "out_of_order": Webhooks._hold,
}


def ask(
    method: str, url: str, headers: Mapping[str, str], body: bytes, overrides: Overrides
) -> Reply:
    """One request, redirects not followed; a failure is a Reply too."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=overrides.connect_s)
    try:
        connection.connect()
    except OSError:
        return Reply(None, failure="ct")
    try:
        connection.sock.settimeout(overrides.read_s)
        target = parts._replace(scheme="", netloc="").geturl() or "/"
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return Reply(response.status, response.headers.get("Content-Type", ""), response.read())
    except (OSError, HTTPException):
        return Reply(None, failure="rt")
    finally:
        connection.close()
