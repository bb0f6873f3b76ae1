"""A draw as it is stored: announced, frozen, drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.verification import Attempt, Told

UNDER_WAY: Final = timedelta(minutes=1)
"""What came in so shortly before a frame was read may not have been stored in time to be seen."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw; `state` "committed" → "frozen" → "drawn". The secret lies in the vault alone.

    Its weekly part covers what settled from `since` to `boundary` (None: it has none); `closes`
    is the month of which it takes all that is left, unsettled visits as silent ones. The numbers
    of calls are fixed when the frame is, and so are `incidents`: "unit/technician" → calls owed.
    `acknowledged_*`: who took the list over, and when.
    """

    key: str
    state: str
    commitment: str
    version: int = 0
    since: datetime | None = None
    boundary: datetime | None = None
    due_at: datetime | None = None
    closes: str = ""
    frozen_at: datetime | None = None
    frame_count: int = 0
    frame_sha256: str = ""
    calls_per_week: int = 0
    min_per_unit: int = 0
    drawn_at: datetime | None = None
    over_capacity: bool = False
    quotas: Mapping[str, int] = field(default_factory=dict)
    incidents: Mapping[str, int] = field(default_factory=dict)
    revealed_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """A visit that supervision is to call; `rank` is its place within its unit.

    `cell` as in `core/estimates.py`. Attempts and what was told are kept here in full; of them the
    visit knows its outcome alone. `recall_by` is whom chance chose to call it once more.
    """

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
    cell: str = ""
    attempts: tuple[Attempt, ...] = ()
    told: Told | None = None
    recall_by: str = ""
    recall: Told | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a stored visit decides which frame it enters."""

    month: str
    received_at: datetime
    settled_at: datetime | None
    changed_at: datetime | None


def incidents_of(draw: Draw) -> dict[tuple[str, str], int]:
    """(unit, technician) → calls owed outside the quota, as they were when the frame was frozen."""
    return {_unit_and_technician(key): calls for key, calls in draw.incidents.items()}


def _unit_and_technician(key: str) -> tuple[str, str]:
    unit, _, technician = key.partition("/")
    return unit, technician


def enters(visit: Standing, draw: Draw, earlier: Sequence[Draw]) -> bool:
    """Whether the visit is in the frame of `draw`, frozen at its `frozen_at`.

    Each visit is in one frame, and in the next once more if it was changed after its own had been
    read. `earlier` are the draws before this one, in order.
    """
    if not any(_takes(visit, each) for each in earlier):
        return _takes(visit, draw)
    return _within(visit.changed_at, _read_until(earlier[-1]), _read_until(draw))


def _takes(visit: Standing, draw: Draw) -> bool:
    """Whether a visit that is in no frame yet enters this one."""
    if draw.closes == visit.month and draw.due_at is not None:
        return visit.received_at < draw.due_at - UNDER_WAY
    return _within(visit.settled_at, None, draw.boundary)


def _read_until(draw: Draw) -> datetime | None:
    """What was stored with an earlier instant than this was certainly seen by the frame."""
    return draw.frozen_at - UNDER_WAY if draw.frozen_at else None


def _within(instant: datetime | None, since: datetime | None, end: datetime | None) -> bool:
    if instant is None or end is None:
        return False
    return (since is None or since <= instant) and instant < end
