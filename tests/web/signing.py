"""Requests as Twilio signs them, made without its library: what our own check is held against."""

import base64
import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha1
from urllib.parse import urlencode

from tests.stage import ACCOUNT, PUBLIC, Answered, Stage

FORM = "application/x-www-form-urlencoded; charset=UTF-8"
SMS = "/twilio/sms"

Pairs = Iterable[tuple[str, str]]


def sid(number: int) -> str:
    """The id of one of many texts."""
    return f"SM{number:032x}"


def incoming(number: str, words: str, message: int = 1, **changes: str) -> dict[str, str]:
    """The parameters of a text; most of geography is blank, as it is in life."""
    return {
        "ToCountry": "CN",
        "ToState": "",
        "SmsMessageSid": sid(message),
        "NumMedia": "0",
        "FromZip": "",
        "SmsStatus": "received",
        "Body": words,
        "To": ACCOUNT.number,
        "NumSegments": "1",
        "MessageSid": sid(message),
        "AccountSid": ACCOUNT.sid,
        "From": number,
        "ApiVersion": "2010-04-01",
        **changes,
    }


def signature(url: str, pairs: Pairs, token: str = ACCOUNT.auth_token) -> str:
    """Twilio's signature: the URL, then each name with each of its values, sorted."""
    told = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.digest(token.encode(), told.encode(), sha1)).decode()


def post(stage: Stage, path: str, body: bytes, signed: str | None) -> Answered:
    """A form to a webhook, with this signature."""
    sent = {"Content-Type": FORM} | ({} if signed is None else {"X-Twilio-Signature": signed})
    return stage.call("POST", path, body, token=None, headers=sent)


def deliver(stage: Stage, params: Mapping[str, str] | Pairs, path: str = SMS) -> Answered:
    """A request as Twilio makes it."""
    pairs = list(params.items() if isinstance(params, Mapping) else params)
    return post(stage, path, urlencode(pairs).encode(), signature(PUBLIC + path, pairs))
