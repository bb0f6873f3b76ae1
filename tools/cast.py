"""The cast of a rehearsal: units upload, customers text, supervisors read, all as a scenario says.

Everything goes over HTTP, to the service as the units' systems do it and to the simulator as
handsets do it; only what supervision does by hand goes the way of `tools act`.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from http.client import HTTPConnection
from itertools import count, cycle
from typing import Any, Final
from urllib.parse import quote, urlsplit

from chalicelib.services import people
from tools.act import act
from tools.local import API_TOKEN, Local
from tools.recount_reader import day_named
from tools.recount_rules import Rules
from tools.scenario import Job, Scenario

LOOKS_EVERY: Final = timedelta(hours=2)
"""How often a customer looks at his handset while he waits for a text of ours."""

WEEK: Final = timedelta(days=7)

ARRIVALS: Final = {"invitation": 1, "reminder": 2}
"""Which of the texts about a job that is, counted from 1."""

READ_AT: Final = time(10)
"""Supervisors read what came in on the day before."""

BATCH: Final = 100
"""Visits that one upload may have."""

TIMEOUT_S: Final = 120

SUPERVISION: Final[Mapping[str, object]] = {
    "members": [
        {"name": "陈立", "mail": "chen.li@supervision.example", "role": "lead"},
        {"name": "周宁", "mail": "zhou.ning@supervision.example", "role": "supervisor"},
        {"name": "Ann Moor", "mail": "ann.moor@supervision.example", "role": "supervisor"},
        {"name": "吴丹", "mail": "wu.dan@personnel.example", "role": "hr"},
        {"name": "Jo Field", "mail": "jo.field@audit.example", "role": "auditor"},
    ]
}
"""Who is who, as `tools people` takes it."""

READERS: Final = ("zhou.ning@supervision.example", "ann.moor@supervision.example")

_CASE_NUMBER: Final = re.compile(r"(?<![+\d])\d{9}(?!\d)")

Json = Any
Tell = Callable[[str], None]


class CastError(RuntimeError):
    """Something that must not fail in a rehearsal did; the text says what."""


@dataclass(slots=True)
class Played:
    """What happened: every row as it was uploaded and when, each failed run of a schedule."""

    uploads: list[tuple[datetime, Mapping[str, str]]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    texts: int = 0
    cases: int = 0


def call(base: str, method: str, path: str, body: object = None, token: str = "") -> Json:
    """One request and its JSON; CastError unless the answer is 200."""
    parts = urlsplit(base)
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    with closing(connection):
        payload = None if body is None else json.dumps(body)
        connection.request(method, path, payload, headers)
        answer = connection.getresponse()
        content = answer.read()
    if answer.status != 200:
        raise CastError(f"{method} {path}: {answer.status} {content[:300].decode()}")
    return json.loads(content)


def thread(local: Local, number: str) -> Sequence[Json]:
    """All messages of a handset, oldest first."""
    return list(call(local.simulator_url, "GET", f"/handsets/{quote(number)}/thread")["messages"])


def play(
    scenario: Scenario,
    local: Local,
    until: datetime,
    tell: Tell,
    looks_every: timedelta = LOOKS_EVERY,
) -> Played:
    """Do all that the scenario wants until that instant; `tell` hears of each week."""
    cast = _Cast(scenario, local, tell, looks_every)
    cast.found_units()
    cast.go(until)
    return cast.played


class _Cast:
    """Who waits for what, and what is to be done when."""

    def __init__(
        self, scenario: Scenario, local: Local, tell: Tell, looks_every: timedelta
    ) -> None:
        self.played = Played()
        self._scenario = scenario
        self._local = local
        self._tell = tell
        self._looks_every = looks_every
        self._rules = Rules()
        self._now = local.wiring.now()
        self._week_ends = self._now + WEEK
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()
        self._waiting: list[tuple[Job, int]] = []
        self._readers = cycle(READERS)

    def found_units(self) -> None:
        """People, units and handsets are there, every upload is on the agenda."""
        stage = self._local.wiring
        commit = stage.storage.commit
        people.load(
            stage.people,
            SUPERVISION,
            stage.rules,
            stage.now(),
            lambda mail: commit([mail]),
        )
        for unit in self._scenario.units:
            body = {"name": unit.name, "language": unit.language}
            self._service("PUT", f"/api/units/{unit.unit_id}", body)
        for job in self._scenario.jobs:
            if job.handset:
                self._simulator("POST", f"/handsets/{quote(job.number)}", job.handset)
        for at in sorted({job.uploaded_at for job in self._scenario.jobs}):
            self._plan(at, partial(self._upload, at))

    def go(self, until: datetime) -> None:
        """Move the clock on and do at each instant what is to be done."""
        while self._now < until:
            looks = [self._now + self._looks_every] if self._waiting else []
            planned = [self._agenda[0][0]] if self._agenda else []
            self._move(min([until, *looks, *planned]))
            while self._agenda and self._agenda[0][0] <= self._now:
                heappop(self._agenda)[2]()

    def _plan(self, at: datetime, do: Callable[[], None]) -> None:
        heappush(self._agenda, (max(at, self._now), next(self._order), do))

    def _move(self, to: datetime) -> None:
        moved = self._simulator("POST", "/clock", {"now": to.isoformat()})
        self._now = to
        self.played.failed += [f"{x['at']} {x['schedule']}: {x['error']}" for x in moved["failed"]]
        if "dispatch" in moved["runs"]:
            self._look()
        while self._now >= self._week_ends:
            self._tell(
                f"until {self._rules.day(self._week_ends)}: {len(self.played.uploads)} visits in,"
                f" {self.played.texts} texts received, {self.played.cases} cases read"
            )
            self._week_ends += WEEK

    # --- units ---------------------------------------------------------------------------------

    def _upload(self, at: datetime) -> None:
        """Each unit sends its jobs of the day; their customers begin to wait."""
        jobs = [job for job in self._scenario.jobs if job.uploaded_at == at]
        for unit in self._scenario.units:
            rows = [job.row() for job in jobs if job.unit == unit.unit_id]
            for first in range(0, len(rows), BATCH):
                self._uploaded(rows[first : first + BATCH])
        for job in jobs:
            self._wait(job, 0)

    def _uploaded(self, rows: Sequence[Mapping[str, str]]) -> None:
        results = self._service("POST", "/api/visits", rows)["results"]
        refused = [result for result in results if result["status"] != "created"]
        if refused:
            raise CastError(f"an upload was refused: {refused[0]}")
        self.played.uploads += [(self._now, row) for row in rows]

    # --- customers -----------------------------------------------------------------------------

    def _wait(self, job: Job, place: int) -> None:
        """Wait for what the job's next text waits for, if there is a next one."""
        if place >= len(job.steps):
            return
        step = job.steps[place]
        patience = timedelta(minutes=step.minutes)
        if step.after == "answer":
            self._plan(self._now + patience, partial(self._text, job, place))
        elif step.after == "close":
            close = self._rules.close(self._rules.month(job.completed_at))
            self._plan(close + patience, partial(self._text, job, place))
        else:
            self._waiting.append((job, place))

    def _look(self) -> None:
        """Whoever has got the text he waits for answers it in his own time."""
        still = []
        for job, place in self._waiting:
            step = job.steps[place]
            at = self._arrived(job, ARRIVALS[step.after])
            if at is None:
                still.append((job, place))
            else:
                answer_at = at + timedelta(minutes=step.minutes)
                self._plan(answer_at, partial(self._text, job, place))
        self._waiting = still

    def _arrived(self, job: Job, nth: int) -> datetime | None:
        """When the nth text that we sent about this job arrived."""
        day = self._rules.day(job.completed_at)
        sent = [
            datetime.fromisoformat(message["at"])
            for message in thread(self._local, job.number)
            if message["direction"] == "outbound-api"
            and day_named(message["text"]) == (day.month, day.day)
        ]
        return sent[nth - 1] if len(sent) >= nth else None

    def _text(self, job: Job, place: int) -> None:
        path = f"/handsets/{quote(job.number)}/texts"
        heard = self._simulator("POST", path, {"text": job.steps[place].text.words})
        if heard["status"] != 200 or heard["error"]:
            raise CastError(f"a text was not taken: {heard}")
        self.played.texts += 1
        for number in _CASE_NUMBER.findall(" ".join(heard["answers"])):
            tomorrow = self._rules.day(self._now) + timedelta(days=1)
            at = datetime.combine(tomorrow, READ_AT, self._rules.zone)
            self._plan(at, partial(self._read, number))
        self._wait(job, place + 1)

    # --- supervision ---------------------------------------------------------------------------

    def _read(self, number: str) -> None:
        values = {"kind": "complaint"}
        act("read-case", number, values, next(self._readers), self._local.wiring)
        self.played.cases += 1

    def _service(self, method: str, path: str, body: object) -> Json:
        return call(self._local.service_url, method, path, body, API_TOKEN)

    def _simulator(self, method: str, path: str, body: object) -> Json:
        return call(self._local.simulator_url, method, path, body)
