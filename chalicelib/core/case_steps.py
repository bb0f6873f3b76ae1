"""Steps in the life of a case: who did what, when and by which way, and the events that say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from chalicelib.core.acts import ActError
from chalicelib.core.cases import Case, CaseEvent

LONGEST_TEXT: Final = 1_000
"""Characters of what somebody writes into an event."""


class Act(NamedTuple):
    """Who acts (a mail address, "unit:ID", "customer", "clock"), when, by which way."""

    by: str
    at: datetime
    via: str


@dataclass(frozen=True, slots=True)
class Step:
    """The case after an act and what happened in it; no events: nothing changed."""

    case: Case
    events: tuple[CaseEvent, ...] = ()

    def then(
        self,
        what: str,
        act: Act,
        values: Mapping[str, str] | None = None,
        **changes: Any,  # noqa: ANN401 # the fields of a case, each of its own type
    ) -> "Step":
        """The step with one more event and these fields of the case changed.

        What is empty in `values` is left out of the event.
        """
        sequence = self.case.events + 1
        told = {name: value for name, value in (values or {}).items() if value}
        event = CaseEvent(self.case.number, sequence, act.at, what, act.by, act.via, told)
        case = replace(self.case, events=sequence, **changes)
        return Step(case, (*self.events, event))


def owned(case: Case, by: str) -> Step:
    """The beginning of a member's step: whoever touches a case first sees it through."""
    return Step(replace(case, owner=case.owner or by))


def written(field: str, text: str) -> str:
    """What somebody has to write, without outer space.

    ActError: "empty_text" (facts field), "long_text" (facts field, longest).
    """
    kept = text.strip()
    if not kept:
        raise ActError("empty_text", field=field)
    if len(kept) > LONGEST_TEXT:
        raise ActError("long_text", field=field, longest=str(LONGEST_TEXT))
    return kept


def day_of(text: str) -> date:
    """The day written YYYY-MM-DD; ActError "bad_day" (facts day) for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ActError("bad_day", day=text) from None
    if day.isoformat() != text:
        raise ActError("bad_day", day=text)
    return day


def seconded(
    said: Sequence[tuple[str, Mapping[str, str]]], by: str, word: Mapping[str, str]
) -> str:
    """Who said the same `word` before `by` and has not changed his mind, "" if nobody did.

    `said` are the earlier words with their speakers, in order; the last one of each holds.
    ActError: "second_person" (facts of the word): nobody confirms himself.
    """
    last = dict(said)
    if last.pop(by, None) == word:
        raise ActError("second_person", said=" ".join(word.values()))
    return next((member for member, his in last.items() if his == word), "")
