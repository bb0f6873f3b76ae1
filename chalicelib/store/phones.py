"""Phones: which visit a number is asked about, which was its last, whether it opted out."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.phones import Phone
from chalicelib.core.saving import AlreadyThere
from chalicelib.core.visits import VisitKey
from chalicelib.store import codec, layouts, transaction
from chalicelib.store.codec import instant
from chalicelib.store.models import MainRow
from chalicelib.store.table import Table, Write


@dataclass(frozen=True, slots=True)
class PhoneStore:
    """Phones by their number in E.164."""

    table: Table

    def get(self, number: str) -> Phone:
        """The phone as it is now; one we know nothing about is fresh, with version 0."""
        item = self.table.get(layouts.phone_place(number))
        return layouts.read(Phone, item) if item else Phone(number)

    def save(self, phone: Phone) -> Phone:
        """Save all but `last` and return it with its new version; raises Stale and Busy."""
        return transaction.save(self.table, phone)

    def note_visit(self, number: str, key: VisitKey, completed_at: datetime) -> None:
        """Keep the visit completed last as `last`: one write, body and version as they are.

        Of two completed at the same instant the greater key stays, so any order ends alike.
        """
        at, last = instant(completed_at), codec.dumps(list(key))
        later = (
            MainRow.last_at.does_not_exist()
            | (MainRow.last_at < at)
            | ((MainRow.last_at == at) & (MainRow.last < last))
        )
        write = Write(
            layouts.phone_place(number), {"last": last, "last_at": at}, later, AlreadyThere(key)
        )
        transaction.attempt(self.table, write)
