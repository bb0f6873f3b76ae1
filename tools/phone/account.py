"""The account both sides know: SID, token and number, and how the service is reached."""

import threading
from dataclasses import dataclass
from random import Random
from typing import Final

API_VERSION: Final = "2010-04-01"

SMS_ROUTE: Final = "/twilio/sms"

VOICE_ROUTE: Final = "/twilio/voice"

WEBHOOK_OPTIONS: Final = "#ct=1000&rt=3500&tt=15000&rc=5&rp=all"
"""Twilio's connection overrides as the service's owner configures them; never signed."""


@dataclass(frozen=True)
class Account:
    """What a Twilio account is made of here; `auth_token` signs and unlocks everything."""

    sid: str
    auth_token: str
    number: str


@dataclass(frozen=True)
class Service:
    """The service as Twilio sees it.

    `public_url` is the base that is signed, `address` the base that is really connected to: the
    same locally, different where a test gives the service a public name. The two last routes are
    what the number's owner may configure besides: where Twilio tells that a call is over, and where
    it asks for TwiML when the first answer can't be used.
    """

    public_url: str
    address: str
    sms_route: str = SMS_ROUTE
    options: str = WEBHOOK_OPTIONS
    voice_route: str = VOICE_ROUTE
    voice_status_route: str | None = None
    voice_fallback_route: str | None = None

    @property
    def sms_url(self) -> str:
        return self.url(self.sms_route)

    @property
    def voice_url(self) -> str:
        return self.url(self.voice_route)

    def url(self, route: str) -> str:
        """A route as it is configured at Twilio: public, with the connection overrides."""
        return self.public_url + route + self.options

    def reach(self, url: str) -> str:
        """Where a public URL is connected to; URLs of others stay as they are."""
        is_ours = url == self.public_url or url.startswith(self.public_url + "/")
        return self.address + url[len(self.public_url) :] if is_ours else url


class Sids:
    """SIDs and tokens from a seeded source: the same seed gives the same ones, none twice."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._lock = threading.Lock()
        self._given: set[str] = set()

    def new(self, prefix: str) -> str:
        """`prefix` and 32 hexadecimal digits."""
        with self._lock:
            sid = self._draw(prefix)
            while sid in self._given:
                sid = self._draw(prefix)
            self._given.add(sid)
            return sid

    def _draw(self, prefix: str) -> str:
        return f"{prefix}{self._random.getrandbits(128):032x}"
