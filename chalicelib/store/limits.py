"""Daily limits: how many of a kind have been taken today, exact under any number of takers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from chalicelib.core.saving import Busy, Stale
from chalicelib.store import transaction
from chalicelib.store.models import MainRow
from chalicelib.store.table import Key, Table, Write, number

KEPT: Final = timedelta(days=4)
"""How long a day's count is kept after the day began."""

TRIES: Final = 64
"""Each failure means that somebody else took some: many takers at once all get their turn."""


@dataclass(frozen=True, slots=True)
class LimitStore:
    """Counts by kind and day; `kind` holds no "#"."""

    table: Table

    def take(self, kind: str, day: date, wanted: int, limit: int) -> int:
        """Take at most `wanted` of what `limit` leaves of the day; how many were granted.

        One write, no read, unless the limit is near. What a lost answer took may be lost for the
        day, and on Busy too: the limit is never passed.
        """
        left = min(wanted, limit)
        while left > 0:
            there = transaction.attempt(self.table, _taking(kind, day, left, limit))
            if there is None:
                return left
            left = min(left - 1, limit - number(there, "taken"))
        return 0

    def give_back(self, kind: str, day: date, unused: int) -> None:
        """Put back what was taken and not used, exactly once; raises Busy."""
        for _ in range(TRIES):
            taken = self.taken(kind, day)
            less = {"taken": max(taken - unused, 0)}
            write = Write(_place(kind, day), less, MainRow.taken == taken, Stale(kind))
            try:
                transaction.write_all(self.table, [write])
            except Stale:
                continue
            return
        raise Busy(kind)

    def taken(self, kind: str, day: date) -> int:
        """How many of the day are taken."""
        return number(self.table.get(_place(kind, day)) or {}, "taken")


def _place(kind: str, day: date) -> Key:
    return Key(f"LIM#{kind}#{day.isoformat()}")


def _taking(kind: str, day: date, wanted: int, limit: int) -> Write:
    enough = MainRow.taken.does_not_exist() | (MainRow.taken <= limit - wanted)
    ends = datetime.combine(day, time(0), UTC) + KEPT
    return Write(_place(kind, day), {"ttl": ends}, enough, Stale(kind), adds={"taken": wanted})
