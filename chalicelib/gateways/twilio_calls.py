"""Calls through Twilio's REST: one attempt, no retries of the client's own."""

from typing import Final

from chalicelib.gateways.twilio_client import TwilioClient

RINGS: Final = 25
"""Seconds that a phone rings: less than most mailboxes wait."""


class TwilioCalls:
    """Rings a phone."""

    def __init__(self, client: TwilioClient, number: str) -> None:
        """Calls come from our `number`."""
        self._client = client
        self._number = number

    def ring(self, to: str, url: str) -> bool:
        """Ring `to` and let `url` speak to who picks up; False if it may not have rung."""
        from requests import RequestException
        from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]

        try:
            self._client.rest.calls.create(to=to, from_=self._number, url=url, timeout=RINGS)
        except (TwilioException, RequestException, ValueError):
            return False
        return True
