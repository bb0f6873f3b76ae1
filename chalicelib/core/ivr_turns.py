"""What the hotline's machine takes in and gives out."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chalicelib.core import calendar
from chalicelib.core.call_records import Call
from chalicelib.core.ivr_documents import Document
from chalicelib.core.rules import Rulebook

ANSWERED: Final = ("completed", "answered")
"""How a ringing phone was taken (Twilio, DialCallStatus)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One request of a call: the step it answers and its turn, and what the caller did.

    `keys` are those pressed; `over`: the caller has hung up, nothing we say is heard; `dialled` is
    how ringing a phone ended; `recording` is the provider's id of what was recorded.
    """

    step: str
    turn: int = 1
    keys: str = ""
    over: bool = False
    dialled: str = ""
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a customer hears of one case: the day it came in (ISO), where it stands, the day we
    promised (ISO, "" if none)."""

    day: str
    state: str
    promised: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What was looked up for this request; only what its step needs.

    `pending` are the items without a grade; `late`: an answer given now counts nowhere; `cases`
    those of the caller's own number, the latest first; `found` the case that was asked about by
    number and code, `wait` the seconds before another code is looked at; `contact` the number
    keyed in, as E.164.
    """

    pending: tuple[str, ...] = ()
    late: bool = False
    cases: tuple[Progress, ...] = ()
    found: Progress | None = None
    wait: int = 0
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """One request and all that decides about it."""

    call: Call
    heard: Heard
    known: Known
    now: datetime
    rules: Rulebook

    @property
    def desk_is_there(self) -> bool:
        """Whether the desk's telephone may ring now."""
        return bool(self.rules.desk_number) and calendar.is_working_time(self.now, self.rules)

    @property
    def rescuers(self) -> tuple[str, ...]:
        """Who is rung in danger, in turn: the duty phones, or the desk where there are none."""
        desk = (self.rules.desk_number,) if self.desk_is_there else ()
        return self.rules.duty_numbers or desk

    def with_call(self, **changes: object) -> "Situation":
        """The same with these fields of the call changed."""
        return replace(self, call=replace(self.call, **changes))  # type: ignore[arg-type] # ours


@dataclass(frozen=True, slots=True)
class Turn:
    """What a request led to: the call after it, what we say, and what is to be stored.

    `answer` is one item and its grade. `case`: there is to be one, opened unless the call has it;
    with `danger` of category safety, its people paged. `recording` belongs to it. `contact` is
    the number that a withheld caller left. `reached`: a duty phone was answered. `missed`: the
    caller is gone and got nothing.
    """

    call: Call
    document: Document
    answer: tuple[str, str] | None = None
    case: bool = False
    danger: bool = False
    recording: str = ""
    contact: str = ""
    opt_out: bool = False
    reached: bool = False
    missed: bool = False
