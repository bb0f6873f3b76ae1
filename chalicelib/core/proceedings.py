"""What happens to a frozen document: closed → noticed → issued, objections, questions (DESIGN 8).

The document itself never changes; its proceeding does, step by step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

STATES: Final = ("closed", "noticed", "issued")


@dataclass(frozen=True, slots=True)
class Happened:
    """One step: when, what, by whom, which way it came in; never changed, never removed."""

    at: datetime
    what: str
    by: str
    via: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proceeding:
    """Where the document `sequence` of a unit's chain stands; `steps` are its history."""

    unit: str
    sequence: int
    month: str
    state: str = "closed"
    due_at: datetime | None = None
    steps: tuple[Happened, ...] = ()
    version: int = 0
