"""The hotline as a pure machine: one request of a call + what is known → what is said and stored.

A step is a place in the call that waits for something; its reaction decides what comes next. The
state lies in the call's record and in the path of the next request, so that every copy of a
request, at any time, is known by its step and turn.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from chalicelib.core import ivr_prompts as prompts
from chalicelib.core import keypad
from chalicelib.core.cases import is_case_number
from chalicelib.core.grades import ITEMS
from chalicelib.core.ivr_documents import Document, Line, Nothing
from chalicelib.core.ivr_turns import ANSWERED, Progress, Situation, Turn

PERSON: Final = "0"
DANGER: Final = "9"
REPEAT: Final = "*"
TAKES: Final = "1"

UNHEARD: Final = Document(act=Nothing())

OTHER_LEGS: Final = ("take", "taken")
"""Steps of a phone that we rang, within the call that it was rung for."""

MENUS: Final[Mapping[str, Mapping[str, str]]] = {
    "survey": {"1": "grade", "2": "complain", "3": "progress", "7": "opt_out", "8": "language"},
    "plain": {"1": "complain", "2": "progress", "8": "language"},
}
"""Menu → key → what it chooses (DESIGN 5); 0 and 9 are the same everywhere."""


def choice(s: Situation) -> str:
    """What the caller chose in the menu, or later by the same keys; "" for nothing."""
    if s.heard.step not in ("menu", "more"):
        return ""
    return MENUS["plain" if s.call.visit is None else "survey"].get(s.heard.keys, "")


def on_request(s: Situation) -> Turn:
    """The turn that follows from one request: total over any step, turn and keys."""
    turn = REACTIONS.get(s.heard.step, _astray)(s)
    if not s.heard.over or s.heard.step in OTHER_LEGS:
        return turn
    call = replace(turn.call, ended_at=s.call.ended_at or s.now)
    return replace(turn, call=call, document=UNHEARD, missed=not call.served)


def _astray(s: Situation) -> Turn:
    """A step that nobody knows, as after a failure of ours: never a dead end."""
    return prompts.record(s, Line("tell_us"))


# --- the beginning, phones that rang, the end ---------------------------------------------------


def _start(s: Situation) -> Turn:
    if s.rules.person_first and s.desk_is_there:
        return prompts.desk(s)
    return prompts.menu(s)


def _desk(s: Situation) -> Turn:
    if s.heard.dialled in ANSWERED:
        return prompts.end(s.with_call(served="desk"))
    if "menu" not in s.call.asked:
        return prompts.menu(s)
    return prompts.record(s, Line("nobody_free"))


def _duty(s: Situation) -> Turn:
    return prompts.end(s) if s.heard.dialled in ANSWERED else prompts.rescuer(s)


def _taken(s: Situation) -> Turn:
    """Key 1 on a duty phone: somebody is there."""
    if s.heard.keys != TAKES:
        return Turn(s.call, Document())
    return Turn(s.call, Document(act=Nothing()), reached=True)


def _ended(s: Situation) -> Turn:
    return Turn(replace(s.call, ended_at=s.now), UNHEARD, missed=not s.call.served)


# --- keys ---------------------------------------------------------------------------------------


def _keyed(react: Callable[[Situation], Turn]) -> Callable[[Situation], Turn]:
    """A question's reaction, with the keys that mean the same at every question."""

    def keyed(s: Situation) -> Turn:
        if s.heard.keys == DANGER:
            return _danger(s)
        if s.heard.keys == PERSON:
            return _person(s)
        if REPEAT in s.heard.keys:
            return prompts.PROMPTS[s.heard.step](_at(s))
        return react(_at(s))

    return keyed


def _at(s: Situation) -> Situation:
    """The situation with the item that its step names at hand."""
    return s.with_call(item=s.heard.step) if s.heard.step in ITEMS else s


def _again(s: Situation, line: str = "wrong_key") -> Turn:
    """Silence or a key that means nothing: asked again, at the third time the recording."""
    wrong = s.call.wrong + 1
    if wrong >= prompts.TRIES:
        return prompts.record(s, Line("tell_us"))
    said = (Line(line),) if s.heard.keys else ()
    return prompts.PROMPTS[s.heard.step](s.with_call(wrong=wrong), *said)


def _menu(s: Situation) -> Turn:
    chosen = choice(s)
    return _CHOICES[chosen](s.with_call(wrong=0)) if chosen else _again(s)


def _complain(s: Situation) -> Turn:
    return prompts.record(s)


def _language(s: Situation) -> Turn:
    changed = s.with_call(language=prompts.LANGUAGES[s.call.language])
    return prompts.menu(changed, Line("greeting"))


def _opt_out(s: Situation) -> Turn:
    turn = prompts.more(s.with_call(served=s.call.served or "opted_out"), Line("opted_out"))
    return replace(turn, opt_out=True)


def _person(s: Situation) -> Turn:
    if s.desk_is_there:
        return prompts.desk(s)
    return prompts.record(s, Line("nobody_free"))


def _danger(s: Situation) -> Turn:
    turn = prompts.rescuer(s.with_call(served="case", rung=0), Line("danger"))
    return replace(turn, case=True, danger=True)


# --- grading ------------------------------------------------------------------------------------


def _grade(s: Situation, *, done: str = "") -> Turn:
    """The first item that has no grade yet, or thanks."""
    left = [item for item in s.known.pending if item != done]
    if left:
        return prompts.item(s.with_call(item=left[0], grade=""))
    return prompts.more(s, Line("thanks_late" if s.known.late else "thanks"))


def _item(s: Situation) -> Turn:
    grade = keypad.GRADES.get(s.heard.keys)
    if grade is None:
        return _again(s)
    if grade in keypad.READ_BACK:
        return prompts.check(s.with_call(grade=grade, wrong=0))
    return _graded(s, s.call.item, grade)


def _check(s: Situation) -> Turn:
    if s.heard.keys == "1" and s.call.grade:
        return _graded(s, s.call.item, s.call.grade)
    if s.heard.keys == "2" and s.call.item:
        return prompts.item(s.with_call(grade="", wrong=0))
    return _again(s)


def _graded(s: Situation, item: str, grade: str) -> Turn:
    turn = _grade(s.with_call(wrong=0, served=s.call.served or "graded"), done=item)
    answer = (item, grade) if item in s.known.pending else None
    return replace(turn, answer=answer)


# --- the recording ------------------------------------------------------------------------------


def _recorded(s: Situation) -> Turn:
    """A recording makes the case, whether the caller is still there or not."""
    recorded = s.with_call(served="case", recording=s.heard.recording or "unknown", wrong=0)
    return replace(prompts.received(recorded), case=True, recording=s.heard.recording)


def _unheard(s: Situation) -> Turn:
    """Nothing was said after the beep."""
    if s.heard.turn < prompts.BEEPS:
        return prompts.record(s, Line("unheard"))
    farewell = Line("unheard_goodbye" if s.call.caller else "unheard_withheld")
    return replace(prompts.end(s, farewell), missed=not s.call.served)


def _received(s: Situation) -> Turn:
    if s.known.contact:
        left = s.with_call(contact=s.known.contact)
        turn = prompts.end(left, Line("contact_kept"), *prompts.GOODBYE)
        return replace(turn, contact=s.known.contact)
    if s.call.caller or not s.heard.keys or s.call.wrong + 1 >= prompts.TRIES:
        return prompts.end(s, *prompts.GOODBYE)
    return prompts.received(s.with_call(wrong=s.call.wrong + 1), Line("wrong_number"))


# --- progress -----------------------------------------------------------------------------------


def _progress(s: Situation) -> Turn:
    told = s.known.cases[: prompts.CASES_TOLD]
    if not told:
        return prompts.case_number(s, *((Line("no_case"),) if s.call.caller else ()))
    return _told(s, *told)


def _told(s: Situation, *told: Progress) -> Turn:
    lines = [line for progress in told for line in _state(progress)]
    return prompts.more(s.with_call(served=s.call.served or "progress", wrong=0), *lines)


def _state(progress: Progress) -> Iterator[Line]:
    yield Line(f"state.{progress.state}", {"day": progress.day})
    if progress.promised:
        yield Line("state.promised", {"day": progress.promised})


def _number(s: Situation) -> Turn:
    if not is_case_number(s.heard.keys):
        return _again(s, "no_such_number")
    return prompts.code(s.with_call(enquired=s.heard.keys))


def _code(s: Situation) -> Turn:
    """A wrong code and a wrong number sound alike, and the next try takes longer."""
    if s.known.found is not None:
        return _told(s, s.known.found)
    wrong = s.call.wrong + 1
    if wrong >= prompts.TRIES:
        return prompts.record(s, Line("tell_us"))
    line = Line("wait" if s.known.wait else "no_match")
    turn = prompts.case_number(s.with_call(wrong=wrong), line)
    return replace(turn, document=replace(turn.document, pause=2**wrong))


_CHOICES: Final[Mapping[str, Callable[[Situation], Turn]]] = {
    "grade": _grade,
    "complain": _complain,
    "progress": _progress,
    "opt_out": _opt_out,
    "language": _language,
}

REACTIONS: Final[Mapping[str, Callable[[Situation], Turn]]] = {
    "start": _start,
    "desk": _desk,
    "menu": _keyed(_menu),
    **dict.fromkeys(ITEMS, _keyed(_item)),
    "check": _keyed(_check),
    "more": _keyed(_menu),
    "recorded": _recorded,
    "unheard": _unheard,
    "received": _keyed(_received),
    "number": _keyed(_number),
    "code": _keyed(_code),
    "duty": _duty,
    "take": prompts.take,
    "taken": _taken,
    "ended": _ended,
}
"""Step → what follows from it; the steps are the paths below /twilio/voice/."""
