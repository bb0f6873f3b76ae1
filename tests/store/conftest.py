"""The store on the real engine, under watch, with faults on demand."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse, HTTPHeaders
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from pynamodb.connection import Connection

from chalicelib.store.storage import Storage, connect, stores
from tests.conftest import Tables

CONDITIONED = ("UpdateItem", "PutItem")
OPERATIONS = (*CONDITIONED, "TransactWriteItems", "GetItem", "BatchGetItem", "Query")
Step = Callable[[Any], Any]


class Wire:
    """What goes over the one connection of all these tests: counted, checked, broken on demand."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.trips: list[tuple[str, float]] = []
        self.plan: list[Step] = []
        events = connection.client.meta.events
        events.register("provide-client-params.dynamodb.*", self._check)
        events.register("after-call.dynamodb.*", self._count)
        events.register("before-send.dynamodb.*", self._break)

    def units(self) -> dict[str, float]:
        """Capacity units consumed since the test began, by operation."""
        used: dict[str, float] = {}
        for operation, units in self.trips:
            used[operation] = used.get(operation, 0) + units
        return used

    def operations(self) -> list[str]:
        """The calls since the test began."""
        return [operation for operation, _ in self.trips]

    def _check(self, params: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 # botocore's
        """Every write has a condition; every read is consistent unless it asks the index."""
        if model.name not in OPERATIONS:
            raise AssertionError(f"{model.name} is none of ours")
        writes = [params] if model.name in CONDITIONED else []
        writes += [write for item in params.get("TransactItems", ()) for write in item.values()]
        if not all("ConditionExpression" in write for write in writes):
            raise AssertionError("a write without a condition")
        reads = [params] if model.name in ("GetItem", "Query") else []
        reads += list(params.get("RequestItems", {}).values())
        if not all("IndexName" in read or read.get("ConsistentRead") for read in reads):
            raise AssertionError("a read that may be old")

    def _count(self, parsed: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 # botocore's
        used = parsed.get("ConsumedCapacity", [])
        units = used if isinstance(used, list) else [used]
        self.trips.append((model.name, sum(each["CapacityUnits"] for each in units)))

    def _break(self, request: Any, **_: object) -> Any:  # noqa: ANN401 # botocore's
        return self.plan.pop(0)(request) if self.plan else None

    def answer_lost(self, request: Any) -> None:  # noqa: ANN401 # botocore's
        """The request is carried out, its answer never arrives."""
        self.connection.client._endpoint.http_session.send(request)
        raise ReadTimeoutError(endpoint_url=request.url)

    def error_after(self, request: Any) -> AWSResponse:  # noqa: ANN401 # botocore's
        """The request is carried out, the answer is an internal error."""
        self.connection.client._endpoint.http_session.send(request)
        return _answer(500, b'{"__type": "InternalServerError"}')

    def never_sent(self, request: Any) -> None:  # noqa: ANN401 # botocore's
        """The request does not arrive."""
        raise ConnectTimeoutError(endpoint_url=request.url)

    def throttled(self, _: object) -> AWSResponse:
        """The request is refused for now."""
        return _answer(400, b'{"__type": "ThrottlingException"}')

    def conflict(self, _: object) -> AWSResponse:
        """Another transaction holds one of the rows."""
        return _answer(
            400,
            b'{"__type": "TransactionCanceledException", "CancellationReasons": '
            b'[{"Code": "None"}, {"Code": "TransactionConflict"}]}',
        )

    def passed(self, _: object) -> None:
        """The request goes through."""

    def meanwhile(self, act: Callable[[], object]) -> Step:
        """Somebody else is quicker, then the request goes through."""

        def step(_: object) -> None:
            act()

        return step


class _Body(BytesIO):
    """The raw side of an answer, as urllib3 would give it."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """All of it at once."""
        yield self.read()


def _answer(status: int, body: bytes) -> AWSResponse:
    return AWSResponse("", status, HTTPHeaders(), _Body(body))


@pytest.fixture(scope="session")
def shared_wire(dynamodb: str) -> Wire:
    """One connection for all: to make a client takes longer than most of these tests."""
    return Wire(connect("shared", dynamodb).table.connection)


@pytest.fixture
def wire(shared_wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """The connection, nothing counted and nothing broken yet; retries come at once."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    shared_wire.trips.clear()
    yield shared_wire
    shared_wire.plan.clear()


@pytest.fixture
def storage(wire: Wire, tables: Tables) -> Storage:
    """Empty stores."""
    return stores(wire.connection, tables.stage)
