"""Twilio's dialect: signed form bodies in, TwiML out. Its parameter names stay in this file."""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from chalice.app import ChaliceUnhandledError
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.twiml.messaging_response import MessagingResponse  # type: ignore[import-untyped]

from chalicelib.services.text_records import IncomingText

FORM: Final = "application/x-www-form-urlencoded"
SIGNATURE: Final = "x-twilio-signature"
NOTHING_TO_SAY: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

_MESSAGE_SID: Final = re.compile(r"(SM|MM)[0-9a-f]{32}")
_OPTED: Final[Mapping[str, bool]] = {"STOP": True, "START": False}
"""OptOutType of a keyword that Twilio has acted on; HELP changes nothing."""

_SENDER: Final = re.compile(r"[!-~]{1,64}")
"""A number in E.164, a short code or an alphanumeric sender."""


_MARKS: Final = (
    (re.compile(r"From\+[0-9]"), ("From",)),
    (re.compile(r"MessageSid(?:SM|MM)[0-9a-f]{32}"), ("MessageSid", "SmsMessageSid")),
    (re.compile(r"OptOutType(?:STOP|START|HELP)"), ("OptOutType",)),
)
"""What a field that decides looks like in the signed text, and the names it may stand under."""


class UnsignedError(ChaliceUnhandledError):
    """The request is not proved to come from our account: 403, and nothing is written."""


class Parameters(dict[str, str]):
    """The form of a request, first value of each name; all values are part of the signature."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Pairs as parsed, blanks kept."""
        super().__init__(reversed(pairs))
        self._pairs = tuple(pairs)

    def getlist(self, name: str) -> list[str]:
        """Every value of `name`, the way the validator of twilio asks for them."""
        return [value for key, value in self._pairs if key == name]

    def is_ambiguous(self) -> bool:
        """Whether the same signature would also fit other fields that decide.

        Names and values are signed without separators, so a sender could write "From+852…" into
        his text and have the request cut anew: then it is his word against the other's.
        """
        signed = "".join(f"{name}{value}" for name, value in sorted(self._pairs))
        return any(
            len(mark.findall(signed)) != self._standing(mark, names) for mark, names in _MARKS
        )

    def _standing(self, mark: re.Pattern[str], names: Sequence[str]) -> int:
        """How many fields of these names look like what they should be."""
        fields = [(n, v) for n, v in self._pairs if n in names]
        return sum(1 for name, value in fields if mark.match(name.removeprefix("Sms") + value))

    def is_repeated(self, name: str) -> bool:
        """Whether a name stands more than once: fields were merged or added."""
        return len(self.getlist(name)) > 1


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are at Twilio."""

    sid: str
    number: str
    auth_token: str


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """A status callback of a text we sent."""

    sid: str
    status: str
    code: int


def parameters(body: bytes) -> Parameters:
    """The form in a request body: blanks kept, bytes that are no UTF-8 replaced."""
    text = body.decode("utf-8", errors="replace")
    return Parameters(parse_qsl(text, keep_blank_values=True, errors="replace"))


def is_signed(url: str, form: Parameters, signature: str | None, auth_token: str) -> bool:
    """Whether `signature` is Twilio's over this URL and every parameter, blanks included."""
    if not signature:
        return False
    expected = RequestValidator(auth_token).compute_signature(url, form)
    given = signature.encode("utf-8", errors="replace")
    return hmac.compare_digest(expected.encode(), given)


def verified(url: str, body: bytes, signature: str | None, account: Account) -> Parameters:
    """The parameters of a request that is signed and meant for our account; else UnsignedError."""
    form = parameters(body)
    if not is_signed(url, form, signature, account.auth_token):
        raise UnsignedError("signature")
    if form.get("AccountSid") != account.sid or form.is_repeated("AccountSid"):
        raise UnsignedError("account")
    return form


def incoming_text(form: Parameters, account: Account) -> IncomingText:
    """The text in a verified request; UnsignedError where a field is not what Twilio sends.

    There is no separator in what is signed, so fields may have been merged into each other:
    every field we use must stand exactly once and match its pattern.
    """
    _once(form, ("MessageSid", "From", "To", "Body"))
    if not _MESSAGE_SID.fullmatch(form["MessageSid"]) or form["To"] != account.number:
        raise UnsignedError("fields")
    if not _SENDER.fullmatch(form["From"]):
        raise UnsignedError("sender")
    return IncomingText(
        number=form["From"],
        message_id=form["MessageSid"],
        body=form["Body"],
        parameters=dict(form),
        silent=bool(form.get("OptOutType")),
        opted=_OPTED.get(form.get("OptOutType", "")),
        ambiguous=form.is_ambiguous(),
    )


def delivery_status(form: Parameters) -> DeliveryStatus:
    """The status in a verified request; an unknown status is kept as it is."""
    _once(form, ("MessageSid", "MessageStatus"))
    if not _MESSAGE_SID.fullmatch(form["MessageSid"]):
        raise UnsignedError("fields")
    code = form.get("ErrorCode", "")
    return DeliveryStatus(
        sid=form["MessageSid"],
        status=form["MessageStatus"],
        code=int(code) if code.isascii() and code.isdigit() else 0,
    )


def _once(form: Parameters, names: Sequence[str]) -> None:
    for name in names:
        if len(form.getlist(name)) != 1:
            raise UnsignedError(f"{name} must stand once")


def answer(words: str) -> str:
    """TwiML that says `words` to the sender of a text; "" says nothing."""
    if not words:
        return NOTHING_TO_SAY
    response = MessagingResponse()
    response.message(words)
    return str(response)


def header(headers: Mapping[str, str], name: str) -> str | None:
    """A header by its lower-case name, whatever case it came in."""
    return next((value for key, value in headers.items() if key.lower() == name), None)
