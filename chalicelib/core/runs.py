"""Run marks: a scheduled job does each period once, and goes on where it stopped."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LEASE: Final = timedelta(minutes=6)
"""Longer than the longest function (300 s): a lease that has run out belongs to a dead run."""


@dataclass(frozen=True, slots=True)
class RunMark:
    """One period of one job: "" → "running" (leased) → "done"; `cursor` is where it stands."""

    job: str
    period: str
    state: str = ""
    lease: str = ""
    lease_until: datetime | None = None
    cursor: str = ""
    version: int = 0


def may_start(mark: RunMark, now: datetime) -> bool:
    """Whether a run may take this period now."""
    return mark.state != "done" and (mark.lease_until is None or mark.lease_until <= now)
