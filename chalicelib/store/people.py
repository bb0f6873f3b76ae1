"""Units, technicians, members, tokens; the switch of sending; the months with late visits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeVar

from chalicelib.core.people import ApiToken, Member, Technician, Unit
from chalicelib.core.saving import AlreadyThere, Busy, Stale
from chalicelib.store import codec, layouts, records, transaction
from chalicelib.store.codec import escaped, instant
from chalicelib.store.models import MainRow
from chalicelib.store.table import Item, Key, Table, Write, number, text

R = TypeVar("R")

PUT_TRIES: Final = 3
"""How often `put` reads again when somebody puts the same record at the same time."""

_SENDING: Final = Key("ORG", "SWITCH#sending")


class LateMonth(NamedTuple):
    """A unit's month that got a visit after its close, the last one at `at`."""

    month: str
    unit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PeopleStore:
    """The organisation: a few thousand small rows under one key, and tokens by their hash."""

    table: Table

    def put(
        self, record: Unit | Technician | Member | ApiToken
    ) -> Literal["created", "changed", "unchanged"]:
        """Create a record or replace the one of its key; Busy if others keep putting it too."""
        key = layouts.LAYOUTS[type(record)].key(record)
        for _ in range(PUT_TRIES):
            item = self.table.get(key)
            if item and text(item, "body") == records.body(record):
                return "unchanged"
            try:
                writes = records.saving(record, number(item or {}, "version"))
                transaction.write_all(self.table, writes)
            except Stale:
                continue
            return "changed" if item else "created"
        raise Busy(type(record).__name__)

    def unit(self, unit_id: str) -> Unit | None:
        """One unit."""
        return self._get(Unit, Key("ORG", f"UNIT#{unit_id}"))

    def units(self) -> list[Unit]:
        """All units, by id."""
        return self._all(Unit, "UNIT#")

    def technician(self, unit: str, name: str) -> Technician | None:
        """One technician of a unit."""
        return self._get(Technician, Key("ORG", f"TECH#{unit}#{escaped(name)}"))

    def technicians(self, unit: str) -> list[Technician]:
        """The technicians of a unit, by name."""
        return self._all(Technician, f"TECH#{unit}#")

    def member(self, mail: str) -> Member | None:
        """One member, by his mail address in any case."""
        return self._get(Member, Key("ORG", f"MEMBER#{escaped(mail.lower())}"))

    def members(self) -> list[Member]:
        """All members, by mail address."""
        return self._all(Member, "MEMBER#")

    def token(self, sha256_hex: str) -> ApiToken | None:
        """What the bearer token with this hash may do."""
        return self._get(ApiToken, Key(f"API#{sha256_hex}"))

    def sending(self) -> bool:
        """Whether texts may be sent: yes until somebody stops it."""
        item = self.table.get(_SENDING)
        return item is None or text(item, "state") != "stopped"

    def stop_sending(self, by: str, at: datetime) -> bool:
        """Stop every text; False if it was stopped already."""
        return self._switch("stopped", by, at)

    def start_sending(self, by: str, at: datetime) -> bool:
        """Let texts go out again; False if they did."""
        return self._switch("started", by, at)

    def mark_late(self, unit: str, month: str, at: datetime) -> None:
        """Note that a unit's closed month got one more visit, uploaded at `at`."""
        received_at = instant(at)
        earlier = MainRow.received_at.does_not_exist() | (MainRow.received_at < received_at)
        key = Key("ORG", f"LATE#{month}#{unit}")
        values = {"received_at": received_at}
        transaction.attempt(self.table, Write(key, values, earlier, AlreadyThere(key)))

    def late_months(self) -> list[LateMonth]:
        """The months that got visits after their close, by month and unit."""
        return [_late_month(item) for item in self.table.rows("ORG", prefix="LATE#")]

    def _switch(self, state: str, by: str, at: datetime) -> bool:
        other = MainRow.state.does_not_exist() | (MainRow.state != state)
        body = codec.dumps({"by": by, "at": instant(at)})
        values = {"state": state, "body": body}
        write = Write(_SENDING, values, other, AlreadyThere(_SENDING))
        try:
            transaction.write_all(self.table, [write])
        except AlreadyThere:
            return False
        return True

    def _get(self, kind: type[R], key: Key) -> R | None:
        item = self.table.get(key)
        return records.read(kind, item) if item else None

    def _all(self, kind: type[R], prefix: str) -> list[R]:
        return [records.read(kind, item) for item in self.table.rows("ORG", prefix=prefix)]


def _late_month(item: Item) -> LateMonth:
    _, month, unit = item["sk"]["S"].split("#")
    return LateMonth(month, unit, datetime.fromisoformat(text(item, "received_at")))
