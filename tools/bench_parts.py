"""The parts of the bench: each gives the seconds of the service and those of the bare calls."""

import base64
import hmac
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from itertools import islice
from time import perf_counter
from typing import Any, Final
from urllib.parse import urlencode

from chalicelib import wiring
from chalicelib.config import Config
from chalicelib.core import sampling
from chalicelib.core.frame import FrameLine, freeze, in_order
from chalicelib.core.people import Unit
from chalicelib.core.phones import Phone
from chalicelib.core.tickets import seed, seed_prefix
from chalicelib.core.visit_facts import ROW
from chalicelib.core.visits import Answer, Facts, Outbox, Said, Survey, Visit
from chalicelib.store import records
from chalicelib.wiring import Wiring
from tools.bench import best
from tools.engine import create_tables
from tools.listener import Request
from tools.rest_event import match_route, rest_event
from tools.server import Context

MONTH: Final = "2026-05"
COMPLETED: Final = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
CLOSED: Final = datetime(2026, 6, 10, 1, 15, tzinfo=UTC)
ACCOUNT: Final = "AC" + "0123456789abcdef" * 2
TOKEN: Final = "a-token-of-the-bench"  # noqa: S105 # of nobody
NUMBER: Final = "+862158386666"
PUBLIC: Final = "https://huifang.example/bench"
BATCH: Final = 25
"""Items of one BatchWriteItem (API reference)."""

Calls = list[tuple[str, dict[str, Any]]]


def _wiring(endpoint: str, stage: str) -> Wiring:
    create_tables(endpoint, stage)
    made = Wiring(
        Config(
            stage=stage,
            public_base_url=PUBLIC,
            account_sid=ACCOUNT,
            number=NUMBER,
            auth_token=TOKEN,
            dynamodb_endpoint=endpoint,
        )
    )
    made.people.put(Unit("U1", "East", language="en", since=MONTH))
    return made


# ------------------------------------------------------------------ close


class _NoFiles:
    """Takes facts files and keeps none."""

    def put(self, key: str, content: bytes) -> None:
        """Nothing is kept."""

    def get(self, key: str) -> bytes | None:
        """Nothing is there."""
        return None


def close(endpoint: str, forms: int) -> tuple[float, float]:
    """A month's document of so many forms, made and not committed; the same pages, bare."""
    made = _wiring(endpoint, f"close-{uuid.uuid4().hex[:6]}")
    made.__dict__["blobs"] = _NoFiles()
    table = made.storage.table
    client = table.connection.client
    _put(client, table.name, (_visit(place) for place in range(forms)))
    (unit,) = made.people.units()

    def ours() -> None:
        document = made.month_maker.first(unit, MONTH, [], CLOSED).document
        _same(json.loads(document.body)["forms"], forms)

    def bare() -> None:
        pages = client.get_paginator("query").paginate(
            TableName=table.name,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"VM#U1#{MONTH}"}},
            ExpressionAttributeNames={f"#{place}": name for place, name in enumerate(_NAMES)},
            ProjectionExpression=", ".join(f"#{place}" for place in range(len(_NAMES))),
        )
        _same(sum(len(page["Items"]) for page in pages), forms)

    return _pair(best(ours, bare))


_NAMES: Final = ("sk", *ROW)


def _same(found: object, expected: object) -> None:
    """What is measured has to be what was meant."""
    if found != expected:
        raise ValueError(f"{found} and not {expected}")


def _pair(times: Sequence[float]) -> tuple[float, float]:
    ours, bare = times
    return ours, bare


def _visit(place: int) -> Visit:
    completed = COMPLETED + timedelta(minutes=place % 30_000)
    grades = f"{'ABCDE'[place % 5]}B{'AC'[place % 2]}"
    said = Answer(grades, "sms", "direct", completed + timedelta(days=1), f"SM{place:032x}")
    return Visit(
        Facts(f"V{place:09d}", "U1", f"T{place % 20}", completed, "Mrs Chan", "+85251230001"),
        MONTH,
        completed + timedelta(hours=1),
        "0" * 32,
        survey=Survey("answered", invited_at=completed, settled_at=completed),
        answers=(said,),
    )


def _put(client: Any, table: str, visits: Iterator[Visit]) -> None:  # noqa: ANN401 # botocore's
    """Store visits as the service does, many in a call: this is a table of nobody's."""
    while batch := list(islice(visits, BATCH)):
        puts = [{"PutRequest": {"Item": _item(visit)}} for visit in batch]
        client.batch_write_item(RequestItems={table: puts})


def _item(visit: Visit) -> dict[str, Any]:
    (write,) = records.adding(visit)
    key = {"pk": {"S": write.key.pk}, "sk": {"S": write.key.sk}}
    return key | {name: _typed(value) for name, value in write.values.items()}


def _typed(value: object) -> dict[str, object]:
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": str(value)}


# ------------------------------------------------------------------ draw


def draw(visits: int) -> tuple[float, float]:
    """The picks of a frozen frame; a hash of each of its visits and nothing else."""
    lines = in_order(
        FrameLine(f"V{place:09d}", f"U{place % 50:02d}", f"T{place % 7}", place % 3 == 0)
        for place in range(visits)
    )
    frozen, secret = freeze(lines), bytes(32)

    def ours() -> None:
        sampling.draw(frozen, lines, secret, calls_per_week=200, min_per_unit=3, incidents={})

    def bare() -> None:
        prefix = seed_prefix(seed(secret, frozen.sha256))
        for line in lines:
            sha256(prefix + line.id.encode()).digest()

    return _pair(best(ours, bare))


# ------------------------------------------------------------------ reply


def reply(endpoint: str, replies: int) -> tuple[float, float]:
    """Texts answered by the handler; the calls that it made, made bare on tables that are alike."""
    import app

    name = uuid.uuid4().hex[:6]
    watched, measured, bare = (_asked(endpoint, f"{name}-{x}", replies) for x in "abc")
    calls: Calls = []
    events = [_event(app.app, place) for place in range(replies)]
    wiring.use(watched)
    with _captured(watched, calls):
        for event in deepcopy(events):
            _same(app.app(event, Context("bench", 30))["statusCode"], 200)
    each = len(calls) // replies
    client = bare.storage.table.connection.client
    renamed = json.loads(
        json.dumps(calls).replace(watched.storage.table.name, bare.storage.table.name)
    )
    ours, theirs = [], []
    wiring.use(measured)
    for place in range(replies):
        begun = perf_counter()
        app.app(events[place], Context("bench", 30))
        ours.append(perf_counter() - begun)
        begun = perf_counter()
        for operation, parameters in renamed[each * place : each * (place + 1)]:
            getattr(client, _METHODS[operation])(**parameters)
        theirs.append(perf_counter() - begun)
    warm = replies // 10
    return sum(sorted(ours[warm:])[: replies // 2]), sum(sorted(theirs[warm:])[: replies // 2])


_METHODS: Final[Mapping[str, str]] = {
    "GetItem": "get_item",
    "BatchGetItem": "batch_get_item",
    "UpdateItem": "update_item",
    "Query": "query",
    "TransactWriteItems": "transact_write_items",
}


def _asked(endpoint: str, stage: str, number: int) -> Wiring:
    """A stage on which so many customers were invited and have not answered."""
    made = _wiring(endpoint, stage)
    for place in range(number):
        visit = _invited(place)
        made.storage.visits.create(visit)
        phone = Phone(visit.facts.phone, current=visit.key, last=visit.key)
        made.storage.commit([], [phone])
    return made


def _invited(place: int) -> Visit:
    now = datetime.now(UTC).replace(microsecond=0)
    at = now - timedelta(hours=3)
    facts = Facts(
        f"V{place:05d}", "U1", "Li", at - timedelta(days=1), "Mrs Chan", f"+8525123{place:04d}",
        "HK", mobile=True, appliance="boiler", language="en",
    )  # fmt: skip
    outbox = Outbox("invitation", "sent", sid=f"SM{place:032x}", attempts=1, to=facts.phone)
    survey = Survey(
        "invited", due_at=at + timedelta(hours=48), invited_at=at, contacts=1, outbox=outbox
    )
    visit = Visit(facts, f"{facts.completed_at:%Y-%m}", at - timedelta(hours=20), "0" * 32)
    said = Said("invitation", {"appliance": "boiler", "day": f"{facts.completed_at:%Y-%m-%d}"})
    return replace(visit, survey=survey, conversation=replace(visit.conversation, ours=(said,)))


def _event(app: Any, place: int) -> dict[str, Any]:  # noqa: ANN401 # Chalice's
    """A text as API Gateway hands it on."""
    request = _text(place)
    route = match_route(request.path, app.routes)
    if route is None:
        raise LookupError(request.path)
    return rest_event(request, route, request_id=str(place), received_at=datetime.now(UTC))


def _text(place: int) -> Request:
    """A text of three grades, signed as Twilio signs."""
    form = {
        "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "Body": "ABA", "NumMedia": "0",
        "From": f"+8525123{place:04d}", "To": NUMBER, "NumSegments": "1",
        "MessageSid": f"SM{place + 10**6:032x}", "SmsMessageSid": f"SM{place + 10**6:032x}",
    }  # fmt: skip
    signed = f"{PUBLIC}/twilio/sms" + "".join(f"{name}{form[name]}" for name in sorted(form))
    digest = hmac.new(TOKEN.encode(), signed.encode(), sha1).digest()
    headers = (
        ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
        ("X-Twilio-Signature", base64.b64encode(digest).decode()),
        ("Host", "huifang.example"),
    )
    return Request("POST", "/twilio/sms", headers, urlencode(form).encode())


@contextmanager
def _captured(made: Wiring, calls: Calls) -> Iterator[None]:
    """The calls that reach the database meanwhile, with their parameters."""

    def note(params: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 # botocore's
        calls.append((model.name, deepcopy(params)))

    events = made.storage.table.connection.client.meta.events
    events.register("provide-client-params.dynamodb.*", note)
    try:
        yield
    finally:
        events.unregister("provide-client-params.dynamodb.*", note)
