"""Saving records: all of a decision or nothing of it, each record under its own condition.

A failed condition is not believed before it is read back: botocore repeats a request whose answer
was lost, and then meets the row that it wrote itself. Each commit marks its rows with a nonce.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar, cast

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import VerboseClientError

from chalicelib.core.saving import AlreadyThere, Busy
from chalicelib.store import records
from chalicelib.store.table import Item, Table, Write, passing, text


class Versioned(Protocol):
    """A record with an optimistic lock: the version it was read with, 0 for a fresh one."""

    @property
    def version(self) -> int: ...


R = TypeVar("R", bound=Versioned)


def commit(table: Table, adds: Sequence[object] = (), saves: Sequence[object] = ()) -> None:
    """Add and save all these records or none.

    Each of `adds` on the condition that its place is free, each of `saves` that its version is
    still the stored one, which then rises by one. Raises AlreadyThere or Stale with the first
    record refused, adds before saves, and Busy. One row is a plain update, several a transaction.
    """
    writes = [write for record in adds for write in records.adding(record)]
    for record in saves:
        writes += records.saving(record, cast(Versioned, record).version)
    if writes:
        write_all(table, writes)


def add(table: Table, record: object) -> bool:
    """Add one record; False if its place is taken."""
    try:
        commit(table, adds=[record])
    except AlreadyThere:
        return False
    return True


def save(table: Table, record: R) -> R:
    """Save one record and return it with its new version; raises Stale and Busy."""
    commit(table, saves=[record])
    dataclass: Any = record
    saved: R = replace(dataclass, version=record.version + 1)
    return saved


def write_all(table: Table, writes: Sequence[Write]) -> None:
    """Do all of `writes` or none, and raise the first refusal, unless we did them before."""
    nonce = secrets.token_urlsafe(8)
    try:
        table.send(writes, nonce)
    except (BotoCoreError, ClientError) as error:
        _settle(table, writes, nonce, error)


def attempt(table: Table, write: Write) -> Item | None:
    """Do one write that may be repeated freely: None if done, else the row that refused it."""
    try:
        table.send([write])
    except (BotoCoreError, ClientError) as error:
        refused = _refused([write], error)
        if refused:
            return refused[0][1]
        if code := passing(error):
            raise Busy(code) from error
        raise
    return None


def _settle(table: Table, writes: Sequence[Write], nonce: str, error: Exception) -> None:
    """Return if the writes were done after all, as their rows tell; else raise the reason."""
    refused = _refused(writes, error)
    if any(text(found, "nonce") == nonce for _, found in refused):
        return
    for write, _ in refused:
        raise write.refusal from error
    code = passing(error)
    if not code:
        raise error
    row = table.get(writes[0].key)
    if row is None or text(row, "nonce") != nonce:
        raise Busy(code) from error


def _refused(writes: Sequence[Write], error: Exception) -> list[tuple[Write, Item]]:
    """The writes whose conditions failed, each with the row that was there ({} for none)."""
    if not isinstance(error, VerboseClientError):
        return []
    if error.response["Error"].get("Code") == "ConditionalCheckFailedException":
        cause: Any = error.__cause__
        return [(writes[0], cause.response.get("Item") or {})]
    return [
        (write, reason.raw_item or {})
        for write, reason in zip(writes, error.cancellation_reasons, strict=False)
        if reason is not None and reason.code == "ConditionalCheckFailed"
    ]
