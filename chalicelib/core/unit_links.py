"""The link by which a unit answers one case: 128 random bits, of which only a hash is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

LIFE: Final = timedelta(days=180)
"""Longer than any case should take; a case that is forwarded again gets a new link anyhow."""


@dataclass(frozen=True, slots=True)
class UnitLink:
    """What the link with this hash opens, for which unit, and until when."""

    sha256: str
    reference: str
    unit: str
    expires_at: datetime


def link(secret: str, reference: str, unit: str, now: datetime) -> UnitLink:
    """What is kept of a fresh link."""
    return UnitLink(hashed(secret), reference, unit, now + LIFE)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
