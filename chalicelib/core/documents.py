"""A frozen document: one unit's month, with its place in the unit's chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """One entry of a unit's chain: `body` is the canonical text whose SHA-256 is `sha256`."""

    unit: str
    sequence: int
    month: str
    version_of_month: int
    body: str
    sha256: str
    previous_sha256: str
    facts_sha256: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of a unit's chain and, by month, the entry that holds."""

    unit: str
    sequence: int = 0
    sha256: str = ""
    months: Mapping[str, int] | None = None
    version: int = 0
