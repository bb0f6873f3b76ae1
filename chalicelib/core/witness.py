"""The witness: count and hash of the facts of each week, mailed and compared at the close."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WeekOfFacts:
    """The answers and cases of one unit received in one ISO week, as they were when mailed."""

    unit: str
    week: str
    count: int
    sha256: str
    taken_at: datetime
