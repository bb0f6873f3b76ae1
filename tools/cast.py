"""The cast of a rehearsal: units upload, customers text and call, supervision acts, as planned.

Everything goes over HTTP, to the service as the units' systems and managers do it and to the
simulator as handsets do it; only what supervision does by hand goes the way of `tools act`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import quote

from chalicelib.services import people
from tools.local import API_TOKEN, Local
from tools.recount import Filled
from tools.recount_reader import day_named
from tools.recount_rules import Rules
from tools.rehearsed_agenda import Agenda, Played, at_hour
from tools.rehearsed_calls import Call, called
from tools.rehearsed_cases import Casework
from tools.rehearsed_forms import fill_in
from tools.rehearsed_http import CastError, Json, call, thread
from tools.rehearsed_months import Months
from tools.rehearsed_people import DESK, DUTY, SUPERVISION, manager
from tools.rehearsed_verification import Callers
from tools.scenario import Form, Job, Scenario
from tools.scenario_data import Unit

LOOKS_EVERY: Final = timedelta(days=1)
"""How often a customer looks at his handset at least while he waits for a text of ours."""

WEEK: Final = timedelta(days=7)

ARRIVALS: Final = {"at once": 1, "invitation": 1, "reminder": 2}
"""Which of the texts about a job that is, counted from 1."""

AT_ONCE: Final = "at once"
SECONDS: Final = timedelta(seconds=20)
MINUTE: Final = timedelta(minutes=1)

EDITED_AFTER: Final = timedelta(hours=1)
"""When a unit changes a number that it has uploaded: in time for the invitation."""

BATCH: Final = 100
"""Visits that one upload may have."""

WITHHELD: Final = "anonymous"

ANSWERS: Final = {"after": 4, "script": ["speak:60", "hangup"]}
"""How the desk takes a call."""

TAKES: Final = {"after": 3, "script": ["1", "speak:30", "hangup"]}
"""How the second duty phone takes one: by key 1."""

REPLIES_AFTER: Final = timedelta(minutes=8)
"""When the second duty phone, which then takes no call, replies to the text of danger."""

Tell = Callable[[str], None]


def play(
    scenario: Scenario, local: Local, until: datetime, tell: Tell, months: Sequence[str] = ()
) -> Played:
    """Do all that the scenario wants until that instant; `tell` hears of each week.

    `months` are those that are signed and issued after their close.
    """
    cast = _Cast(scenario, local, tell)
    cast.found_units(months)
    cast.go(until)
    return cast.played


class _Cast:
    """Who waits for what, and what is to be done when."""

    def __init__(self, scenario: Scenario, local: Local, tell: Tell) -> None:
        self.played = Played()
        self._scenario = scenario
        self._local = local
        self._tell = tell
        self._rules = Rules()
        self._agenda = Agenda(local.wiring.now())
        self._callers = Callers(
            local, scenario.jobs, self._agenda, self.played, self._look_for_cases
        )
        self._cases = Casework(local, scenario.units, self._agenda, self.played, self._rules)
        self._week_ends = self._agenda.now + WEEK
        self._waiting: list[tuple[Job, int]] = []
        self._known: set[str] = set()

    def found_units(self, months: Sequence[str]) -> None:
        """People, units and handsets are there, every upload is on the agenda."""
        self._load(SUPERVISION)
        for unit in self._scenario.units:
            mail = manager(unit.unit_id)
            body = {"name": unit.name, "language": unit.language, "manager_email": mail}
            self._service("PUT", f"/api/units/{unit.unit_id}", body)
        for job in self._scenario.jobs:
            if job.handset:
                self._handset(job.number, "", job.handset)
        self._answers(DUTY[1], TAKES)
        self._callers.begin()
        units = [unit.unit_id for unit in self._scenario.units]
        Months(self._local, units, self._agenda, self._rules).begin(months)
        self._load({"technicians": list(_technicians(self._scenario.units))})
        for at in sorted({job.uploaded_at for job in self._scenario.jobs}):
            self._agenda.plan(at, partial(self._upload, at))

    def _load(self, table: Mapping[str, object]) -> None:
        """People, as `tools people` loads them."""
        stage = self._local.wiring
        commit = stage.storage.commit
        people.load(stage.people, table, stage.rules, stage.now(), lambda mail: commit([mail]))

    def go(self, until: datetime) -> None:
        """Move the clock on and do at each instant what is to be done."""
        while self._agenda.now < until:
            planned = [self._agenda.next_at] if self._agenda.next_at else []
            self._move(min([until, *self._looks(), *planned]))
            self._agenda.do_due()

    def _looks(self) -> Iterator[datetime]:
        """When somebody who waits looks at his handset next: as soon as it may have rung."""
        if not self._waiting:
            return
        yield self._agenda.now + LOOKS_EVERY
        due = self._local.wiring.storage.table.next_due("survey")
        if due is not None and due > self._agenda.now:
            yield due.replace(second=0, microsecond=0) + MINUTE

    def _move(self, to: datetime) -> None:
        moved = self._simulator("POST", "/clock", {"now": to.isoformat()})
        self._agenda.now = to
        self.played.failed += [f"{x['at']} {x['schedule']}: {x['error']}" for x in moved["failed"]]
        if "dispatch" in moved["runs"]:
            self._look()
        while to >= self._week_ends:
            self._tell(
                f"until {self._rules.day(self._week_ends)}: {len(self.played.uploads)} visits in,"
                f" {self.played.texts} texts and {len(self.played.calls)} calls received,"
                f" {len(self.played.acts)} acts on {len(self.played.cases)} cases,"
                f" {len(self.played.notes)} notes of verification"
            )
            self._week_ends += WEEK

    # --- units ---------------------------------------------------------------------------------

    def _upload(self, at: datetime) -> None:
        """Each unit sends its jobs of the day; their customers begin to wait."""
        jobs = [job for job in self._scenario.jobs if job.uploaded_at == at]
        for unit in self._scenario.units:
            rows = [job.row(job.first_number or None) for job in jobs if job.unit == unit.unit_id]
            for first in range(0, len(rows), BATCH):
                self._uploaded(rows[first : first + BATCH], "created")
        for job in jobs:
            self._wait(job, 0)
            if job.first_number:
                self._agenda.plan(
                    at + EDITED_AFTER, partial(self._uploaded, [job.row()], "changed")
                )

    def _uploaded(self, rows: Sequence[Mapping[str, str]], status: str) -> None:
        results = self._service("POST", "/api/visits", rows)["results"]
        refused = [result for result in results if result["status"] != status]
        if refused:
            raise CastError(f"an upload was refused: {refused[0]}")
        self.played.uploads += [(self._agenda.now, row) for row in rows]

    # --- customers -----------------------------------------------------------------------------

    def _wait(self, job: Job, place: int) -> None:
        """Wait for what the job's next step waits for, if there is a next one."""
        if place >= len(job.steps):
            return
        after = job.steps[place].after
        if after in ("answer", "upload"):
            self._plan(self._agenda.now, job, place)
        elif after == "close":
            self._plan(self._rules.close(self._rules.month(job.completed_at)), job, place)
        else:
            self._waiting.append((job, place))

    def _plan(self, since: datetime, job: Job, place: int) -> None:
        """The job's step, so long after it was waited for as its customer takes."""
        step = job.steps[place]
        wait = SECONDS if step.after == AT_ONCE else timedelta(minutes=step.minutes)
        at = at_hour(since + wait, step.hour, self._rules)
        self._agenda.plan(at, partial(self._do, job, place))

    def _look(self) -> None:
        """Whoever has got the text he waits for answers it in his own time."""
        still = []
        for job, place in self._waiting:
            at = self._arrived(job, ARRIVALS[job.steps[place].after])
            if at is None:
                still.append((job, place))
            else:
                self._plan(at, job, place)
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

    def _do(self, job: Job, place: int) -> None:
        step = job.steps[place]
        if isinstance(step.does, Call):
            self._call(job, step.does)
        elif isinstance(step.does, Form):
            self._fill_in(job, step.does)
        else:
            self._text(job.number, step.does.words)
            if step.does.kind == "danger":
                self._page(job)
        self.played.steps[job.visit_id] = place + 1
        self._look_for_cases(job, step.does)
        self._wait(job, place + 1)

    def _text(self, number: str, words: str) -> None:
        heard = self._handset(number, "/texts", {"text": words})
        if heard["status"] != 200 or heard["error"]:
            raise CastError(f"a text was not taken: {heard}")
        self.played.texts += 1

    def _call(self, job: Job, does: Call) -> None:
        """The desk's phone takes it as it is said to; what was heard and done is kept."""
        self._answers(DESK, ANSWERS if does.desk == "answers" else does.desk)
        caller = WITHHELD if does.withheld else job.number
        result = self._handset(caller, "/calls", {"script": list(does.acts)})
        if result["errors"]:
            raise CastError(f"a call went wrong: {result['errors'][0]}")
        self.played.calls.append(called(result, self._agenda.now, DESK))

    def _fill_in(self, job: Job, form: Form) -> None:
        texts = [message["text"] for message in thread(self._local, job.number)]
        fill_in(self._local, texts, form, form.device or f"browser of {job.number}")
        self.played.forms.append(Filled(self._agenda.now, job.visit_id, form.letters))

    def _look_for_cases(self, job: Job, does: object = None) -> None:
        """Supervision finds in its list what the customer has just brought."""
        cases, now = self._local.wiring.storage.cases, self._agenda.now
        hidden = isinstance(does, Call) and does.withheld
        found = (
            cases.of_month("", self._rules.month(now)) if hidden else cases.of_number(job.number)
        )
        for case in found:
            if case.number not in self._known:
                self._known.add(case.number)
                self._cases.came_in(job, case.number, WITHHELD if hidden else job.number, now)

    # --- the duty phones ------------------------------------------------------------------------

    def _page(self, job: Job) -> None:
        """The first duty phone is silent; the second takes the call, or replies to the text."""
        has_duty = bool(self._local.wiring.rules.duty_numbers)
        if job.language == "zh" or not has_duty:
            return
        self._answers(DUTY[1], "no-answer")
        self._agenda.plan(self._agenda.now + REPLIES_AFTER, self._reply)

    def _reply(self) -> None:
        self._text(DUTY[1], "1")
        self._answers(DUTY[1], TAKES)

    # --- HTTP ---------------------------------------------------------------------------------

    def _answers(self, number: str, way: object) -> None:
        self._handset(number, "/answering", {"answering": [way]})

    def _service(self, method: str, path: str, body: object) -> Json:
        return call(self._local.service_url, method, path, body, API_TOKEN)

    def _handset(self, number: str, path: str, body: object) -> Json:
        return self._simulator("POST", f"/handsets/{quote(number)}{path}", body)

    def _simulator(self, method: str, path: str, body: object) -> Json:
        return call(self._local.simulator_url, method, path, body)


def _technicians(units: Iterable[Unit]) -> Iterator[Mapping[str, str]]:
    for unit in units:
        for name, phone in zip(unit.technicians, unit.phones, strict=True):
            yield {"unit": unit.unit_id, "name": name, "phone": phone}
