"""What covert colleagues noted, by unit and instant."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.observations import Observation
from chalicelib.store import records, transaction
from chalicelib.store.codec import instant
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class ObservationStore:
    """Observations; they are added once and never change."""

    table: Table

    def add(self, observation: Observation) -> bool:
        """Keep an observation; False if the code word has noted one at this instant already."""
        return transaction.add(self.table, observation)

    def of_unit(self, unit: str, since: datetime) -> list[Observation]:
        """What was noted of a unit at `since` or later, the earliest first: one query."""
        items = self.table.rows(f"OBS#{unit}", after=instant(since))
        return [records.read(Observation, item) for item in items]
