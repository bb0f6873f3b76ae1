"""A stage of a test's own: the real app over HTTP, the real engine, the simulator as Twilio.

The tables are empty and the clock stands still; schedules run when a test says so.
"""

import http.client
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from pynamodb.connection import Connection

import app
from chalicelib import wiring
from chalicelib.config import Config
from chalicelib.core.people import ApiToken, Member, Unit
from chalicelib.core.visits import Visit
from chalicelib.store.storage import Storage, connect, stores
from chalicelib.store.table import Table
from chalicelib.wiring import Chance, Wiring
from tests.conftest import Tables
from tools.listener import Answer, Hang, Request, RunningServer, listen
from tools.local import seeded
from tools.phone.account import Account, Service
from tools.phone.clock import Clock
from tools.phone.faults import read_fault
from tools.phone.server import answer
from tools.phone.simulator import Simulator
from tools.server import serve

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
PUBLIC = "https://huifang.example/stage"
ACCOUNT = Account("AC" + "0123456789abcdef" * 2, "auth-token-of-a-test", "+862158386666")
ALL_SCOPES = "local-token-of-a-test"
JSON = "application/json"

COMPLETED = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
"""A Wednesday, 14:00 in Shanghai."""
UPLOADED = COMPLETED + timedelta(hours=6)
INVITED = datetime(2026, 6, 4, 8, 0, tzinfo=UTC)
"""The day after at 16:00: every invitation of COMPLETED is due."""

PEOPLE = (
    Member("Sun", "sun@supervision.example", "supervisor"),
    Member("Lin", "lin@supervision.example", "lead"),
    Member("Ou", "ou@audit.example", "auditor"),
    Member("Hu", "hu@personnel.example", "hr"),
)


class Answered(NamedTuple):
    """What came back of a request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 # whatever the service says
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The code of a refusal, which has always the same shape."""
        (error,) = self.json.values()
        assert {"code", "message"} <= error.keys() <= {"code", "message", "fields"}
        return str(error["code"])


@dataclass
class Stage:
    """Everything that runs for one test."""

    wiring: Wiring
    simulator: Simulator
    url: str
    folder: Path
    rest: list[Request]
    """What the service has asked of Twilio's REST."""
    _ids: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**6)))

    @property
    def storage(self) -> Storage:
        return self.wiring.storage

    @property
    def now(self) -> datetime:
        return self.wiring.now()

    def move(self, to: datetime) -> None:
        """Set the clock; status callbacks due on the way are told, no schedule runs."""
        self.simulator.move(to)

    def dispatch(self, at: datetime | None = None) -> None:
        """What the schedule of the same name does."""
        if at is not None:
            self.move(at)
        self.wiring.surveys.run(self.now)
        self.wiring.effects.run(self.now)
        self.simulator.settle()

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str | None = ALL_SCOPES,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """One request to the service; a body that is no bytes goes as JSON."""
        sent = dict(headers or {})
        if token is not None:
            sent.setdefault("Authorization", f"Bearer {token}")
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", JSON)
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        try:
            connection.request(method, path, raw, sent)
            answer = connection.getresponse()
            return Answered(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def token(self, *scopes: str, unit: str = "") -> str:
        """A fresh bearer token with these scopes."""
        secret = secrets.token_hex(8)
        digest = sha256(secret.encode()).hexdigest()
        self.storage.people.put(ApiToken(digest, scopes, unit))
        return secret

    def row(self, visit_id: str = "", **changes: object) -> dict[str, object]:
        """A row to upload: an English customer of unit U1 with a mobile in Hong Kong."""
        number = next(self._ids)
        row: dict[str, object] = {
            "visit_id": visit_id or f"V-{number}",
            "unit": "U1",
            "technician": "Li",
            "completed_at": COMPLETED.isoformat(),
            "customer_name": "Mrs Chan",
            "phone": f"+8525123{number:04d}",
            "language": "en",
        }
        return {**row, **changes}

    def upload(self, *rows: object) -> list[dict[str, Any]]:
        """The results of an upload that is accepted as a list."""
        answered = self.call("POST", "/api/visits", list(rows))
        assert answered.status == 200, answered.body
        results: list[dict[str, Any]] = answered.json["results"]
        return results

    def visit(self, visit_id: str) -> Visit:
        key = self.storage.visits.key_of(visit_id)
        assert key is not None
        visit = self.storage.visits.get(key)
        assert visit is not None
        return visit

    def text(self, number: str, words: str, **parameters: str) -> str:
        """What the service answers to a text from a handset, "" if nothing."""
        texted = self.simulator.text(number, words, parameters)
        assert texted.reply is not None
        assert texted.reply.status == 200, texted
        assert texted.error is None
        return "\n".join(texted.answers)

    def fault(self, on: str, fault: str, **more: object) -> None:
        """Put one fault between Twilio and the service."""
        self.simulator.faults.put(read_fault({"on": on, "fault": fault, **more}))

    def sent_to(self, number: str) -> list[str]:
        """The texts that the service created for a handset, answers aside."""
        thread = self.simulator.thread(number)
        return [each.body for each in thread if each.direction == "outbound-api"]

    def everything(self, *tables: Table) -> list[Mapping[str, Any]]:
        """Every row of these tables, by default of both, to compare or to search."""
        client = self.storage.table.connection.client
        return [
            row
            for table in tables or (self.storage.table, self.storage.vault.table)
            for page in client.get_paginator("scan").paginate(TableName=table.name)
            for row in page["Items"]
        ]

    def mails(self, what: str = "") -> list[EmailMessage]:
        """The mails written so far whose name contains `what`, by name."""
        every = sorted((self.folder / "mail").glob("*.eml"))
        paths = [path for path in every if what in path.name]
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def plain(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture(scope="session")
def shared_connection(dynamodb: str) -> Connection:
    """One connection for all: to make a client takes longer than most tests."""
    return connect("shared", dynamodb).table.connection


@pytest.fixture(scope="session")
def service() -> Iterator[RunningServer]:
    """The app of app.py behind the events API Gateway builds."""
    running = serve(app.app)
    yield running
    running.close()


@pytest.fixture
def stage(
    tables: Tables, shared_connection: Connection, service: RunningServer, tmp_path: Path
) -> Iterator[Stage]:
    """A stage with unit U1 and members of every role, at the instant of UPLOADED."""
    with set_up(tables, shared_connection, service, tmp_path) as made:
        yield made


@contextmanager
def set_up(
    tables: Tables,
    connection: Connection,
    service: RunningServer,
    folder: Path,
    chance: Chance | None = None,
) -> Iterator[Stage]:
    """A stage as the fixture has it, for tests that need several, one after the other."""
    clock = Clock(folder / "now", start=UPLOADED)
    random = Random(7)  # noqa: S311 # SIDs that come again, not secrets
    simulator = Simulator(ACCOUNT, clock, random, mail_folder=folder / "mail", callbacks="inline")
    asked: list[Request] = []

    def respond(request: Request) -> Answer | Hang:
        asked.append(request)
        return answer(simulator, request)

    phone = listen(respond)
    made = Wiring(settings(tables, phone.url, folder), chance or seeded(random))
    made.storage = stores(connection, tables.stage)
    simulator.connect(Service(PUBLIC, service.url))
    for record in (Unit("U1", "East", language="en", since="2026-05"), *PEOPLE):
        made.people.put(record)
    wiring.use(made)
    try:
        yield Stage(made, simulator, service.url, folder, asked)
    finally:
        wiring._in_use.clear()
        phone.close()
        simulator.close()


def settings(tables: Tables, phone: str, folder: Path) -> Config:
    """The settings of a local stage."""
    return Config(
        stage=tables.stage,
        public_base_url=PUBLIC,
        account_sid=ACCOUNT.sid,
        number=ACCOUNT.number,
        mail_from="huifang@supervision.example",
        auth_token=ACCOUNT.auth_token,
        twilio_api_base=phone,
        dynamodb_endpoint=tables.endpoint,
        mail_folder=str(folder / "mail"),
        blob_folder=str(folder / "blobs"),
        api_token=ALL_SCOPES,
        now=f"file:{folder / 'now'}",
    )
