"""What Twilio's own lists say came in: texts, calls, recordings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.swept import SweptCall, SweptRecording, SweptText
from chalicelib.gateways.twilio_client import TwilioClient

PAGE: Final = 1000
"""Rows in one answer: the most that Twilio gives."""

DAY: Final = timedelta(days=1)
"""Some lists filter by the day alone: one more is asked for, and what is older is left out."""


@dataclass(frozen=True, slots=True)
class TwilioLists:
    """The lists of our account, of what came in to `number`."""

    client: TwilioClient
    number: str

    def texts(self, since: datetime) -> Iterator[SweptText]:
        """The texts received since then, in no order; media are not fetched."""
        listed = self.client.rest.messages.stream(
            to=self.number, date_sent_after=since - DAY, page_size=PAGE
        )
        for message in listed:
            at = message.date_sent or message.date_created
            if message.direction == "inbound" and at >= since:
                yield SweptText(str(message.sid), str(message.from_), str(message.body or ""), at)

    def calls(self, since: datetime) -> Iterator[SweptCall]:
        """The calls received since then, in no order; not those that we made."""
        listed = self.client.rest.calls.stream(
            to=self.number, start_time_after=since - DAY, page_size=PAGE
        )
        for call in listed:
            at = call.start_time or call.date_created
            if call.direction == "inbound" and at >= since:
                yield SweptCall(str(call.sid), str(call._from or ""), at)

    def recordings(self, since: datetime) -> Iterator[SweptRecording]:
        """The recordings that Twilio still holds and that are complete, in no order."""
        listed = self.client.rest.recordings.stream(date_created_after=since - DAY, page_size=PAGE)
        for one in listed:
            if one.status == "completed" and one.date_created >= since:
                seconds = max(0, int(one.duration or 0))
                yield SweptRecording(str(one.sid), str(one.call_sid), seconds, one.date_created)
