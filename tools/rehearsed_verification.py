"""Supervision calls the customers whom a draw has picked: blind, and noted as they answer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, Final

from chalicelib.core.acts import ActError
from tools.act import act
from tools.local import Local
from tools.recount_reader import BLANK
from tools.recount_rules import Rules
from tools.recount_verification import Note
from tools.rehearsed_agenda import Agenda, Played
from tools.rehearsed_http import CastError
from tools.rehearsed_people import CALLERS, SECOND_LEAD
from tools.scenario import Job, in_mind

BEGINS: Final = time(10, 30)
WEEKDAYS: Final = (1, 4)
"""Tuesday and Friday: after the weekly draw, and after that of a month's fourth working day."""

EACH: Final = timedelta(minutes=7)
"""What a call takes with its note."""

AGAIN: Final = (timedelta(days=1, hours=4), timedelta(days=1, hours=3))
"""When somebody who did not answer is tried again: at other times of other days."""

DECIDES: Final = time(9, 30)
"""When a lead decides on voids, on the next working day."""

KNOWS: Final = {"answered": "yes", "work": "he came and exchanged a part", "slip": "yes"}
POOR: Final = "EED"
OTHER: Final = "BCD"

Row = Mapping[str, Any]


class Callers:
    """The members who call, and the lead who decides on what they found."""

    def __init__(
        self,
        local: Local,
        jobs: Sequence[Job],
        agenda: Agenda,
        played: Played,
        look: Callable[[Job], None],
    ) -> None:
        """`look` finds what a customer brought while he was called."""
        self._look = look
        self._local = local
        self._jobs = {job.visit_id: job for job in jobs}
        self._agenda = agenda
        self._played = played
        self._rules = Rules()

    def begin(self) -> None:
        """Call from the next of the days on which supervision calls."""
        self._agenda.plan(self._next_day(), self._work)

    def _next_day(self) -> datetime:
        day = self._rules.day(self._agenda.now) + timedelta(days=1)
        while day.weekday() not in WEEKDAYS or not self._rules.works(day):
            day += timedelta(days=1)
        return datetime.combine(day, BEGINS, self._rules.zone)

    def _work(self) -> None:
        """Every caller rings whoever stands on his list and was not rung yet."""
        for caller in CALLERS:
            listed = act("show-calls", "all", {}, caller, self._local.wiring)["calls"]
            at = self._agenda.now
            for row in listed:  # type: ignore[attr-defined] # a list of rows
                if row["state"] == "open" and not row["attempts"] and row["phone"]:
                    self._agenda.plan(at, partial(self._call, row, caller))
                    at += EACH
        self.begin()

    # --- one call -------------------------------------------------------------------------------

    def _call(self, row: Row, by: str) -> None:
        truth = self._jobs[row["visit_id"]].truth
        ways: Mapping[str, Callable[[str, str], None]] = {
            "silent": partial(self._no_answer, AGAIN),
            "wrong_number": partial(self._said, "wrong_number"),
            "no_visit": partial(self._said, "no_visit"),
        }
        if row["again"]:
            self._told("call-again", row["visit_id"], by)
        elif truth in ways:
            ways[truth](row["visit_id"], by)
        else:
            self._note("call-attempt", row["visit_id"], {"reached": "reached"}, by)
            self._told("call-told", row["visit_id"], by)

    def _no_answer(self, left: Sequence[timedelta], visit: str, by: str) -> None:
        self._note("call-attempt", visit, {"reached": "no_answer"}, by)
        if left:
            at = self._agenda.now + left[0]
            self._agenda.plan(at, partial(self._no_answer, left[1:], visit, by))

    def _said(self, reached: str, visit: str, by: str) -> None:
        self._note("call-attempt", visit, {"reached": reached}, by)
        self._to_decide(visit)

    def _told(self, verb: str, visit: str, by: str) -> None:
        """What the customer says; asked which grades hold, he says it as well."""
        truth = self._jobs[visit].truth
        done = self._note(verb, visit, self._answers(visit, truth), by)
        if done["result"] == "asks" and verb == "call-told":
            which = "form" if truth == "other" else "told"
            self._note("call-choose", visit, {"which": which}, by)
        if done["outcome"] == "never_answered":
            self._to_decide(visit)
        self._look(self._jobs[visit])

    def _answers(self, visit: str, truth: str) -> dict[str, str]:
        grades = self._remembered(visit)
        said: Mapping[str, dict[str, str]] = {
            "denies": {"answered": "no"},
            "helped": {"grades": OTHER, "helped": "yes"},
            "poor": {"grades": POOR, "complaint": "yes", "remark": "nobody ever asked me"},
            "other": {"grades": OTHER},
        }
        return {**KNOWS, "grades": grades, **said.get(truth, {})}

    def _remembered(self, visit: str) -> str:
        """What the customer has in mind to have answered; else what he thinks of the job."""
        given = in_mind(self._jobs[visit].steps[: self._played.steps[visit]])
        return OTHER if given == BLANK else given

    # --- the second person ----------------------------------------------------------------------

    def _to_decide(self, visit: str) -> None:
        day = self._rules.working_day(self._rules.day(self._agenda.now) + timedelta(days=1))
        at = datetime.combine(day, DECIDES, self._rules.zone)
        self._agenda.plan(at, partial(self._decide, visit))

    def _decide(self, visit: str) -> None:
        """A lead approves, if the call has proposed a void: not where the form was silent."""
        try:
            told = {"reason": "as the caller noted"}
            self._note("approve-void", visit, told, SECOND_LEAD)
        except CastError as error:
            if not isinstance(error.__cause__, ActError) or error.__cause__.code != "no_void":
                raise

    def _note(self, verb: str, visit: str, told: Mapping[str, str], by: str) -> dict[str, object]:
        try:
            done = act(verb, visit, told, by, self._local.wiring)
        except ActError as error:
            raise CastError(f"{verb} {visit} by {by}: {error.code} {error.facts}") from error
        self._played.notes.append(Note(self._agenda.now, by, verb, visit, told))
        return done
