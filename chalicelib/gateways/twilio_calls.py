"""Calls through Twilio's REST: one attempt, no retries of the client's own."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from twilio.rest import Client  # type: ignore[import-untyped]

TIMEOUT: Final = 8
RINGS: Final = 25
"""Seconds that a phone rings: less than most mailboxes wait."""


class TwilioCalls:
    """Rings a phone."""

    def __init__(self, account_sid: str, auth_token: str, number: str, api_base: str = "") -> None:
        """`api_base` replaces Twilio's address, for a simulator on this machine."""
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._number = number
        self._api_base = api_base
        self._client: Client | None = None

    def ring(self, to: str, url: str) -> bool:
        """Ring `to` and let `url` speak to who picks up; False if it may not have rung."""
        from requests import RequestException
        from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]

        try:
            self._connected().calls.create(to=to, from_=self._number, url=url, timeout=RINGS)
        except (TwilioException, RequestException, ValueError):
            return False
        return True

    def _connected(self) -> "Client":
        if self._client is None:
            from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
            from twilio.rest import Client

            http = TwilioHttpClient(timeout=TIMEOUT, max_retries=0)
            self._client = Client(self._account_sid, self._auth_token, http_client=http)
            if self._api_base:
                self._client.api.base_url = self._api_base
        return self._client
