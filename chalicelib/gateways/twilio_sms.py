"""Texts through Twilio's REST: one attempt, no retries of the client's own."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from chalicelib.core.delivery import Outcome, Refused, Sent, TooMany, Unsure
from chalicelib.gateways.twilio_client import TwilioClient

if TYPE_CHECKING:
    from twilio.base.exceptions import (  # type: ignore[import-untyped]
        TwilioRestException,
        TwilioServiceException,
    )
    from twilio.rest.api.v2010.account.message import MessageInstance  # type: ignore[import-untyped]

SKEW = timedelta(minutes=1)
"""How far two clocks may differ; far less than the time between two texts of the same words."""


class TwilioSms:
    """Sends a text, or finds out whether it was sent."""

    def __init__(self, client: TwilioClient, number: str) -> None:
        """Texts come from our `number`."""
        self._client = client
        self._number = number

    def send(self, to: str, body: str, status_callback: str, validity: int) -> Outcome:
        """Create one message; `validity` in seconds is how long it may wait for delivery."""
        from requests import RequestException
        from twilio.base.exceptions import (
            TwilioException,
            TwilioRestException,
            TwilioServiceException,
        )

        try:
            message = self._client.rest.messages.create(
                to=to,
                from_=self._number,
                body=body,
                status_callback=status_callback,
                validity_period=validity,
            )
        except (TwilioRestException, TwilioServiceException) as error:
            return _refusal(error)
        except (TwilioException, RequestException, ValueError):
            return Unsure()  # the last is what comes of an answer that is no JSON
        return Sent(str(message.sid))

    def find(self, to: str, body: str, since: datetime) -> str:
        """The sid of the message with this body to this number since then, "" if there is none.

        The provider's clock may stand a little before ours: SKEW older is still "since then".
        """
        messages = self._client.rest.messages.stream(
            to=to, from_=self._number, date_sent_after=since - timedelta(days=1), page_size=100
        )
        return next((str(m.sid) for m in messages if m.body == body and _not_before(m, since)), "")


def _refusal(error: "TwilioRestException | TwilioServiceException") -> Outcome:
    """429 was never processed, what has an error code of Twilio's was refused.

    All else may have been taken: server errors, and what a proxy on the way answers; the client
    gives it the HTTP status as its code.
    """
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return TooMany()
    own = error.code not in (None, error.status)
    refused = own and error.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return Refused(int(error.code)) if refused else Unsure()


def _not_before(message: "MessageInstance", since: datetime) -> bool:
    created = message.date_created
    return bool(created is None or created >= since - SKEW)
