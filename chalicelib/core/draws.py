"""A draw as it is stored: announced, frozen, drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw; `state` "committed" → "frozen" → "drawn". The secret lies in the vault alone.

    Its weekly part covers what settled from `since` to `boundary` (None: it has none); `closes`
    is the month of which it takes all that is left, unsettled visits as silent ones.
    """

    key: str
    state: str
    commitment: str
    version: int = 0
    since: datetime | None = None
    boundary: datetime | None = None
    due_at: datetime | None = None
    closes: str = ""
    frame_count: int = 0
    frame_sha256: str = ""
    drawn_at: datetime | None = None
    over_capacity: bool = False
    quotas: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pick:
    """A visit that supervision is to call; `rank` is its place within its unit."""

    draw: str
    unit: str
    rank: int
    visit_id: str
    month: str
    stratum: str
    ticket: str
    why: str
    caller: str = ""
    reserve: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a stored visit decides which frame it enters."""

    month: str
    received_at: datetime
    settled_at: datetime | None
    changed_at: datetime | None


def enters(visit: Standing, draw: Draw, closed_at: datetime | None) -> bool:
    """Whether the visit is in the frame of `draw`: each visit is in one, once more if changed.

    `closed_at` is when the closing draw of the visit's month was due, if it was drawn: it took
    all that had come in by then, settled or not.
    """
    if _framed_before(visit, draw.since, closed_at):
        return _within(visit.changed_at, draw.since, draw.boundary)
    if draw.closes == visit.month and draw.due_at is not None:
        return visit.received_at < draw.due_at
    return _within(visit.settled_at, None, draw.boundary)


def _framed_before(visit: Standing, since: datetime | None, closed_at: datetime | None) -> bool:
    if closed_at is not None and visit.received_at < closed_at:
        return True
    return since is not None and visit.settled_at is not None and visit.settled_at < since


def _within(instant: datetime | None, since: datetime | None, end: datetime | None) -> bool:
    if instant is None or end is None:
        return False
    return (since is None or since <= instant) and instant < end
