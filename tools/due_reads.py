"""What a moved clock asks the database again and again, asked once until something is written.

For a database that nobody else writes to, as that of a rehearsal: two thirds of its time went into
asking whether anything was due.
"""

from collections.abc import Callable, Hashable
from typing import Any, Final, Protocol, TypeVar

WRITES: Final = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem")

Read = TypeVar("Read")


class Client(Protocol):
    """A botocore client."""

    @property
    def meta(self) -> Any: ...  # noqa: ANN401 # botocore has no types


class Reads:
    """Answers of reads, kept until the next write through `client`."""

    def __init__(self, client: Client) -> None:
        self._kept: dict[Hashable, Any] = {}
        for name in WRITES:
            for event in ("before-call", "after-call", "after-call-error"):
                client.meta.events.register(f"{event}.dynamodb.{name}", self._forget)

    def __call__(self, read: Callable[..., Read], *of: Hashable) -> Read:
        """What `read` answers for these arguments."""
        place = (read, of)
        if place not in self._kept:
            self._kept[place] = read(*of)
        found: Read = self._kept[place]
        return found

    def _forget(self, **_: object) -> None:
        self._kept.clear()


def asked(read: Callable[..., Read], *of: Hashable) -> Read:
    """What `read` answers now: where others write as well."""
    return read(*of)
