"""A table: single rows by key, the rows under one key, and the keys at which something is due."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError
from pynamodb.connection import Connection
from pynamodb.exceptions import PutError, PynamoDBConnectionError, VerboseClientError
from pynamodb.expressions.condition import Condition

from chalicelib.core.saving import Busy
from chalicelib.store.codec import instant
from chalicelib.store.models import DueIndex, MainRow

Item = Mapping[str, Mapping[str, Any]]
"""A row as the database answers it: attribute → {type: value}."""

Value = str | int | bool
"""What an attribute of ours may hold."""

BATCH: Final = 100
"""Keys in one BatchGetItem (API reference)."""

BATCH_TRIES: Final = 5
"""Rounds for the keys of one batch that the database put off."""

PASSING: Final = frozenset(
    {
        "InternalServerError", "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "ServiceUnavailable",
        "ThrottlingError", "ThrottlingException", "TransactionConflict",
        "TransactionConflictException", "TransactionInProgressException",
    }
)  # fmt: skip
"""Error and cancellation codes that pass by themselves (DynamoDB API reference, "Errors")."""


class Key(NamedTuple):
    """Where a row lies; a noun that needs no sort key has "-"."""

    pk: str
    sk: str = "-"


@dataclass(frozen=True, slots=True)
class Write:
    """One conditional update of one row; a value of None removes the attribute, only `ttl` takes
    an instant.

    There are only updates: an update whose condition is that the row be absent creates it.
    `refusal` is raised when the condition does not hold. `adds` are added to numbers, one that is
    not there being 0, or to sets of texts; a number is not the same when that is repeated.
    """

    key: Key
    values: Mapping[str, Value | datetime | None]
    condition: Condition
    refusal: Exception
    adds: Mapping[str, int | frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """One table over the process's one connection."""

    connection: Connection
    name: str

    def get(self, key: Key) -> Item | None:
        """The row at `key`, read consistently."""
        with _errors():
            answer = self.connection.get_item(self.name, *key, consistent_read=True)
        item: Item | None = answer.get("Item")
        return item

    def get_many(self, keys: Sequence[Key]) -> dict[Key, Item]:
        """The rows that exist among `keys`, read consistently, 100 a trip."""
        found: dict[Key, Item] = {}
        for start in range(0, len(keys), BATCH):
            found |= self._batch(keys[start : start + BATCH])
        return found

    def _batch(self, keys: Sequence[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        left: Sequence[Any] = [key._asdict() for key in keys]
        for _ in range(BATCH_TRIES):
            with _errors():
                answer = self.connection.batch_get_item(self.name, left, consistent_read=True)
            found |= {key_of(item): item for item in answer["Responses"].get(self.name, ())}
            left = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", ())
            if not left:
                return found
        raise Busy("UnprocessedKeys")

    def rows(
        self, pk: str, *, prefix: str = "", after: str = "", attributes: Sequence[str] = ()
    ) -> Iterator[Item]:
        """The rows under `pk` in the order of their sort keys, consistent, a page at a time.

        `after` is a sort key to go on behind, `attributes` the only ones wanted.
        """
        start: Item | None = {"pk": {"S": pk}, "sk": {"S": after}} if after else None
        while True:
            with _errors():
                page = self.connection.query(
                    self.name,
                    pk,
                    range_key_condition=MainRow.sk.startswith(prefix) if prefix else None,
                    attributes_to_get=list(attributes) or None,
                    exclusive_start_key=start,
                    consistent_read=True,
                )
            yield from page["Items"]
            start = page.get("LastEvaluatedKey")
            if not start:
                return

    def due(self, kind: str, now: datetime, limit: int) -> list[Key]:
        """At most `limit` keys of rows of `kind` due at `now` or before, the earliest first.

        The index follows its table with a delay: a key may be due no more, or not yet be here.
        """
        with _errors():
            page = self.connection.query(
                self.name,
                kind,
                range_key_condition=DueIndex.due_sk <= instant(now),
                index_name=DueIndex.Meta.index_name,
                limit=limit,
            )
        return [key_of(item) for item in page["Items"]]

    def next_due(self, kind: str) -> datetime | None:
        """When the earliest row of `kind` is due, be it overdue; for clocks that are moved."""
        with _errors():
            page = self.connection.query(
                self.name, kind, index_name=DueIndex.Meta.index_name, limit=1
            )
        first = [datetime.fromisoformat(text(item, "due_sk")) for item in page["Items"]]
        return first[0] if first else None

    def send(self, writes: Sequence[Write], nonce: str = "") -> None:
        """Do all of `writes` or none, raising what botocore raises.

        A condition that fails tells the row as it is. A nonce marks the rows written.
        """
        updates = [self._update(write, nonce) for write in writes]
        if len(updates) == 1:
            self.connection.dispatch("UpdateItem", updates[0])
        else:
            items = [{"Update": update} for update in updates]
            self.connection.dispatch("TransactWriteItems", {"TransactItems": items})

    def put(self, key: Key, attributes: Item, condition: Condition) -> bool:
        """Put one whole row; False if the condition does not hold."""
        try:
            with _errors():
                self.connection.put_item(
                    self.name, *key, attributes=attributes, condition=condition
                )
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _update(self, write: Write, nonce: str) -> dict[str, Any]:
        values = {**write.values, "nonce": nonce} if nonce else write.values
        return self.connection.get_operation_kwargs(
            self.name,
            *write.key,
            actions=[
                getattr(MainRow, name).remove()
                if value is None
                else getattr(MainRow, name).set(value)
                for name, value in values.items()
            ]
            + [getattr(MainRow, name).add(more) for name, more in write.adds.items()],
            condition=write.condition,
            return_values_on_condition_failure="ALL_OLD",
        )


def key_of(item: Item) -> Key:
    """Where a row lies."""
    return Key(item["pk"]["S"], item["sk"]["S"])


def text(item: Item, attribute: str) -> str:
    """A text attribute of a row, "" if it has none."""
    return str(item.get(attribute, {}).get("S", ""))


def number(item: Item, attribute: str) -> int:
    """An integer attribute of a row, 0 if it has none."""
    return int(item.get(attribute, {}).get("N", 0))


def passing(error: BaseException | None) -> str:
    """The code of an error that passes by itself, "" of one that does not."""
    if isinstance(error, (ConnectionError, HTTPClientError)):
        return type(error).__name__
    if not isinstance(error, ClientError):
        return ""
    codes = {error.response["Error"].get("Code", "")}
    if isinstance(error, VerboseClientError) and error.cancellation_reasons:
        codes = {reason.code for reason in error.cancellation_reasons if reason}
    return ",".join(sorted(codes)) if codes <= PASSING else ""


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what passes by itself into Busy."""
    try:
        yield
    except PynamoDBConnectionError as error:
        if code := passing(error.cause):
            raise Busy(code) from error
        raise
