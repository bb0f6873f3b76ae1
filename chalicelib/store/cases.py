"""Cases and their events: by number, by unit and month, by phone, by the unit's reference."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.cases import Case, CaseEvent, CaseName
from chalicelib.core.unit_links import UnitLink
from chalicelib.store import records
from chalicelib.store.places import case_month_place, phone_place
from chalicelib.store.table import Key, Table


@dataclass(frozen=True, slots=True)
class CaseStore:
    """Cases; they are opened and saved by commits, together with their events.

    The rows that list them by month and phone are written in the same transaction. They only lead
    to the case, which is read again: a case that changed its unit is listed under both and
    returned for its present one alone.
    """

    table: Table

    def get(self, number: str) -> Case | None:
        """The case as it is now."""
        item = self.table.get(Key(f"CASE#{number}"))
        return records.read(Case, item) if item else None

    def events(self, number: str) -> list[CaseEvent]:
        """What happened to a case, in order."""
        items = self.table.rows(f"CASE#{number}", prefix="EV#")
        return [records.read(CaseEvent, item) for item in items]

    def of_month(self, unit: str, month: str) -> list[Case]:
        """The cases of a unit received in a month, by number; unit "" is those without one."""
        return [case for case in self.ever_of_month(unit, month) if case.unit == unit]

    def ever_of_month(self, unit: str, month: str) -> list[Case]:
        """The same, with those that have become another unit's since."""
        listed = self.table.rows(case_month_place(unit, month), attributes=("sk",))
        cases = self._read([item["sk"]["S"] for item in listed])
        return [case for case in cases if case.month == month]

    def unread_of(self, unit: str, month: str) -> list[Case]:
        """Those of them that nobody has heard or read yet."""
        return [case for case in self.of_month(unit, month) if case.kind == "unread"]

    def of_number(self, number: str) -> list[Case]:
        """The cases that came from a phone, the earliest first."""
        listed = self.table.rows(phone_place(number).pk, prefix="CASE#", attributes=("sk",))
        cases = self._read([item["sk"]["S"].rpartition("#")[2] for item in listed])
        return [case for case in cases if case.phone == number]

    def of_reference(self, reference: str) -> Case | None:
        """The case that its unit calls so."""
        item = self.table.get(Key(f"CREF#{reference}"))
        return self.get(records.read(CaseName, item).case) if item else None

    def due(self, now: datetime, limit: int) -> list[str]:
        """At most `limit` numbers of cases with a clock that has run out; read each again."""
        return [key.pk.removeprefix("CASE#") for key in self.table.due("case", now, limit)]

    def unit_link(self, sha256: str) -> UnitLink | None:
        """The link with this hash by which a unit answers, run out or not."""
        item = self.table.get(Key(f"ULINK#{sha256}"))
        return records.read(UnitLink, item) if item else None

    def _read(self, numbers: list[str]) -> list[Case]:
        """The cases of these numbers, in this order."""
        keys = [Key(f"CASE#{number}") for number in numbers]
        items = self.table.get_many(keys)
        return [records.read(Case, items[key]) for key in keys if key in items]
