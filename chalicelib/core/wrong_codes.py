"""Wrong codes wait, each longer than the one before, and never lock for ever.

Three counts slow who guesses: of his address at this number, of this number from anywhere, of
his address at any number. Each count forgets, so that a mistake a day never adds up, and each
wait has a longest one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Patience:
    """After `free` wrong codes each further one costs a wait: `first`, doubled up to `longest`.

    One wrong code is forgotten each `forgets`.
    """

    free: int
    first: timedelta
    longest: timedelta
    forgets: timedelta


PATIENCE: Final[Mapping[str, Patience]] = {
    "pair": Patience(3, timedelta(seconds=30), timedelta(hours=1), timedelta(hours=1)),
    "number": Patience(50, timedelta(seconds=30), timedelta(hours=1), timedelta(minutes=30)),
    "address": Patience(20, timedelta(seconds=1), timedelta(minutes=5), timedelta(minutes=1)),
}
"""Kind of count → its patience.

In the long run as many codes are looked at as are forgotten: 24 a day from one address at one
number, of a million; 48 from all addresses together, which no single guesser uses up, so that he
keeps the number's owner waiting nowhere but behind his own address. The count by address is
lenient: thousands of honest people may stand behind one.
"""

FORGOTTEN: Final = timedelta(days=7)
"""After so long without a wrong code nothing of a count is left; its row may go."""


@dataclass(frozen=True, slots=True)
class WrongCodes:
    """Wrong codes counted at one place (`kind` and what it counts), the last one at `at`."""

    place: str
    count: int = 0
    at: datetime | None = None
    version: int = 0

    @property
    def patience(self) -> Patience:
        """The patience with this kind of place."""
        return PATIENCE[self.place.partition("#")[0]]


def place(kind: str, of: str) -> str:
    """The name of a count.

    >>> place("number", "572000004")
    'number#572000004'
    """
    return f"{kind}#{of}"


def left(wrong: WrongCodes, now: datetime) -> int:
    """How many wrong codes of this count are not forgotten yet."""
    if wrong.at is None:
        return 0
    forgotten = max(timedelta(0), now - wrong.at) // wrong.patience.forgets
    return max(0, wrong.count - forgotten)


def waits_until(wrong: WrongCodes, now: datetime) -> datetime | None:
    """The instant before which no further code is looked at, None if there is none to wait for."""
    patience = wrong.patience
    over = wrong.count - patience.free
    if over <= 0 or wrong.at is None:
        return None
    doubled = patience.first * 2 ** min(over - 1, _ENOUGH)
    until: datetime = wrong.at + min(doubled, patience.longest)
    return until if until > now else None


_ENOUGH: Final = 20
"""Doublings after which every first wait is beyond every longest."""


def one_more(wrong: WrongCodes, now: datetime) -> WrongCodes:
    """The count after one more wrong code."""
    return replace(wrong, count=left(wrong, now) + 1, at=now)
