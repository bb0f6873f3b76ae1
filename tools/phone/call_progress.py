"""Status callbacks of a call: initiated, ringing, answered, completed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import Final

from tools.phone.calls import Call, voice_parameters
from tools.phone.twiml_walk import Network

EVENTS: Final[Mapping[str, str]] = {
    "initiated": "initiated",
    "ringing": "ringing",
    "answered": "in-progress",
}
"""An event before the end → the CallStatus it is told with; `completed` tells how it ended."""


@dataclass
class Progress:
    """Whom to tell how a call goes; nobody where there is no `url`. The requests are numbered, and
    each goes its own way: the order they come in is not promised.
    """

    network: Network
    url: str | None
    events: frozenset[str] = frozenset({"completed"})
    method: str = "POST"
    _told: int = 0

    def tell(self, event: str, call: Call) -> None:
        """Put one callback on its way, if it was asked for."""
        if self.url is None or event not in self.events:
            return
        webhooks = self.network.webhooks
        self._told += 1
        hook = webhooks.webhook(
            "call_status", self.url, call.handset, self._parameters(event, call), method=self.method
        )
        self.network.deliveries.put(lambda: webhooks.send(hook))

    def _parameters(self, event: str, call: Call) -> dict[str, str]:
        params = {
            **voice_parameters(self.network.account, call),
            "CallStatus": EVENTS.get(event, call.status),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._told - 1),
            "Timestamp": format_datetime(self.network.now()),
        }
        if event != "completed":
            return params
        seconds = call.seconds or 0
        ended = self.network.now() + timedelta(seconds=seconds)
        return params | {
            "CallDuration": str(seconds),
            "Duration": str(-(-seconds // 60)),
            "Timestamp": format_datetime(ended),
        }
