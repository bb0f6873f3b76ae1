"""What happens to months after their close: proceedings, amendments, HR's register, the witness."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.amendments import Amendment
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.register import RegisterEntry
from chalicelib.core.rulebook_changes import RulebookSeen
from chalicelib.core.witness import WeekOfFacts
from chalicelib.store import layouts, places, records
from chalicelib.store.table import Key, Table


@dataclass(frozen=True, slots=True)
class ProceedingStore:
    """Proceedings, one for each document; they are added and saved by commits."""

    table: Table

    def get(self, unit: str, sequence: int) -> Proceeding | None:
        """Where the document `sequence` of a unit's chain stands."""
        item = self.table.get(places.proceeding_place(unit, sequence))
        return records.read(Proceeding, item) if item else None

    def of_unit(self, unit: str) -> list[Proceeding]:
        """All proceedings of a unit, in the order of its chain."""
        items = self.table.rows(f"DOC#{unit}", prefix="PROC#")
        return [records.read(Proceeding, item) for item in items]

    def due(self, now: datetime, limit: int) -> list[Proceeding]:
        """At most `limit` proceedings of which something is due, read as they are now."""
        keys = self.table.due("proceeding", now, limit)
        items = self.table.get_many(keys)
        return [records.read(Proceeding, items[key]) for key in keys if key in items]


@dataclass(frozen=True, slots=True)
class AmendmentStore:
    """Amendments by unit, month and cause; they are added and saved by commits."""

    table: Table

    def get(self, unit: str, month: str, cause: str) -> Amendment | None:
        """One amendment."""
        item = self.table.get(places.amendment_place(unit, month, cause))
        return records.read(Amendment, item) if item else None

    def of_unit(self, unit: str, month: str = "") -> list[Amendment]:
        """The amendments of a unit, or of one of its months, by month and cause."""
        prefix = f"AMD#{month}#" if month else "AMD#"
        items = self.table.rows(f"DOC#{unit}", prefix=prefix)
        return [records.read(Amendment, item) for item in items]

    def untold(self, now: datetime, limit: int) -> list[Amendment]:
        """At most `limit` amendments of which nobody has been told, read as they are now."""
        return self._due("proposal", now, limit)

    def overdue(self, now: datetime, limit: int) -> list[Amendment]:
        """At most `limit` of those told long ago on which nobody has decided."""
        return self._due("amendment", now, limit)

    def _due(self, kind: str, now: datetime, limit: int) -> list[Amendment]:
        """The index is behind: a record that it lists may have been told or decided since."""
        keys = self.table.due(kind, now, limit)
        items = self.table.get_many(keys)
        found = [records.read(Amendment, items[key]) for key in keys if key in items]
        return [each for each in found if each.due_at and layouts.amendment_due(each) == kind]


@dataclass(frozen=True, slots=True)
class RegisterStore:
    """What HR has issued, by month."""

    table: Table

    def of_month(self, month: str) -> list[RegisterEntry]:
        """The entries of a month, by unit and place in its chain."""
        items = self.table.rows(f"REGISTER#{month}")
        return [records.read(RegisterEntry, item) for item in items]


@dataclass(frozen=True, slots=True)
class RulebookStore:
    """The rulebook last seen; it is saved by commits."""

    table: Table

    def last(self) -> RulebookSeen | None:
        """The rulebook that the program ran by when it last looked."""
        item = self.table.get(Key("ORG", "RULEBOOK"))
        return records.read(RulebookSeen, item) if item else None


@dataclass(frozen=True, slots=True)
class WitnessStore:
    """The facts of each week as they were mailed; they are added by commits."""

    table: Table

    def get(self, unit: str, week: str) -> WeekOfFacts | None:
        """One unit's week."""
        item = self.table.get(Key(f"WEEK#{unit}", week))
        return records.read(WeekOfFacts, item) if item else None

    def of_unit(self, unit: str, since: str) -> list[WeekOfFacts]:
        """A unit's weeks after the week `since` ("" for all), in order."""
        items = self.table.rows(f"WEEK#{unit}", after=since)
        return [records.read(WeekOfFacts, item) for item in items]
