"""Visits: found by id through a pointer, listed by unit and month, due for their surveys."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.saving import AlreadyThere
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.store import codec, places, records, transaction
from chalicelib.store.models import MainRow
from chalicelib.store.table import Item, Key, Table, Value, Write, number, text


@dataclass(frozen=True, slots=True)
class VisitStore:
    """Visits of all units and months."""

    table: Table

    def create(self, visit: Visit) -> bool:
        """Store a new visit; False if the id is taken, be it by another unit or month.

        The pointer goes first: a repeat after a crash in between completes the half-done one.
        """
        return self._point(visit) and transaction.add(self.table, visit)

    def key_of(self, visit_id: str) -> VisitKey | None:
        """Where the visit of this id lies, None if there is none."""
        item = self.table.get(_pointer(visit_id))
        if item is None:
            return None
        unit, month = json.loads(text(item, "body"))
        return VisitKey(unit, month, visit_id)

    def get(self, key: VisitKey) -> Visit | None:
        """The visit as it is now."""
        item = self.table.get(places.visit_place(key))
        return records.read(Visit, item) if item else None

    def with_delivery(self, key: VisitKey) -> tuple[Visit, str] | None:
        """The visit as it is now, and how far our text got as `month` tells it, "" if unknown."""
        item = self.table.get(places.visit_place(key))
        return _whole(item) if item else None

    def whole_month(self, unit: str, month: str, cursor: str = "") -> Iterator[tuple[Visit, str]]:
        """The visits of a unit's month as `with_delivery` reads them, sorted by id."""
        pk = places.visit_place(VisitKey(unit, month, "")).pk
        for item in self.table.rows(pk, after=cursor):
            yield _whole(item)

    def save(self, visit: Visit) -> Visit:
        """Save a visit and return it with its new version; raises Stale and Busy."""
        return transaction.save(self.table, visit)

    def note_delivery(self, key: VisitKey, rank: int, status: str) -> bool:
        """Note how far our text to this customer came: one write, no read, body and version as is.

        True if the visit stands at this status now, also when it did before: a repeated callback
        may finish what the first one began. False if it stands at another of this rank or a higher
        one, or does not exist.
        """
        lower = MainRow.delivery_rank.does_not_exist() | (MainRow.delivery_rank < rank)
        write = Write(
            places.visit_place(key),
            {"delivery_rank": rank, "delivery": status},
            MainRow.pk.exists() & lower,
            AlreadyThere(key),
        )
        refused_by = transaction.attempt(self.table, write)
        if refused_by is None:
            return True
        stands = number(refused_by, "delivery_rank"), text(refused_by, "delivery")
        return bool(refused_by) and stands == (rank, status)

    def month(
        self, unit: str, month: str, attributes: Sequence[str], cursor: str = ""
    ) -> Iterator[Mapping[str, Value]]:
        """The visits of a unit's month, sorted by id, read consistently, one page in memory.

        Each is its `visit_id` and those of `attributes` it has; see `models.MainRow` for their
        names; instants are fixed-width UTC text. `cursor` is the id of the last visit that an
        interrupted run is done with.
        """
        names = ("sk", *attributes)
        pk = places.visit_place(VisitKey(unit, month, "")).pk
        for item in self.table.rows(pk, after=cursor, attributes=names):
            row = {name: records.plain(value) for name, value in item.items()}
            row["visit_id"] = row.pop("sk")
            yield row

    def due(self, now: datetime, limit: int) -> list[VisitKey]:
        """At most `limit` visits whose survey is due, the earliest first; read each again."""
        return [places.visit_key(key) for key in self.table.due("survey", now, limit)]

    def _point(self, visit: Visit) -> bool:
        """Point from the id to the visit's place; False if it points elsewhere already."""
        place = codec.dumps([visit.facts.unit, visit.month])
        write = Write(
            _pointer(visit.facts.visit_id),
            {"body": place},
            MainRow.pk.does_not_exist(),
            AlreadyThere(visit),
        )
        there = transaction.attempt(self.table, write)
        return there is None or text(there, "body") == place


def _whole(item: Item) -> tuple[Visit, str]:
    return records.read(Visit, item), text(item, "delivery")


def _pointer(visit_id: str) -> Key:
    return Key(f"ID#{visit_id}")
