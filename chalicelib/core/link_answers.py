"""What a survey form sent from its link leads to: the stored answer, a case, a person to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from chalicelib.core import calendar, replies
from chalicelib.core.answering import EVIDENCE_OF, Given, on_answer, with_comment
from chalicelib.core.effects import Effect
from chalicelib.core.grades import Grades
from chalicelib.core.phones import Phone
from chalicelib.core.reactions import after_remark
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Visit

CHANNEL: Final = "link"

ECHOES_A_DAY: Final = 10
"""As many answers of a day are told to the number as texts of a day are answered (DESIGN 10)."""


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form as it was sent: an item left blank says nothing; `source` is the id of the act.

    `device` is what it came from, "" where that is not known (`core/devices.py`).
    """

    grades: Grades
    comment: str
    source: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known where a form comes in; `current` is another visit the number is asked about."""

    visit: Visit
    phone: Phone
    current: Visit | None = None
    zones: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FormTurn:
    """What a form led to.

    `outcome`: "noted" and counted, "late" and kept, "closed" (too late to change, kept for a
    person), "comment" (words alone). `call` is why a person is to call or read, `case` whether
    the words are a complaint, to be registered at once.
    """

    visit: Visit
    phone: Phone
    outcome: str = "comment"
    echo: Effect | None = None
    call: str = ""
    case: bool = False


def answers_version(visit: Visit) -> str:
    """Changes with every answer of the visit, from whatever channel, and with nothing else."""
    sources = "\n".join(answer.source for answer in visit.answers)
    return sha256(sources.encode()).hexdigest()[:16]


def on_form(known: Known, sent: SentForm, now: datetime, rules: Rulebook) -> FormTurn:
    """The turn that follows from one form; its grades are as direct as those of a text."""
    turn = FormTurn(known.visit, known.phone)
    if sent.grades:
        turn = _graded(known, sent, now, rules)
    if sent.comment:
        commented = replace(turn, visit=with_comment(turn.visit, sent.comment))
        turn = _heard(commented, sent.comment, now)
    return turn


def _graded(known: Known, sent: SentForm, now: datetime, rules: Rulebook) -> FormTurn:
    given = Given(sent.grades, CHANNEL, EVIDENCE_OF[CHANNEL], now, sent.source, sent.device)
    done = on_answer(known.visit, known.phone, known.current, given, known.zones, rules)
    if done.answered.refused:
        return FormTurn(done.visit, known.phone, "closed", call="too_late_to_correct")
    outcome = "late" if done.answered.late else "noted"
    turn = FormTurn(done.visit, done.phone, outcome, done.echo)
    if _answers_of_day(turn.visit, now, rules) > ECHOES_A_DAY:
        turn = replace(turn, phone=known.phone, echo=None)
    return replace(turn, call="conflict") if done.answered.overruled else turn


def _answers_of_day(visit: Visit, now: datetime, rules: Rulebook) -> int:
    today = calendar.local_day(now, rules)
    mine = [answer.at for answer in visit.answers if answer.channel == CHANNEL]
    return sum(calendar.local_day(at, rules) == today for at in mine)


def _heard(turn: FormTurn, comment: str, now: datetime) -> FormTurn:
    """What the words ask for beside the grades: help in danger, a case, a person (READING)."""
    reading = replies.read(comment, _WORDS_ALONE)
    remark = reading.kind if reading.kind in _REMARKS else ""
    visit = after_remark(turn.visit, remark, now) if remark else turn.visit
    call = _DANGER.get(reading.danger) or remark or turn.call or _read_by(reading)
    return replace(turn, visit=visit, call=call, case=reading.kind == "complaint")


def _read_by(reading: replies.Reading) -> str:
    if reading.rule == "complaint_question":
        return "maybe_complaint"
    return "to_read" if reading.person else ""


_WORDS_ALONE: Final = replies.Context(pending=(), surveyed=False)
"""Letters in a comment are no grades: those stand in the form."""

_REMARKS: Final = frozenset({"not_me", "not_finished", "call_me"})

_DANGER: Final[Mapping[str, str]] = {"page": "danger", "mark": "maybe_danger"}
"""What the reader calls the danger → why a person is to call."""
