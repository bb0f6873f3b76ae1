"""A closed month to its end: signed, objected to, ruled, asked about, answered, issued."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final

from chalicelib.core.acts import ActError
from tools.act import act
from tools.local import Local
from tools.recount_rules import Rules
from tools.rehearsed_agenda import Agenda
from tools.rehearsed_http import CastError
from tools.rehearsed_people import HR, LEAD, READERS, SECOND_LEAD

AT: Final = time(10)

OBJECTION: Final = {"line": "complaints", "reason": "one of them was not about our work"}
RULING: Final = {"result": "rejected", "reason": "the customer was called and confirmed it"}
QUESTION: Final = {"question": "Which two visits are late?"}
ANSWER: Final = {"answer": "They stand in the facts file, by their numbers."}
REFUSAL: Final = {"reason": "came after the close, as the rules have it"}


class Months:
    """What supervision, HR and the units do about the months of these units."""

    def __init__(self, local: Local, units: Sequence[str], agenda: Agenda, rules: Rules) -> None:
        self._local = local
        self._units = units
        self._agenda = agenda
        self._rules = rules

    def begin(self, months: Sequence[str]) -> None:
        """A lead signs each month on the working day after its close."""
        for month in months:
            for unit in self._units:
                signs_at = self._working(self._rules.day(self._rules.close(month)))
                self._agenda.plan(signs_at, partial(self._sign, f"{unit}/{month}"))

    def _working(self, after: date) -> datetime:
        day = self._rules.working_day(after + timedelta(days=1))
        return datetime.combine(day, AT, self._rules.zone)

    def _sign(self, month: str) -> None:
        """The notice goes out; the last unit objects to the line of complaints."""
        done = self._act("sign", month, self._seen(month), LEAD)
        if month.startswith(self._units[-1]):
            self._act("object", month, OBJECTION, READERS[0])
            ruled_at = self._agenda.now + timedelta(hours=3)
            self._agenda.plan(ruled_at, partial(self._act, "rule", month, RULING, SECOND_LEAD))
            self._act("question", month, QUESTION, HR)
            answered_at = self._agenda.now + timedelta(hours=4)
            self._agenda.plan(answered_at, partial(self._act, "answer", month, ANSWER, READERS[1]))
        issued_at = self._working(date.fromisoformat(str(done["object_until"])))
        self._agenda.plan(issued_at, partial(self._issue, month))

    def _issue(self, month: str) -> None:
        """What was proposed meanwhile is decided first; then HR issues what was signed."""
        for amendment in self._shown(month)["amendments"]:
            if amendment["result"] == "proposed":
                told = {**REFUSAL, "cause": amendment["cause"]}
                self._act("refuse", month, told, SECOND_LEAD)
        self._act("issue", month, self._seen(month), HR)

    def _seen(self, month: str) -> dict[str, str]:
        return {"hash": self._shown(month)["hash"]}

    def _shown(self, month: str) -> Mapping[str, Any]:
        return self._act("show-month", month, {}, LEAD)

    def _act(self, verb: str, month: str, told: Mapping[str, str], by: str) -> Mapping[str, Any]:
        try:
            return act(verb, month, told, by, self._local.wiring)
        except ActError as error:
            raise CastError(f"{verb} {month} by {by}: {error.code} {error.facts}") from error
