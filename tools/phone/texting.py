"""A handset texts the service: signed webhook there, TwiML answers back into the thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tools.phone.account import API_VERSION
from tools.phone.carrier import Carrier
from tools.phone.messages import Message
from tools.phone.phone_numbers import country
from tools.phone.segments import count_segments
from tools.phone.twiml import read_messages
from tools.phone.twiml_document import TwimlError
from tools.phone.webhooks import NotConnectedError, Reply

OPT_OUT_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"], "STOP"),
    **dict.fromkeys(["START", "YES", "UNSTOP"], "START"),
    **dict.fromkeys(["HELP", "INFO"], "HELP"),
}
"""Twilio's default keywords → the OptOutType its webhook then carries."""

TWILIO_SAYS: Final[Mapping[str, str]] = {
    "STOP": "You have successfully been unsubscribed. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed.",
    "HELP": "Reply STOP to unsubscribe.",
}
"""What Twilio answers by itself to each kind of keyword."""


@dataclass(frozen=True)
class Texted:
    """What became of a text: `reply` is the service's last answer as bytes, None when it got none.

    `answers` are the texts of that answer which reach this handset; `error` is Twilio's complaint
    about an answer it can't use.
    """

    sid: str
    reply: Reply | None = None
    answers: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Texting:
    """Inbound texts; `keeps_opt_outs`: Twilio itself handles STOP, START and HELP."""

    carrier: Carrier
    keeps_opt_outs: bool = False

    def text(self, number: str, text: str, extra: Mapping[str, str]) -> Texted:
        """Text the service from `number`; `extra` adds to or replaces Twilio's parameters."""
        webhooks = self.carrier.webhooks
        if webhooks.service is None:
            raise NotConnectedError("no service is connected yet")
        message = self._receive(number, text)
        params = {**self._parameters(message), **self._opt_out(number, text), **extra}
        heard = [Texted(message.sid)]
        hook = webhooks.webhook(
            "sms",
            webhooks.service.sms_url,
            number,
            params,
            lambda reply: heard.append(self._hear(message, reply)),
        )
        webhooks.send(hook)
        return heard[-1]

    def _receive(self, number: str, text: str) -> Message:
        return self.carrier.messages.add(
            direction="inbound",
            sender=number,
            recipient=self.carrier.account.number,
            body=text,
            status="received",
            now=self.carrier.now(),
        )

    def _parameters(self, message: Message) -> dict[str, str]:
        """The parameters of a text to a plain number; geography is blank but for the countries."""
        return {
            "ToCountry": country(message.recipient),
            "ToState": "",
            "SmsMessageSid": message.sid,
            "NumMedia": "0",
            "ToCity": "",
            "FromZip": "",
            "SmsSid": message.sid,
            "FromState": "",
            "SmsStatus": "received",
            "FromCity": "",
            "Body": message.body,
            "FromCountry": country(message.sender),
            "To": message.recipient,
            "ToZip": "",
            "NumSegments": str(count_segments(message.body)),
            "MessageSid": message.sid,
            "AccountSid": self.carrier.account.sid,
            "From": message.sender,
            "ApiVersion": API_VERSION,
        }

    def _opt_out(self, number: str, text: str) -> dict[str, str]:
        kind = OPT_OUT_WORDS.get(text.strip().upper())
        if not self.keeps_opt_outs or kind is None:
            return {}
        if kind in {"STOP", "START"}:
            self.carrier.handsets.change(number, {"opted_out": False})
        self.carrier.accept(number, TWILIO_SAYS[kind], direction="outbound-reply")
        if kind == "STOP":
            self.carrier.handsets.change(number, {"opted_out": True})
        return {"OptOutType": kind}

    def _hear(self, message: Message, reply: Reply) -> Texted:
        try:
            said = read_messages(reply)
        except TwimlError as error:
            return Texted(message.sid, reply, error=str(error))
        handset = self.carrier.handsets.find(message.sender)
        for each in said:
            self.carrier.accept(
                each.to or message.sender,
                each.body,
                direction="outbound-reply",
                status_callback=each.status_callback,
            )
        own = tuple(each.body for each in said if each.to in {None, message.sender})
        return Texted(message.sid, reply, () if handset.opted_out else own)
