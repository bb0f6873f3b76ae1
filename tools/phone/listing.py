"""Messages as JSON, and the pages of Twilio's list: filters, order, page tokens."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from tools.phone.account import API_VERSION, Account
from tools.phone.messages import Message
from tools.phone.segments import count_segments

PAGE_SIZE: Final = 50
MAX_PAGE_SIZE: Final = 1000
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")

FILTERS: Final = ("To", "From", "DateSent", "DateSent<", "DateSent>")

Keep = Callable[[Message], bool]
Read = TypeVar("Read")


class ListingError(ValueError):
    """A filter or page parameter Twilio would refuse."""


def message_json(account: Account, message: Message) -> dict[str, Any]:
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


def list_messages(
    account: Account, messages: Sequence[Message], query: Mapping[str, str]
) -> dict[str, Any]:
    """One page of the messages that pass the filters, newest first.

    A page token names the last message of the page before, so that what comes in between two
    pages moves nothing.
    """
    size = _page_size(query.get("PageSize", str(PAGE_SIZE)))
    number = _count(query.get("Page", "0"))
    keeps = [_keep(name, query[name]) for name in FILTERS if query.get(name)]
    found = [each for each in reversed(messages) if all(keep(each) for keep in keeps)]
    start = _start(found, query.get("PageToken"), number * size)
    page = found[start : start + size]
    address = _Address(account, {name: query[name] for name in FILTERS if query.get(name)}, size)
    return {
        "end": start + max(0, len(page) - 1),
        "first_page_uri": address.page(0),
        "messages": [message_json(account, each) for each in page],
        "next_page_uri": (
            address.page(number + 1, page[-1].sid) if start + size < len(found) else None
        ),
        "page": number,
        "page_size": size,
        "previous_page_uri": address.page(number - 1) if number else None,
        "start": start,
        "uri": address.page(number),
    }


class _Address:
    def __init__(self, account: Account, filters: Mapping[str, str], size: int) -> None:
        self._path = f"/{API_VERSION}/Accounts/{account.sid}/Messages.json"
        self._query = {**filters, "PageSize": str(size)}

    def page(self, number: int, after: str | None = None) -> str:
        token = {"PageToken": f"PA{after}"} if after else {}
        return f"{self._path}?{urlencode({**self._query, 'Page': str(number), **token})}"


def _start(found: Sequence[Message], token: str | None, counted: int) -> int:
    """Where a page begins: after the token's message, else where counting leads."""
    if not token:
        return counted
    after = [index for index, each in enumerate(found) if token == f"PA{each.sid}"]
    if not after:
        raise ListingError("PageToken")
    return after[0] + 1


def _page_size(text: str) -> int:
    size = _count(text)
    if size == 0:
        raise ListingError("PageSize")
    return min(size, MAX_PAGE_SIZE)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ListingError(text)
    return int(text)


def _keep(name: str, value: str) -> Keep:
    """A filter; the three of dates take a day or an instant, both ends included, in UTC.

    A message still in the queue has no date_sent and is held against its date_created.
    """
    if name == "To":
        return lambda message: message.recipient == value
    if name == "From":
        return lambda message: message.sender == value
    return _KEEP_DATE[name](*_date(value))


def _date(value: str) -> tuple[date, datetime | None]:
    """The day, and the instant if the filter gives one; several spellings, as Twilio takes."""
    if DAY.fullmatch(value):
        return _parsed(date.fromisoformat, value), None
    reader = datetime.fromisoformat if value[:4].isdigit() else parsedate_to_datetime
    instant = _parsed(reader, value)
    instant = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    return instant.date(), instant


def _parsed(reader: Callable[[str], Read], value: str) -> Read:
    try:
        return reader(value)
    except ValueError as error:
        raise ListingError(value) from error


def _dated(message: Message) -> datetime:
    """When it was sent, to the second: Twilio knows no finer date."""
    return (message.sent or message.created).replace(microsecond=0)


def _on(day: date, _: datetime | None) -> Keep:
    return lambda message: _dated(message).date() == day


def _until(day: date, instant: datetime | None) -> Keep:
    if instant is None:
        return lambda message: _dated(message).date() <= day
    return lambda message: _dated(message) <= instant


def _since(day: date, instant: datetime | None) -> Keep:
    if instant is None:
        return lambda message: _dated(message).date() >= day
    return lambda message: _dated(message) >= instant


_KEEP_DATE: Final[Mapping[str, Callable[[date, datetime | None], Keep]]] = {
    "DateSent": _on,
    "DateSent<": _until,
    "DateSent>": _since,
}
