"""HR's register: what was issued, by month; an entry never changes (DESIGN 8)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One issued document: `amount` is the document's, `before` what was issued for the month so
    far, so that `amount - before` is what is to be paid or held back now."""

    month: str
    unit: str
    sequence: int
    amount: int
    before: int
    issued_at: datetime
    issued_by: str
