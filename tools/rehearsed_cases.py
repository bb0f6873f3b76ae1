"""Supervision at work on the cases of a rehearsal: reads, forwards, asks the customer, closes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from itertools import count
from typing import Any, Final

from chalicelib.core.acts import ActError
from tools.act import act
from tools.local import Local
from tools.recount_cases import Act
from tools.recount_rules import Rules
from tools.rehearsed_agenda import Agenda, Played
from tools.rehearsed_http import CastError
from tools.rehearsed_people import READERS, manager
from tools.rehearsed_units import Manager, answers_after
from tools.scenario import Job
from tools.scenario_data import Unit

READ_AT: Final = time(10)
"""Supervisors read on a working day what came in before it."""

BETWEEN: Final = timedelta(minutes=20)
"""Between what one member does and what the next does after him."""

ASKS_AFTER: Final = timedelta(hours=26)
"""When supervision asks the customer, after the unit has looked into its mails."""

MOST_ROUNDS: Final = 12

SUMMARY: Final = {
    "zh": "客户反映维修后仍有问题，请核实并处理。",
    "en": "The customer says the trouble is not gone: please look into it.",
}
NOTES: Final = {"fixed": "", "not_fixed": "it drips again", "unreachable": ""}


@dataclass(slots=True)
class Brought:
    """A case as it came in, `caller` as the network told it. `kind`: what supervision finds in it;
    `first`: the number of the case that a duplicate is one of."""

    number: str
    job: Job
    caller: str
    at: datetime
    kind: str
    first: str
    verdicts: list[str] = field(default_factory=list)
    rounds: int = 0

    @property
    def is_known(self) -> bool:
        """Whether it came from a number, and so has the unit of its visit."""
        return self.caller.startswith("+")


class Casework:
    """What supervision and the units do about cases, one thing after the other."""

    def __init__(
        self, local: Local, units: tuple[Unit, ...], agenda: Agenda, played: Played, rules: Rules
    ) -> None:
        self._local = local
        self._agenda = agenda
        self._played = played
        self._rules = rules
        self._languages = {unit.unit_id: unit.language for unit in units}
        self._managers = {
            unit.unit_id: Manager(manager(unit.unit_id), unit.language, local, agenda, rules)
            for unit in units
        }
        self._numbers: dict[str, list[str]] = {}
        self._turn = count()

    def came_in(self, job: Job, number: str, caller: str, at: datetime) -> None:
        """The next case of this job's customer is read on the next working day."""
        mine = self._numbers.setdefault(job.visit_id, [])
        kinds = job.brings or ("complaint",)
        kind = kinds[min(len(mine), len(kinds) - 1)]
        brought = Brought(number, job, caller, at, kind, (mine or [""])[0], list(job.verdicts))
        mine.append(number)
        self._played.cases.append((job.habit, number))
        day = self._rules.working_day(self._rules.day(at) + timedelta(days=1))
        reads_at = datetime.combine(day, READ_AT, self._rules.zone)
        self._agenda.plan(reads_at, partial(self._read, brought))

    # --- reading ------------------------------------------------------------------------------

    def _read(self, brought: Brought) -> None:
        """One member reads a complaint, two whatever is none; two give it a unit if it has none."""
        one, other = self._pair()
        kind = "complaint" if brought.kind == "duplicate" else brought.kind
        self._act("read-case", brought, {"kind": kind}, one)
        now = self._agenda.now
        if kind != "complaint":
            self._agenda.plan(now + BETWEEN, partial(self._confirm, brought, kind, other))
        elif brought.kind == "duplicate":
            told = {"standing": "duplicate", "reason": "duplicate", "of": brought.first}
            self._twice("label-case", brought, told, one, other)
        elif brought.is_known:
            self._agenda.plan(now + BETWEEN, partial(self._forward, brought, one))
        else:
            self._twice("assign-case", brought, {"unit": brought.job.unit}, one, other)
            self._agenda.plan(now + 3 * BETWEEN, partial(self._forward, brought, one))

    def _confirm(self, brought: Brought, kind: str, by: str) -> None:
        """The second member says the same; what is settled with the customer alone is so soon."""
        self._act("read-case", brought, {"kind": kind}, by)
        if kind == "enquiry":
            later = self._agenda.now + timedelta(hours=4)
            told = {"result": "fixed", "note": ""}
            self._agenda.plan(later, partial(self._act, "follow-up", brought, told, by))

    def _twice(
        self, verb: str, brought: Brought, told: Mapping[str, str], one: str, other: str
    ) -> None:
        now = self._agenda.now
        self._agenda.plan(now + BETWEEN, partial(self._act, verb, brought, told, one))
        self._agenda.plan(now + 2 * BETWEEN, partial(self._act, verb, brought, told, other))

    # --- until it is solved ---------------------------------------------------------------------

    def _forward(self, brought: Brought, by: str) -> None:
        unit = brought.job.unit
        told = {"summary": SUMMARY[self._languages[unit]]}
        self._act("forward", brought, told, by)
        looks_at = answers_after(self._agenda.now, next(self._turn))
        self._agenda.plan(looks_at, self._managers[unit].look)
        self._agenda.plan(looks_at + ASKS_AFTER, partial(self._ask, brought, by))

    def _ask(self, brought: Brought, by: str) -> None:
        """Call the customer once the unit has said that it is done, else look again tomorrow."""
        brought.rounds += 1
        if brought.rounds > MOST_ROUNDS:
            raise CastError(f"a case of {brought.job.visit_id} is never solved")
        tomorrow = self._agenda.now + timedelta(days=1)
        if not _is_solved(act("show-case", brought.number, {}, by, self._local.wiring)):
            self._agenda.plan(tomorrow, partial(self._ask, brought, by))
            return
        result = brought.verdicts.pop(0) if brought.verdicts else "fixed"
        self._act("follow-up", brought, {"result": result, "note": NOTES[result]}, by)
        if result == "unreachable" and brought.verdicts:
            self._agenda.plan(tomorrow, partial(self._ask, brought, by))
        elif result == "not_fixed":
            self._agenda.plan(self._agenda.now + BETWEEN, partial(self._forward, brought, by))

    def _act(self, verb: str, brought: Brought, told: Mapping[str, str], by: str) -> None:
        try:
            act(verb, brought.number, told, by, self._local.wiring)
        except ActError as error:
            whose = f"{brought.job.visit_id}, whose customer {brought.job.habit}"
            raise CastError(f"{verb} of a case of {whose}: {error.code} {error.facts}") from error
        said = Act(self._agenda.now, by, verb, brought.caller, brought.at, told)
        self._played.acts.append(said)

    def _pair(self) -> tuple[str, str]:
        turn = next(self._turn)
        return READERS[turn % 2], READERS[(turn + 1) % 2]


def _is_solved(shown: Mapping[str, Any]) -> bool:
    """Whether the unit has said so since the case was forwarded last."""
    history: Sequence[Sequence[str]] = shown["history"]
    marks = [line[1] for line in history if line[1] in ("forwarded", "solved")]
    return shown["state"] == "answered" and marks[-1:] == ["solved"]
