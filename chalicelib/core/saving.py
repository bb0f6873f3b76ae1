"""What can go wrong with the database, for those who save: three errors that name the record.

And what is done about it where several persons change one thing.
"""

from collections.abc import Callable
from typing import Final, TypeVar

R = TypeVar("R")

TRIES: Final = 8
"""Attempts at one act while others change the same thing."""


class StoreError(Exception):
    """A record was not saved or could not be read; nothing of the attempt was kept."""


class _RecordError(StoreError):
    """An error about one record; its text names the kind of record alone, never its content."""

    def __init__(self, record: object) -> None:
        super().__init__(type(record).__name__)
        self.record = record


class AlreadyThere(_RecordError):
    """`record` was to be added, but its place is taken."""


class Stale(_RecordError):
    """`record` was changed by someone else since it was read: read again, decide again."""


class Busy(StoreError):
    """The database is throttling, in conflict or does not answer: try again from the beginning.

    The write may still have happened; whoever repeats it finds its traces by reading again.
    """


def until_saved(attempt: Callable[[], R], what: str) -> R:
    """What `attempt` gives, made again whenever others were faster; Busy(what) if they always are.

    The attempt reads anew whatever it decides by.
    """
    for _ in range(TRIES):
        try:
            return attempt()
        except (Stale, AlreadyThere):
            continue
    raise Busy(what)
