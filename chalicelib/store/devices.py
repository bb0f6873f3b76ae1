"""The salts of days, and the forms that came from one device."""

from dataclasses import dataclass

from chalicelib.core.devices import DaySalt, DeviceForm
from chalicelib.store import records, transaction
from chalicelib.store.table import Key, Table


@dataclass(frozen=True, slots=True)
class DeviceStore:
    """Forms by their device; they are added by the commits that store the forms."""

    table: Table

    def salt(self, fresh: DaySalt) -> str:
        """The salt of a day: `fresh` if it is the first; raises Busy."""
        kept = self._kept(fresh.day)
        if kept is None and not transaction.add(self.table, fresh):
            kept = self._kept(fresh.day)
        return (kept or fresh).salt

    def forms(self, device: str) -> list[DeviceForm]:
        """The forms that came from a device on its day, the earliest first: one query."""
        items = self.table.rows(f"DEV#{device}")
        return [records.read(DeviceForm, item) for item in items]

    def _kept(self, day: str) -> DaySalt | None:
        item = self.table.get(Key(f"SALT#{day}"))
        return records.read(DaySalt, item) if item else None
