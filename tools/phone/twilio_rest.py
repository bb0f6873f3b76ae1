"""Twilio's REST API as far as the service uses it: messages are created, listed and fetched.

Paths, parameters, statuses and error bodies are those of Twilio's API 2010-04-01.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

import phonenumbers

from tools.listener import Answer, Hang, Request
from tools.phone.account import API_VERSION, Account
from tools.phone.carrier import Carrier
from tools.phone.faults import Fault, Faults
from tools.phone.listing import ListingError, list_messages, message_json
from tools.phone.messages import Message

BASE: Final = f"/{API_VERSION}/Accounts/"
MAX_BODY: Final = 1600
HANG_S: Final = 30
LATE_S: Final = 300
JSON: Final = ("Content-Type", "application/json; charset=utf-8")

ERRORS: Final[Mapping[int, tuple[int, str]]] = {
    20001: (400, "Parameter is not valid"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "Invalid 'To' Phone Number"),
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
class Call:
    """One REST call of the service: `place` is its kind for the faults."""

    place: str
    number: str
    run: Callable[[int], Answer]
    """Seconds of delay → the answer, with everything done that the call asks for."""


@dataclass(frozen=True)
class TwilioRest:
    """The account's REST resources."""

    account: Account
    carrier: Carrier
    faults: Faults

    def answer(self, request: Request) -> Answer | Hang:
        """Answer one request, or fail it as the next fault has it."""
        try:
            self._authenticate(request)
            return self._hit_by_faults(self._call(request))
        except RestError as error:
            return _refusal(error)

    def _authenticate(self, request: Request) -> None:
        scheme, _, given = request.header("Authorization").partition(" ")
        wanted = f"{self.account.sid}:{self.account.auth_token}".encode()
        try:
            found = base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            found = b""
        if scheme.lower() != "basic" or not hmac.compare_digest(found, wanted):
            raise RestError(20003)

    def _call(self, request: Request) -> Call:
        for pattern, method, resource in ROUTES:
            found = re.fullmatch(re.escape(BASE + self.account.sid) + pattern, request.path)
            if found and method == request.method:
                return resource(self, request, found)
        if re.fullmatch(f"{BASE}{self.account.sid}/Messages(/[^/]+)?[.]json", request.path):
            raise RestError(20004)
        raise RestError(20404, request.path)

    def _hit_by_faults(self, call: Call) -> Answer | Hang:
        fault = self.faults.take(call.place, call.number)
        if fault is None:
            return call.run(0)
        if fault.fault == "late":
            return call.run(fault.wait(LATE_S))
        if fault.fault == "429":
            raise RestError(20429)
        if fault.when == "after":
            call.run(0)
        return _lost_answer(fault)

    def _create(self, request: Request, _: re.Match[str]) -> Call:
        pairs = parse_qsl(request.body.decode("utf-8", errors="replace"), keep_blank_values=True)
        form = dict(pairs)
        return Call("create", form.get("To", ""), lambda delay: self._accept(form, delay))

    def _accept(self, form: Form, delay_s: int) -> Answer:
        for holds, code, name in self._rules(form):
            if not holds:
                raise RestError(code, form.get(name, ""))
        refusal = self.carrier.handsets.find(form["To"]).refusal
        if refusal is not None:
            raise RestError(refusal, form["To"])
        message = self.carrier.accept(
            form["To"],
            form["Body"],
            direction="outbound-api",
            status_callback=form.get("StatusCallback"),
            messaging_service_sid=form.get("MessagingServiceSid"),
            delay_s=delay_s,
        )
        return _json_answer(201, message_json(self.account, message))

    def _rules(self, form: Form) -> list[tuple[bool, int, str]]:
        """What a message must be, in Twilio's order: rule, its code, the parameter quoted."""
        to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
        callback = form.get("StatusCallback", "https://")
        return [
            (bool(to), 21604, ""),
            (bool(sender or form.get("MessagingServiceSid")), 21603, ""),
            (is_possible(to), 21211, "To"),
            (sender in {"", self.account.number}, 21606, "From"),
            (to != self.account.number, 21266, ""),
            (bool(body), 21602, ""),
            (len(body) <= MAX_BODY, 21617, ""),
            (callback.startswith(("http://", "https://")), 21609, "StatusCallback"),
        ]

    def _list(self, request: Request, _: re.Match[str]) -> Call:
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        number = query.get("To", query.get("From", ""))
        return Call("list", number, lambda _: self._listed(query))

    def _listed(self, query: Form) -> Answer:
        try:
            page = list_messages(self.account, self.carrier.messages.all(), query)
        except ListingError as error:
            raise RestError(20001, str(error)) from error
        return _json_answer(200, page)

    def _fetch(self, request: Request, found: re.Match[str]) -> Call:
        message = self.carrier.messages.find(found["sid"])
        if message is None:
            raise RestError(20404, request.path)
        return Call("fetch", _handset_of(message), lambda _: self._fetched(message.sid))

    def _fetched(self, sid: str) -> Answer:
        message = self.carrier.messages.find(sid)
        if message is None:
            raise RestError(20404, sid)
        return _json_answer(200, message_json(self.account, message))


Resource = Callable[[TwilioRest, Request, re.Match[str]], Call]

ROUTES: Final[tuple[tuple[str, str, Resource], ...]] = (
    (r"/Messages\.json", "POST", TwilioRest._create),
    (r"/Messages\.json", "GET", TwilioRest._list),
    (r"/Messages/(?P<sid>(?:SM|MM)[0-9a-f]{32})\.json", "GET", TwilioRest._fetch),
)


def is_possible(number: str) -> bool:
    """Whether Twilio would take a number: E.164 of a length its country has."""
    try:
        return number.startswith("+") and phonenumbers.is_possible_number(
            phonenumbers.parse(number)
        )
    except phonenumbers.NumberParseException:
        return False


def _handset_of(message: Message) -> str:
    return message.sender if message.direction == "inbound" else message.recipient


def _lost_answer(fault: Fault) -> Answer | Hang:
    if fault.fault == "500":
        return _refusal(RestError(20500))
    return Hang(0 if fault.fault == "lost" else fault.wait(HANG_S))


def _refusal(error: RestError) -> Answer:
    body = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    return _json_answer(error.status, body)


def _json_answer(status: int, body: Mapping[str, Any]) -> Answer:
    return Answer(status, (JSON,), json.dumps(body).encode())
