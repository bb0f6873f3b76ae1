"""A draw as it is stored: announced, frozen, drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw; `state` "committed" → "frozen" → "drawn". The secret lies in the vault alone.

    `boundary` ends what this frame covers, `since` (the boundary of the draw before) begins it.
    """

    key: str
    state: str
    commitment: str
    version: int = 0
    since: datetime | None = None
    boundary: datetime | None = None
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
