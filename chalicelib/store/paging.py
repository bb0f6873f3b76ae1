"""Pages to the duty phones, by the instant at which they were opened."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.paging import Page
from chalicelib.store import records
from chalicelib.store.codec import instant
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class PageStore:
    """Pages; they are opened and saved by commits. A few a year, all under one key."""

    table: Table

    def since(self, opened_at: datetime) -> list[Page]:
        """The pages opened at `opened_at` or later, the earliest first."""
        items = self.table.rows("PAGES", after=instant(opened_at))
        return [records.read(Page, item) for item in items]

    def due(self, now: datetime, limit: int) -> list[Page]:
        """At most `limit` pages whose next phone is due, read as they are now."""
        keys = self.table.due("paging", now, limit)
        items = self.table.get_many(keys)
        return [records.read(Page, items[key]) for key in keys if key in items]
