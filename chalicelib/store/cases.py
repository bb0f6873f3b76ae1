"""Cases and their events: by number, by unit and month, by the phone they came from."""

from dataclasses import dataclass

from chalicelib.core.cases import Case, CaseEvent
from chalicelib.store import layouts
from chalicelib.store.layouts import phone_place
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
        return layouts.read(Case, item) if item else None

    def events(self, number: str) -> list[CaseEvent]:
        """What happened to a case, in order."""
        items = self.table.rows(f"CASE#{number}", prefix="EV#")
        return [layouts.read(CaseEvent, item) for item in items]

    def of_month(self, unit: str, month: str) -> list[Case]:
        """The cases of a unit received in a month, by number; unit "" is those without one."""
        listed = self.table.rows(layouts.case_month_place(unit, month), attributes=("sk",))
        cases = self._read([item["sk"]["S"] for item in listed])
        return [case for case in cases if (case.unit, case.month) == (unit, month)]

    def unread_of(self, unit: str, month: str) -> list[Case]:
        """Those of them that nobody has heard or read yet."""
        return [case for case in self.of_month(unit, month) if case.kind == "unread"]

    def of_number(self, number: str) -> list[Case]:
        """The cases that came from a phone, the earliest first."""
        listed = self.table.rows(phone_place(number).pk, prefix="CASE#", attributes=("sk",))
        cases = self._read([item["sk"]["S"].rpartition("#")[2] for item in listed])
        return [case for case in cases if case.phone == number]

    def _read(self, numbers: list[str]) -> list[Case]:
        """The cases of these numbers, in this order."""
        keys = [Key(f"CASE#{number}") for number in numbers]
        items = self.table.get_many(keys)
        return [layouts.read(Case, items[key]) for key in keys if key in items]
