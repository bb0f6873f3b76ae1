"""Incidents: forms that did not hold, and the calls they still call for."""

from dataclasses import dataclass

from chalicelib.core.verification import Incident
from chalicelib.store import records, transaction
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class IncidentStore:
    """Incidents of all units under one key, a few dozen a year; commits add and save them."""

    table: Table

    def all(self) -> list[Incident]:
        """Every incident, by unit and instant."""
        return [records.read(Incident, item) for item in self.table.rows("INCIDENTS")]

    def of_unit(self, unit: str) -> list[Incident]:
        """The incidents of a unit, the earliest first."""
        items = self.table.rows("INCIDENTS", prefix=f"{unit}#")
        return [records.read(Incident, item) for item in items]

    def save(self, incident: Incident) -> Incident:
        """Save an incident and return it with its new version; raises Stale and Busy."""
        return transaction.save(self.table, incident)
