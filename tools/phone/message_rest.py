"""Messages over Twilio's REST API: created, listed, fetched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from operator import attrgetter
from re import Match
from typing import Any, Final

from tools.listener import Answer, Request
from tools.phone.account import API_VERSION, Account
from tools.phone.carrier import Carrier
from tools.phone.messages import Message
from tools.phone.paging import Filter, Listing, ListingError, dated, equal
from tools.phone.phone_numbers import is_possible
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
from tools.phone.segments import count_segments

MAX_BODY: Final = 1600


@dataclass(frozen=True)
class MessageRest:
    """The resource Messages."""

    account: Account
    carrier: Carrier

    def routes(self) -> Routes:
        return (
            (r"/Messages\.json", "POST", self._create),
            (r"/Messages\.json", "GET", self._list),
            (r"/Messages/(?P<sid>(?:SM|MM)[0-9a-f]{32})\.json", "GET", self._fetch),
        )

    def _create(self, request: Request, _: Match[str]) -> Operation:
        form = dict(read_form(request))
        return Operation("create", form.get("To", ""), lambda delay: self._accept(form, delay))

    def _accept(self, form: Form, delay_s: int) -> Answer:
        hold(self._rules(form), form)
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
        return json_answer(201, message_json(self.account, message))

    def _rules(self, form: Form) -> list[tuple[bool, int, str]]:
        """What a message must be, in Twilio's order."""
        to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
        return [
            (bool(to), 21604, ""),
            (bool(sender or form.get("MessagingServiceSid")), 21603, ""),
            (is_possible(to), 21211, "To"),
            (sender in {"", self.account.number}, 21606, "From"),
            (to != self.account.number, 21266, ""),
            (bool(body), 21602, ""),
            (len(body) <= MAX_BODY, 21617, ""),
            (is_absolute(form.get("StatusCallback", "https://")), 21609, "StatusCallback"),
        ]

    def _list(self, request: Request, _: Match[str]) -> Operation:
        query = read_query(request)
        number = query.get("To", query.get("From", ""))
        return Operation("list", number, lambda _: self._listed(query))

    def _listed(self, query: Form) -> Answer:
        try:
            page = MESSAGES.page(self.account, self.carrier.messages.all(), query)
        except ListingError as error:
            raise RestError(20001, str(error)) from error
        return json_answer(200, page)

    def _fetch(self, request: Request, found: Match[str]) -> Operation:
        message = self.carrier.messages.find(found["sid"])
        if message is None:
            raise RestError(20404, request.path)
        return Operation("fetch", _handset_of(message), lambda _: self._fetched(message.sid))

    def _fetched(self, sid: str) -> Answer:
        message = self.carrier.messages.find(sid)
        if message is None:
            raise RestError(20404, sid)
        return json_answer(200, message_json(self.account, message))


def _handset_of(message: Message) -> str:
    return message.sender if message.direction == "inbound" else message.recipient


def message_json(account: Account, message: Message) -> Mapping[str, Any]:
    """A message as Twilio's API gives it; dates in RFC 2822."""
    uri = f"/{API_VERSION}/Accounts/{account.sid}/Messages/{message.sid}"
    return {
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": format_datetime(message.created),
        "date_sent": format_datetime(message.sent) if message.sent else None,
        "date_updated": format_datetime(message.updated),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "from": message.sender,
        "messaging_service_sid": message.messaging_service_sid,
        "num_media": "0",
        "num_segments": str(count_segments(message.body)),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.recipient,
        "uri": f"{uri}.json",
    }


def _sent(message: Message) -> datetime:
    """When it was sent; one still in the queue is held against its creation."""
    return message.sent or message.created


FILTERS: Final[Mapping[str, Filter[Message]]] = {
    "To": equal(attrgetter("recipient")),
    "From": equal(attrgetter("sender")),
    **dated("DateSent", _sent),
}

MESSAGES: Final = Listing("Messages", "messages", FILTERS, message_json)
