"""Phones: which visit a number is asked about, which was its last, whether it opted out."""

from dataclasses import dataclass
from datetime import datetime

from pynamodb.expressions.condition import Condition, size

from chalicelib.core.phones import MOST_NAMES, Phone
from chalicelib.core.saving import AlreadyThere
from chalicelib.core.visits import VisitKey
from chalicelib.store import codec, places, records, transaction
from chalicelib.store.codec import instant
from chalicelib.store.models import MainRow
from chalicelib.store.table import Item, Table, Write


@dataclass(frozen=True, slots=True)
class PhoneStore:
    """Phones by their number in E.164."""

    table: Table

    def get(self, number: str) -> Phone:
        """The phone as it is now; one we know nothing about is fresh, with version 0."""
        item = self.table.get(places.phone_place(number))
        return records.read(Phone, item) if item else Phone(number)

    def save(self, phone: Phone) -> Phone:
        """Save all but `last` and return it with its new version; raises Stale and Busy."""
        return transaction.save(self.table, phone)

    def note_visit(
        self, number: str, key: VisitKey, completed_at: datetime, name: str = ""
    ) -> None:
        """Keep the visit completed last as `last`, and the entry of its customer's name.

        One write, body and version as they are; two where the visit is not the last one and its
        name is new. Of two completed at the same instant the greater key stays, so any order ends
        alike. A number with MOST_NAMES entries takes no more.
        """
        place = places.phone_place(number)
        last = {"last": codec.dumps(list(key)), "last_at": instant(completed_at)}
        names = {"names": frozenset({name})} if name else {}
        later, room = _is_later(**last), _has_room(name)
        both = Write(place, last, later & room if name else later, AlreadyThere(key), names)
        there = transaction.attempt(self.table, both)
        if there is None or not name:
            return
        if _is_full(there, name):
            transaction.attempt(self.table, Write(place, last, later, AlreadyThere(key)))
        elif name not in _names(there):
            transaction.attempt(self.table, Write(place, {}, room, AlreadyThere(key), names))


def _is_later(last: str, last_at: str) -> Condition:
    later: Condition = (
        MainRow.last_at.does_not_exist()
        | (MainRow.last_at < last_at)
        | ((MainRow.last_at == last_at) & (MainRow.last < last))
    )
    return later


def _has_room(name: str) -> Condition:
    few = size(MainRow.names) < MOST_NAMES  # type: ignore[no-untyped-call] # theirs
    room: Condition = MainRow.names.does_not_exist() | few | MainRow.names.contains(name)
    return room


def _names(item: Item) -> list[str]:
    return list(item.get("names", {}).get("SS", ()))


def _is_full(item: Item, name: str) -> bool:
    names = _names(item)
    return name not in names and len(names) >= MOST_NAMES
