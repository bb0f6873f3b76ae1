"""Run marks: each period of a scheduled job is done once, by one run at a time."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.core.runs import LEASE, RunMark, may_start
from chalicelib.core.saving import Stale
from chalicelib.store import records, transaction
from chalicelib.store.table import Key, Table


@dataclass(frozen=True, slots=True)
class RunStore:
    """Run marks by job and period."""

    table: Table

    def get(self, job: str, period: str) -> RunMark:
        """The mark as it is now; one of a period never begun is fresh, with version 0."""
        item = self.table.get(Key(f"RUN#{job}#{period}"))
        return records.read(RunMark, item) if item else RunMark(job, period)

    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None:
        """Lease a period for this run, until LEASE after `now`; None if it is done or leased.

        The mark's cursor is where the run before it stopped.
        """
        mark = self.get(job, period)
        if not may_start(mark, now):
            return None
        taken = replace(mark, state="running", lease=lease, lease_until=now + LEASE)
        try:
            return transaction.save(self.table, taken)
        except Stale:
            return None

    def move(self, mark: RunMark, cursor: str) -> RunMark:
        """Keep how far the run has come; raises Stale when another has taken the period over."""
        return transaction.save(self.table, replace(mark, cursor=cursor))

    def finish(self, mark: RunMark) -> RunMark:
        """Mark the period as done; raises Stale when another has taken it over."""
        return transaction.save(self.table, replace(mark, state="done"))
