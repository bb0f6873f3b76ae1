"""Amendments: what is to change in a month that has its document, by two persons (DESIGN 8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

STATES: Final = ("proposed", "approved", "refused")


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change proposed for one unit's month; it takes effect as the next document of its chain.

    `cause` names what it came from, so that the same thing never proposes it twice. `subjects` are
    the facts that are to be read anew, "visit <id>" or "case <number>"; all others stay as the
    document before has them. `kin` did the work it is about and may not approve it.
    """

    unit: str
    month: str
    cause: str
    reason: str
    proposed_at: datetime
    proposed_by: str
    subjects: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    state: str = "proposed"
    decided_at: datetime | None = None
    decided_by: str = ""
    sequence: int = 0
    version: int = 0
