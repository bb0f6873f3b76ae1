"""The pages of Twilio's lists: filters, order, page tokens; the same for every resource."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from tools.phone.account import API_VERSION, Account

PAGE_SIZE: Final = 50
MAX_PAGE_SIZE: Final = 1000
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class Resource(Protocol):
    """What can be listed."""

    @property
    def sid(self) -> str: ...


Item = TypeVar("Item", bound=Resource)
Read = TypeVar("Read")

Page = Mapping[str, Any]
Keep = Callable[[Item], bool]
Filter = Callable[[str], Keep[Item]]
"""A filter's value in the query → whether an item stays."""


class ListingError(ValueError):
    """A filter or page parameter Twilio would refuse."""


@dataclass(frozen=True)
class Listing(Generic[Item]):
    """How one resource, whose items have a `sid`, is listed: its name in the path and the JSON."""

    resource: str
    key: str
    filters: Mapping[str, Filter[Item]]
    as_json: Callable[[Account, Item], Mapping[str, Any]]

    def page(self, account: Account, items: Sequence[Item], query: Mapping[str, str]) -> Page:
        """One page, as JSON, of those `items` (oldest first) that pass, the newest first.

        A page token names the last item of the page before, so that what comes in between two
        pages moves nothing.
        """
        size = _page_size(query.get("PageSize", str(PAGE_SIZE)))
        number = _count(query.get("Page", "0"))
        given = {name: query[name] for name in self.filters if query.get(name)}
        keeps = [self.filters[name](value) for name, value in given.items()]
        found = [each for each in reversed(items) if all(keep(each) for keep in keeps)]
        start = _start([each.sid for each in found], query.get("PageToken"), number * size)
        page = found[start : start + size]
        address = _Address(account, self.resource, given, size)
        return {
            "end": start + max(0, len(page) - 1),
            "first_page_uri": address.page(0),
            self.key: [self.as_json(account, each) for each in page],
            "next_page_uri": (
                address.page(number + 1, page[-1].sid) if start + size < len(found) else None
            ),
            "page": number,
            "page_size": size,
            "previous_page_uri": address.page(number - 1) if number else None,
            "start": start,
            "uri": address.page(number),
        }


def equal(of: Callable[[Item], str | None]) -> Filter[Item]:
    """Keeps what has exactly the value asked for."""
    return lambda value: lambda item: of(item) == value


def dated(name: str, of: Callable[[Item], datetime | None]) -> dict[str, Filter[Item]]:
    """The three filters of a date, both ends included; a day or an instant, in UTC."""
    return {
        name: _dates(of, lambda found, day, _: found.date() == day),
        f"{name}<": _dates(
            of, lambda found, day, at: found.date() <= day if at is None else found <= at
        ),
        f"{name}>": _dates(
            of, lambda found, day, at: found.date() >= day if at is None else found >= at
        ),
    }


def _dates(
    of: Callable[[Item], datetime | None],
    holds: Callable[[datetime, date, datetime | None], bool],
) -> Filter[Item]:
    """A filter by a date, to the second: Twilio knows no finer one."""

    def reads(value: str) -> Keep[Item]:
        day, instant = _date(value)

        def keeps(item: Item) -> bool:
            found = of(item)
            return found is not None and holds(found.replace(microsecond=0), day, instant)

        return keeps

    return reads


class _Address:
    def __init__(
        self, account: Account, resource: str, filters: Mapping[str, str], size: int
    ) -> None:
        self._path = f"/{API_VERSION}/Accounts/{account.sid}/{resource}.json"
        self._query = {**filters, "PageSize": str(size)}

    def page(self, number: int, after: str | None = None) -> str:
        token = {"PageToken": f"PA{after}"} if after else {}
        return f"{self._path}?{urlencode({**self._query, 'Page': str(number), **token})}"


def _start(sids: Sequence[str], token: str | None, counted: int) -> int:
    """Where a page begins: after the token's item, else where counting leads."""
    if not token:
        return counted
    after = [index for index, sid in enumerate(sids) if token == f"PA{sid}"]
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
