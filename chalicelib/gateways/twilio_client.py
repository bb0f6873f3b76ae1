"""The client for Twilio's REST: made when it is first used, one attempt for each request."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twilio.rest import Client  # type: ignore[import-untyped]

TIMEOUT = 8
"""Seconds for one request; well within the lease of a text."""


@dataclass(frozen=True)
class TwilioClient:
    """Our account; `api_base` replaces Twilio's address, for a simulator on this machine."""

    account_sid: str
    auth_token: str
    api_base: str = ""

    @cached_property
    def rest(self) -> "Client":
        """The client; its own retries are off, because a text repeated is a second text."""
        from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
        from twilio.rest import Client

        http = TwilioHttpClient(timeout=TIMEOUT, max_retries=0)
        client = Client(self.account_sid, self.auth_token, http_client=http)
        if self.api_base:
            client.api.base_url = self.api_base
        return client
