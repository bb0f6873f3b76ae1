"""What Twilio's REST API answers: JSON, nothing, or a refusal with its code."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from re import Match
from typing import Any, Final
from urllib.parse import parse_qsl

from tools.listener import Answer, Request

JSON: Final = ("Content-Type", "application/json; charset=utf-8")

ERRORS: Final[Mapping[int, tuple[int, str]]] = {
    20001: (400, "Parameter is not valid"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21201: (400, "No 'To' number is specified"),
    21205: (400, "Url is not a valid URL"),
    21208: (400, "Invalid Timeout"),
    21210: (400, "The source phone number provided is not yet verified for your account"),
    21211: (400, "Invalid 'To' Phone Number"),
    21213: (400, "Caller phone number is required"),
    21220: (400, "Call is not in-progress. Cannot redirect."),
    21266: (400, "'To' and 'From' number cannot be the same"),
    21408: (400, "Permission to send an SMS has not been enabled for the region"),
    21602: (400, "Message body is required"),
    21603: (400, "A 'From' phone number is required"),
    21604: (400, "A 'To' phone number is required"),
    21606: (400, "The 'From' phone number is not a valid, SMS-capable inbound phone number"),
    21609: (400, "The 'StatusCallback' URL is not a valid URL"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21626: (400, "Invalid statusCallbackEvents"),
    21635: (400, "'To' number cannot be a landline"),
}
"""Twilio's error codes → HTTP status and sentence."""

Form = Mapping[str, str]


class RestError(Exception):
    """A refusal with Twilio's code; the HTTP status comes with it."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.status, sentence = ERRORS.get(code, (400, "The request was refused"))
        self.message = f"{sentence}: {detail}" if detail else sentence


@dataclass(frozen=True)
class Operation:
    """One REST call of the service: `place` is its kind for the faults, `number` its handset."""

    place: str
    number: str
    run: Callable[[int], Answer]
    """Seconds of delay → the answer, with everything done that the call asks for."""


Resource = Callable[[Request, Match[str]], Operation]
Routes = Sequence[tuple[str, str, Resource]]
"""Path within the account (a pattern), method, what it does."""


def read_form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form, in order; a field may come more than once."""
    return parse_qsl(request.body.decode("utf-8", errors="replace"), keep_blank_values=True)


def read_query(request: Request) -> Form:
    """The query; of a field that comes more than once the last."""
    return dict(parse_qsl(request.query, keep_blank_values=True))


def hold(rules: Sequence[tuple[bool, int, str]], form: Form) -> None:
    """RestError by the first rule that does not: rule, its code, the parameter quoted."""
    for holds, code, name in rules:
        if not holds:
            raise RestError(code, form.get(name, ""))


def is_absolute(url: str) -> bool:
    """Whether a URL in a REST parameter is one: relative ones lead nowhere there."""
    return url.startswith(("http://", "https://"))


def json_answer(status: int, body: Mapping[str, Any]) -> Answer:
    """A resource or a page."""
    return Answer(status, (JSON,), json.dumps(body).encode())


def refusal(error: RestError) -> Answer:
    """Twilio's error body."""
    body = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    return json_answer(error.status, body)
