"""Whatever secret a draw has, a unit reads the same bytes until its month is noticed.

Two seasons, alike but for the secrets of their draws: other visits are picked, called, found to
differ and voided, and every answer, page and mail that the unit gets is the same to the byte.
"""

import re
import secrets
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from pynamodb.connection import Connection

from chalicelib.core.people import ApiToken, Member, Unit
from chalicelib.core.verification import Told
from chalicelib.wiring import Chance
from tests.conftest import Tables
from tests.services.draws import CLOSING_MAY, DAY, MONDAY, QUARTER, START, WEEK, tick
from tests.services.months import JUNE, MAY, made_at
from tests.stage import Stage, plain, set_up
from tools.engine import create_tables, table_definitions
from tools.listener import RunningServer

BOSS = "boss@east.example"
TOKEN = "token-of-unit-1"
SUN = Member("Sun", "sun@supervision.example", "supervisor")
LIN = Member("Lin", "lin@supervision.example", "lead")
HOUR = timedelta(hours=1)
VISITS = 12
WEEKS = 3
CALLS = 4

Seen = list[tuple[str, bytes]]
"""Where a unit read something, and what."""


def chance(secret: int) -> Chance:
    """Everything that is left to chance comes again, but for the secrets of draws."""
    number, salt, lease, link, opened = (Random(seed) for seed in (1, 2, 3, 4, secret))  # noqa: S311
    return Chance(
        number=lambda: number.getrandbits(64),
        salt=lambda: f"{salt.getrandbits(128):032x}",
        secret=lambda: opened.randbytes(32),
        lease=lambda: f"{lease.getrandbits(64):016x}",
        link=lambda: f"{link.getrandbits(128):032x}",
    )


@pytest.fixture
def tables_of_two(dynamodb: str) -> list[Tables]:
    made = []
    for _ in range(2):
        stage = f"t{secrets.token_hex(6)}"
        create_tables(dynamodb, stage)
        names = (definition["TableName"] for definition in table_definitions(stage).values())
        made.append(Tables(dynamodb, stage, *names))
    return made


class Season:
    """What happens on one stage, and what the unit sees of it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.seen: Seen = []
        self.rows: dict[str, dict[str, object]] = {}
        self.picked: set[str] = set()
        self.voided: set[str] = set()
        stage.wiring.rules = replace(
            stage.wiring.rules, calls_per_week=CALLS, min_per_unit=0, duty_numbers=()
        )
        stage.wiring.people.put(Unit("U1", "East", BOSS, "en", MAY))
        scopes = ("visits:write", "assessments:read")
        digest = sha256(TOKEN.encode()).hexdigest()
        stage.wiring.people.put(ApiToken(digest, scopes, "U1"))

    def play(self) -> None:
        stage = self.stage
        tick(stage, START)
        self.drawn(CLOSING_MAY)
        self.complaint()
        for number in range(WEEKS):
            monday = MONDAY + number * WEEK
            self.week(monday - 4 * DAY if number else stage.now + HOUR, number)
            self.drawn(monday)
            self.look()
            self.call_everybody(f"2026-W{24 + number}")
            self.look()
        self.close()
        self.look()
        self.mails()

    def week(self, since: datetime, number: int) -> None:
        """The unit uploads visits; every second customer answers what he is asked."""
        stage = self.stage
        for place in range(VISITS):
            visit_id = f"V-{number}-{place}"
            self.rows[visit_id] = {
                "visit_id": visit_id,
                "unit": "U1",
                "technician": ("Li", "Wu", "Ma")[place % 3],
                "completed_at": (since - 2 * HOUR).isoformat(),
                "phone": f"+852512{number}{place:02}00",
                "customer_name": f"Mr {place}",
                "language": "en",
            }
        stage.move(since)
        self.asked("POST", "/api/visits", list(self.rows.values())[-VISITS:])
        stage.dispatch(stage.now + 31 * HOUR)
        for place in range(0, VISITS, 2):
            stage.text(str(self.rows[f"V-{number}-{place}"]["phone"]), "A A B")
        stage.dispatch(stage.now + 30 * HOUR)

    def drawn(self, due: datetime) -> None:
        for place in range(3):
            tick(self.stage, max(due, self.stage.now) + place * QUARTER)

    def call_everybody(self, key: str) -> None:
        """Supervision calls whoever was picked: all say other grades, some never answered."""
        stage = self.stage
        stage.move(stage.now + 3 * HOUR)
        for pick in stage.storage.draws.picks(key):
            if pick.reserve:
                continue
            self.picked.add(pick.visit_id)
            never = pick.rank % 2 == 0
            told = Told("EEE", "no" if never else "yes", work="nothing at all")
            desk = stage.wiring.verification
            desk.attempt(pick.visit_id, "reached", SUN, stage.now)
            desk.save_told(pick.visit_id, told, SUN, stage.now)
            verification = stage.visit(pick.visit_id).verification
            assert verification is not None
            if verification.void == "proposed":
                stage.wiring.voids.approve_void(pick.visit_id, LIN, "never answered", stage.now)
                self.voided.add(pick.visit_id)
        stage.wiring.effects.run(stage.now)

    def complaint(self) -> None:
        """A customer complains; the unit is mailed a link to its page."""
        stage = self.stage
        stage.text("+85251239999", "I want to complain: the heater leaks")
        (case,) = stage.storage.cases.of_number("+85251239999")
        desk = stage.wiring.case_desk("tools")
        for member in (SUN, LIN):
            desk.assign(case.number, "U1", member, stage.now)
        desk.read_case(case.number, "complaint", SUN, stage.now)
        desk.forward(case.number, "It leaks", SUN, stage.now)
        stage.dispatch()

    def close(self) -> None:
        """June closes; nobody has signed it."""
        stage = self.stage
        self.drawn(stage.storage.draws.all()[-1].due_at or stage.now)
        stage.move(made_at(stage, JUNE) + HOUR)
        stage.wiring.closing.run(stage.now)
        stage.wiring.effects.run(stage.now)
        assert stage.storage.documents.of_month("U1", JUNE) is not None

    def look(self) -> None:
        """Everything that a unit can fetch."""
        for visit_id, row in self.rows.items():
            self.asked("GET", f"/api/visits/{visit_id}")
            self.asked("POST", "/api/visits", [row])
        for month in (MAY, JUNE):
            self.asked("GET", f"/api/assessments/U1/{month}")
        for link in self.links():
            self.asked("GET", link, token=None)
        for path in ("/", "/lookup", "/health"):
            self.asked("GET", path, token=None)

    def links(self) -> list[str]:
        """The pages that the unit's manager was mailed."""
        found = (re.findall(r"/stage(/u/[\w/-]+)", plain(mail)) for mail in self.own_mails())
        return sorted({link for links in found for link in links})

    def own_mails(self) -> list[EmailMessage]:
        return [mail for mail in self.stage.mails() if BOSS in str(mail["To"])]

    def mails(self) -> None:
        self.seen += [(str(mail["Subject"]), bytes(mail)) for mail in self.own_mails()]

    def asked(self, method: str, path: str, body: object = None, token: str | None = TOKEN) -> None:
        answered = self.stage.call(method, path, body, token)
        told = {name: value for name, value in answered.headers.items() if name not in TIMED}
        spelled = repr((answered.status, sorted(told.items()))).encode() + answered.body
        self.seen.append((f"{self.stage.now} {method} {path}", spelled))


TIMED = ("Date", "Server", "x-amzn-RequestId")
"""Headers that API Gateway makes by its own clock and chance."""


def test_other_secrets_pick_other_visits_and_a_unit_sees_the_same_bytes(
    tables_of_two: list[Tables],
    shared_connection: Connection,
    service: RunningServer,
    tmp_path: Path,
) -> None:
    seasons = []
    for place, tables in enumerate(tables_of_two):
        folder = tmp_path / str(place)
        folder.mkdir()
        with ExitStack() as stack:
            given = chance(100 + place)
            stage = stack.enter_context(set_up(tables, shared_connection, service, folder, given))
            seasons.append(Season(stage))
            seasons[-1].play()
    one, other = seasons
    assert one.picked != other.picked
    assert one.voided != other.voided
    assert one.voided
    assert [where for where, _ in one.seen] == [where for where, _ in other.seen]
    differing = [
        where
        for (where, first), (_, second) in zip(one.seen, other.seen, strict=True)
        if first != second
    ]
    assert differing == []
    assert len(one.seen) > 300
    assert any("/u/case/" in where for where, _ in one.seen)
    assert sum(b"404" in body for _, body in one.seen) > 5, "no document before the notice"
