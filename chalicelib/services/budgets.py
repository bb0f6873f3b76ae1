"""Draws texts on the day's budgets: a handful at a time, what is left over given back."""

import logging
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from chalicelib.core.budgets import Budget
from chalicelib.core.saving import Busy

log = logging.getLogger(__name__)

HANDFUL: Final = 20
"""Taken at once: one write for so many texts, and so many lost where a run is killed."""

SHARES: Final = 16
"""No run holds more than this part of a budget: what many at once hold and have not sent yet must
not look to the others like a budget that is spent."""


def handful(limit: int, texts: int) -> int:
    """How many to take at once of a budget of `limit`, for a run that may send `texts`."""
    return min(HANDFUL, texts, max(1, limit // SHARES))


class Limits(Protocol):
    def take(self, kind: str, day: date, wanted: int, limit: int) -> int: ...
    def give_back(self, kind: str, day: date, unused: int) -> None: ...


class Unlimited:
    """No budgets: for a sender that nobody pays."""

    def take(self, kind: str, day: date, wanted: int, limit: int) -> int:
        """All that is wanted."""
        return wanted

    def give_back(self, kind: str, day: date, unused: int) -> None:
        """Nothing to keep."""


@dataclass(slots=True)
class Allowance:
    """What one run may send of one budget; `close` it when the run ends."""

    limits: Limits
    budget: Budget
    day: date
    handful: int = HANDFUL
    left: int = 0
    refused: int = 0

    def draw(self) -> bool:
        """Whether one more text may go out; after the first no there is no other answer."""
        if not self.left and not self.refused:
            self.left = self.limits.take(
                self.budget.kind, self.day, self.handful, self.budget.limit
            )
        granted = self.left > 0
        self.left -= granted
        self.refused += not granted
        return granted

    def put_back(self) -> None:
        """One text that was drawn did not go out."""
        self.left += 1

    def close(self) -> None:
        """Give back what was not used, and tell once how many texts were over the budget."""
        if self.refused:
            log.warning("budget used up", extra={"budget": self.budget.kind, "over": self.refused})
        if not self.left:
            return
        try:
            self.limits.give_back(self.budget.kind, self.day, self.left)
        except Busy:
            log.warning("budget not given back", extra={"budget": self.budget.kind})
        self.left = 0
