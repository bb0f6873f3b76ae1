"""The way of a message from the service to a handset, and each status told on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tools.phone.account import API_VERSION, Account
from tools.phone.deliveries import Deliveries
from tools.phone.handsets import STATUSES, Handset, Handsets
from tools.phone.messages import Message, Messages
from tools.phone.webhooks import Webhooks


@dataclass(frozen=True)
class Carrier:
    """Takes a message, keeps it queued, and walks it through its statuses."""

    account: Account
    handsets: Handsets
    messages: Messages
    webhooks: Webhooks
    deliveries: Deliveries
    now: Callable[[], datetime]

    def accept(
        self,
        recipient: str,
        body: str,
        *,
        direction: str,
        status_callback: str | None = None,
        messaging_service_sid: str | None = None,
        delay_s: int = 0,
    ) -> Message:
        """A queued message; its statuses follow, those beyond `queued` after `delay_s` seconds.

        An answer to a number that opted out fails with 21610: Twilio takes the TwiML and sends
        nothing.
        """
        handset = self.handsets.find(recipient)
        now = self.now()
        message = self.messages.add(
            direction=direction,
            sender=self.account.number,
            recipient=recipient,
            body=body,
            status="queued",
            now=now,
            messaging_service_sid=messaging_service_sid,
        )
        for status in _statuses(handset):
            at = now if status == "queued" else now + timedelta(seconds=delay_s)
            self._follow(message.sid, status, handset, status_callback, at)
        return message

    def _follow(
        self, sid: str, status: str, handset: Handset, callback: str | None, at: datetime
    ) -> None:
        self.deliveries.put(lambda: self._advance(sid, status, handset, callback), at)

    def _advance(self, sid: str, status: str, handset: Handset, callback: str | None) -> None:
        failed = status in {"undelivered", "failed"}
        code = (handset.refusal or handset.failure) if failed else None
        message = self.messages.advance(sid, status, self.now(), code)
        if callback:
            params = self._parameters(message)
            self.webhooks.send(self.webhooks.webhook("status", callback, handset.number, params))

    def _parameters(self, message: Message) -> dict[str, str]:
        """Twilio's parameters of a status callback, as documented; no Body among them."""
        params = {
            "AccountSid": self.account.sid,
            "ApiVersion": API_VERSION,
            "From": message.sender,
            "MessageSid": message.sid,
            "MessageStatus": message.status,
            "SmsSid": message.sid,
            "SmsStatus": message.status,
            "To": message.recipient,
        }
        if message.messaging_service_sid:
            params["MessagingServiceSid"] = message.messaging_service_sid
        if message.error_code:
            params["ErrorCode"] = str(message.error_code)
        return params


def _statuses(handset: Handset) -> tuple[str, ...]:
    return STATUSES["failed"] if handset.opted_out else STATUSES[handset.delivery]
