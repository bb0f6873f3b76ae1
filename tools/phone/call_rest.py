"""Calls over Twilio's REST API: made, listed, fetched, taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from operator import attrgetter
from re import Match
from typing import Any, Final

from tools.listener import Answer, Request
from tools.phone.account import API_VERSION, Account
from tools.phone.calling import Calling, Order
from tools.phone.calls import Call, Calls
from tools.phone.paging import Filter, Listing, ListingError, dated, equal
from tools.phone.phone_numbers import formatted, is_possible
from tools.phone.rest_answers import (
    Form,
    Operation,
    RestError,
    Routes,
    hold,
    is_absolute,
    json_answer,
    read_form,
    read_query,
)

CALL: Final = r"/Calls/(?P<sid>CA[0-9a-f]{32})\.json"
EVENTS: Final = frozenset({"initiated", "ringing", "answered", "completed"})
MAX_TIMEOUT_S: Final = 600
MAX_TWIML: Final = 4000
SUBRESOURCES: Final = {
    "events": "Events",
    "notifications": "Notifications",
    "payments": "Payments",
    "recordings": "Recordings",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}


@dataclass(frozen=True)
class CallRest:
    """The resource Calls."""

    account: Account
    calls: Calls
    calling: Calling

    def routes(self) -> Routes:
        return (
            (r"/Calls\.json", "POST", self._create),
            (r"/Calls\.json", "GET", self._list),
            (CALL, "GET", self._fetch),
            (CALL, "POST", self._update),
        )

    def _create(self, request: Request, _: Match[str]) -> Operation:
        pairs = read_form(request)
        form = dict(pairs)
        events = [value for name, value in pairs if name == "StatusCallbackEvent"]
        return Operation(
            "dial", form.get("To", ""), lambda delay: self._accept(form, events, delay)
        )

    def _accept(self, form: Form, events: list[str], delay_s: int) -> Answer:
        hold(self._rules(form, events), form)
        twiml = form.get("Twiml")
        order = Order(
            to=form["To"],
            sender=form["From"],
            url=form.get("Url", ""),
            method=form.get("Method", "POST"),
            twiml=twiml.encode() if twiml and not form.get("Url") else None,
            fallback_url=form.get("FallbackUrl"),
            status_callback=form.get("StatusCallback"),
            status_method=form.get("StatusCallbackMethod", "POST"),
            events=frozenset(events or ["completed"]),
            timeout=int(form.get("Timeout", "60")),
        )
        return json_answer(201, call_json(self.account, self.calling.place(order, delay_s)))

    def _rules(self, form: Form, events: list[str]) -> list[tuple[bool, int, str]]:
        """What a call must be, in Twilio's order."""
        to, sender, twiml = form.get("To", ""), form.get("From", ""), form.get("Twiml", "")
        timeout = form.get("Timeout", "60")
        has_document = bool(form.get("Url")) or 0 < len(twiml) <= MAX_TWIML
        return [
            (bool(to), 21201, ""),
            (bool(sender), 21213, ""),
            (is_possible(to), 21211, "To"),
            (sender == self.account.number, 21210, "From"),
            (to != self.account.number, 21266, ""),
            (has_document, 21205, "Url"),
            (is_absolute(form.get("Url") or "https://"), 21205, "Url"),
            (is_absolute(form.get("FallbackUrl", "https://")), 21205, "FallbackUrl"),
            (is_absolute(form.get("StatusCallback", "https://")), 21609, "StatusCallback"),
            (set(events) <= EVENTS, 21626, "StatusCallbackEvent"),
            (timeout.isdecimal() and 0 < int(timeout) <= MAX_TIMEOUT_S, 21208, "Timeout"),
        ]

    def _list(self, request: Request, _: Match[str]) -> Operation:
        query = read_query(request)
        number = query.get("To", query.get("From", ""))
        return Operation("list", number, lambda _: self._listed(query))

    def _listed(self, query: Form) -> Answer:
        try:
            return json_answer(200, CALLS.page(self.account, self.calls.all(), query))
        except ListingError as error:
            raise RestError(20001, str(error)) from error

    def _fetch(self, _: Request, found: Match[str]) -> Operation:
        sid = self._known(found["sid"]).sid
        handset = self._known(sid).handset
        return Operation(
            "fetch", handset, lambda _: json_answer(200, call_json(self.account, self._known(sid)))
        )

    def _update(self, request: Request, found: Match[str]) -> Operation:
        call, form = self._known(found["sid"]), dict(read_form(request))
        return Operation("update", call.handset, lambda _: self._updated(call.sid, form))

    def _updated(self, sid: str, form: Form) -> Answer:
        """Only a call that waits to be made can be changed: made, it is over at once here."""
        is_end = form.get("Status") in {"canceled", "completed"}
        call = self.calling.cancel(sid) if is_end else None
        if call is None:
            raise RestError(21220)
        return json_answer(200, call_json(self.account, call))

    def _known(self, sid: str) -> Call:
        call = self.calls.find(sid)
        if call is None:
            raise RestError(20404, sid)
        return call


def call_json(account: Account, call: Call) -> Mapping[str, Any]:
    """A call as Twilio's API gives it; dates in RFC 2822."""
    base = f"/{API_VERSION}/Accounts/{account.sid}/Calls/{call.sid}"
    return {
        "account_sid": account.sid,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": format_datetime(call.created),
        "date_updated": format_datetime(call.updated),
        "direction": call.direction,
        "duration": None if call.seconds is None else str(call.seconds),
        "end_time": format_datetime(call.ended) if call.ended else None,
        "forwarded_from": None,
        "from": call.sender,
        "from_formatted": formatted(call.sender),
        "group_sid": None,
        "parent_call_sid": call.parent_sid,
        "phone_number_sid": f"PN{account.sid[2:]}",
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": format_datetime(call.started) if call.started else None,
        "status": call.status,
        "subresource_uris": {key: f"{base}/{name}.json" for key, name in SUBRESOURCES.items()},
        "to": call.recipient,
        "to_formatted": formatted(call.recipient),
        "trunk_sid": None,
        "uri": f"{base}.json",
    }


def _started(call: Call) -> datetime | None:
    """When it began; a call to us that failed began all the same."""
    return call.started or (call.created if call.direction == "inbound" else None)


FILTERS: Final[Mapping[str, Filter[Call]]] = {
    "To": equal(attrgetter("recipient")),
    "From": equal(attrgetter("sender")),
    "ParentCallSid": equal(attrgetter("parent_sid")),
    "Status": equal(attrgetter("status")),
    **dated("StartTime", _started),
    **dated("EndTime", attrgetter("ended")),
}

CALLS: Final = Listing("Calls", "calls", FILTERS, call_json)
