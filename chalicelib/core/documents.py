"""A frozen document: one unit's month, with its place in the unit's chain."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    """The end of a unit's chain and, by month, the entry that holds.

    Visits uploaded after their close before `counted_until` are told by a document of the chain.
    """

    unit: str
    sequence: int = 0
    sha256: str = ""
    months: Mapping[str, int] | None = None
    version: int = 0
    counted_until: datetime | None = None


def facts_place(document: StoredDocument) -> str:
    """Where in the bucket the facts lie that a document rests on; the name says the content."""
    return facts_key(document.unit, document.month, document.facts_sha256)


def facts_key(unit: str, month: str, sha256: str) -> str:
    """
    >>> facts_key("U1", "2026-05", "ab12")
    'facts/2026-05/U1/ab12.tsv.gz'
    """
    return f"facts/{month}/{unit}/{sha256}.tsv.gz"


def moved(head: ChainHead, document: StoredDocument) -> ChainHead:
    """The head after one more document, which holds for its month from now on."""
    months = {**(head.months or {}), document.month: document.sequence}
    return replace(head, sequence=document.sequence, sha256=document.sha256, months=months)
