"""The documents of the hotline: what is said and asked at each point, never more than twelve.

After the ninth document no question is asked any more: the recording takes what is left to say,
so that three are enough for the beep, the number, and the number once more.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from chalicelib.core.call_records import Call
from chalicelib.core.grades import ITEMS
from chalicelib.core.ivr_documents import Ask, Document, End, Line, Record, Ring
from chalicelib.core.ivr_turns import Situation, Turn

MOST_DOCUMENTS: Final = 12
LAST_QUESTION: Final = 9
LAST_RECORDING: Final = 11

TRIES: Final = 3
"""Silent or wrong tries in a row; then the recording."""

BEEPS: Final = 2
"""Recordings that may stay empty; then we say goodbye."""

DESK_SECONDS: Final = 20
DUTY_SECONDS: Final = 20

CASE_DIGITS: Final = 9
CODE_DIGITS: Final = 6
PHONE_DIGITS: Final = 20
CASES_TOLD: Final = 3

GOODBYE: Final = (Line("goodbye"),)

AFTER_THE_BEEP: Final = ("recorded", "unheard", "received", "ended", "take", "taken")
"""Steps at which no beep is due any more."""

BEFORE_A_BEEP: Final = ("tell_us", "unheard")
"""Lines that announce a recording, unsaid where none follows."""

LANGUAGES: Final[Mapping[str, str]] = {"zh": "en", "en": "zh"}
"""Language → the one that key 8 changes it to."""


def is_spent(call: Call) -> bool:
    """Whether no further question may be asked in this call."""
    return call.documents >= LAST_QUESTION


# --- questions ----------------------------------------------------------------------------------


def menu(s: Situation, *before: Line) -> Turn:
    """The one menu; the greeting before it the first time, and after a change of language."""
    greeting = () if "menu" in s.call.asked or before else (Line("greeting"),)
    if s.call.visit is None:
        choices: tuple[Line, ...] = (Line("menu.plain"),)
    else:
        choices = (Line("menu.survey", {"day": s.call.day}), Line("menu.no_texts"))
    return _question(s, "menu", *before, *greeting, *choices, *_other_language(s))


def _other_language(s: Situation) -> tuple[Line, ...]:
    other = LANGUAGES[s.call.language]
    return (Line("menu.language", language=other),) if other in s.rules.languages else ()


def item(s: Situation, *before: Line) -> Turn:
    """The words of all grades of the item at hand, each with its key."""
    return _question(s, s.call.item, *before, Line(f"ask.{s.call.item}"))


def check(s: Situation, *before: Line) -> Turn:
    """A poor grade read back."""
    return _question(s, "check", *before, Line("check", {"grade": s.call.grade}))


def case_number(s: Situation, *before: Line) -> Turn:
    """The number of a case, to be keyed in."""
    return _question(s, "number", *before, Line("ask.number"), digits=CASE_DIGITS)


def code(s: Situation, *before: Line) -> Turn:
    """Its query code."""
    return _question(s, "code", *before, Line("ask.code"), digits=CODE_DIGITS)


def _question(s: Situation, step: str, *lines: Line, digits: int = 1) -> Turn:
    if is_spent(s.call):
        return record(s, Line("tell_us"))
    call, turn = _counted(s.call, step)
    ends_with = "#" if digits > 1 else ""
    return Turn(call, Document(lines, Ask(step, turn, digits, ends_with)))


def more(s: Situation, *before: Line) -> Turn:
    """What the call was for is done: something else, or goodbye."""
    if is_spent(s.call):
        return end(s, *before, *GOODBYE)
    call, turn = _counted(s.call, "more")
    line = Line("more.plain" if s.call.visit is None else "more.survey")
    return Turn(call, Document((*before, line), Ask("more", turn, farewell=GOODBYE)))


# --- the recording and what follows it ----------------------------------------------------------


def record(s: Situation, *before: Line) -> Turn:
    """The notice in the caller's language, the beep, at most three minutes."""
    if s.call.recording or s.call.documents >= LAST_RECORDING:
        said = [line for line in before if line.code not in BEFORE_A_BEEP]
        return end(s, *said, Line("we_act"))
    call, turn = _counted(s.call, "recorded")
    return Turn(replace(call, wrong=0), Document((*before, Line("record")), Record(turn)))


def received(s: Situation, *before: Line) -> Turn:
    """The number of the case, spoken once; star repeats, and a withheld caller may leave his."""
    lines = (*before, *_case_told(s.call))
    asks = not (s.call.caller or s.call.contact)
    if s.call.documents + 1 >= MOST_DOCUMENTS:
        return end(s, *lines, *GOODBYE)
    call, turn = _counted(s.call, "received")
    ask = Ask("received", turn, farewell=GOODBYE)
    if asks:
        lines = (*lines, Line("ask.contact"))
        ask = replace(ask, digits=PHONE_DIGITS, ends_with="#")
    return Turn(call, Document(lines, ask))


def _case_told(call: Call) -> tuple[Line, ...]:
    if not call.caller:
        return (Line("received.withheld"), Line("case_number"), Line("case_code"), Line("repeat"))
    texted = (Line("received.texted"),) if call.mobile else ()
    return (Line("received.known"), Line("case_number"), *texted, Line("repeat"))


def end(s: Situation, *lines: Line) -> Turn:
    """The last words."""
    call = replace(s.call, documents=s.call.documents + 1)
    return Turn(call, Document(lines, End()))


def without_state(step: str, turn: int) -> Document:
    """What to say where nothing could be decided: the beep, or goodbye after it."""
    if step in AFTER_THE_BEEP:
        return Document((Line("we_act"),), End())
    return Document((Line("tell_us"), Line("record")), Record(turn))


# --- phones that ring ---------------------------------------------------------------------------


def desk(s: Situation, *before: Line) -> Turn:
    """The desk's telephone."""
    if is_spent(s.call):
        return record(s, *before)
    call, turn = _counted(s.call, "desk")
    ring = Ring((s.rules.desk_number,), DESK_SECONDS, "desk", turn)
    return Turn(call, Document(before, ring))


def rescuer(s: Situation, *before: Line) -> Turn:
    """The next duty phone; all that are left at once where no further document may follow."""
    left = s.rescuers[s.call.rung :]
    if not left:
        return record(s, *before, Line("duty_silent"))
    last = s.call.documents + 1 > LAST_QUESTION
    rung = left if last else left[:1]
    call, turn = _counted(s.call, "duty")
    call = replace(call, rung=s.call.rung + len(rung))
    ring = Ring(rung, DUTY_SECONDS, "duty", turn, asks="take")
    if s.call.documents >= LAST_RECORDING - 1:
        ring = replace(ring, step="", farewell=(Line("we_act"),))
    return Turn(call, Document(before, ring))


def take(s: Situation) -> Turn:
    """To the duty phone that picked up: what it is about, and a key that shows who is there.

    A mailbox presses none, and the next phone rings. It is no document of the caller's.
    """
    language = s.rules.languages[0]
    lines = (*_danger_told(s.call.caller, language), Line("duty.take", language=language))
    silent = (Line("duty.silent", language=language),)
    return Turn(s.call, Document(lines, Ask("taken", s.heard.turn, farewell=silent)))


def duty_called(cause: str, turn: int, caller: str) -> Document:
    """To a duty phone that we called without a caller on the line: key 1 takes it over."""
    lines = (*_danger_told(caller), Line("duty.acknowledge"))
    return Document(lines, Ask(cause, turn, farewell=(Line("duty.silent"),)))


def duty_taken(*, taken: bool) -> Document:
    """The duty phone has taken the page over, or somebody else had done so before."""
    return Document((Line("duty.taken" if taken else "duty.over"),), End())


def _danger_told(caller: str, language: str = "") -> tuple[Line, ...]:
    told = (Line("duty.caller", {"phone": caller}, language),) if caller else ()
    return (Line("duty.call", language=language), *told)


def _counted(call: Call, step: str) -> tuple[Call, int]:
    """The call with one more document, and which time its step is asked."""
    turn = call.asked.get(step, 0) + 1
    asked = {**call.asked, step: turn}
    return replace(call, documents=call.documents + 1, asked=asked), turn


PROMPTS: Final[Mapping[str, Callable[..., Turn]]] = {
    "menu": menu,
    **dict.fromkeys(ITEMS, item),
    "check": check,
    "more": more,
    "number": case_number,
    "code": code,
    "received": received,
}
"""Step of a question → how it is asked again."""
