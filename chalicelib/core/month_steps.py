"""The acts on a frozen month: sign, object, rule, ask back, answer, issue (DESIGN 8).

Each takes the proceeding and gives the next one; who may do it is `acts.MAY`. An act that is
refused raises ActError and changes nothing.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from chalicelib.core import proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.case_objections import RULINGS
from chalicelib.core.case_steps import Act, written
from chalicelib.core.cases import CaseEvent
from chalicelib.core.proceedings import (
    ANSWERED,
    CLOSED,
    ISSUED,
    OBJECTED,
    QUESTIONED,
    RULED,
    SIGNED,
    Matter,
    Proceeding,
)
from chalicelib.core.rules import Rulebook

LINES: Final = ("change", "all_best", "all_worst", "complaints")
"""The lines of a document that a unit may object to."""

NOTICED: Final = "noticed"
OPEN: Final = (CLOSED, NOTICED)
"""States in which a document can still be spoken about."""


def sign(proceeding: Proceeding, act: Act, sha256: str, rules: Rulebook) -> Proceeding:
    """A lead signs the facts of the document with this hash; with it the unit is given notice.

    To sign once more what he has signed changes nothing. ActError "month_state".
    """
    signed = proceedings.last(proceeding, SIGNED)
    if proceeding.state == NOTICED and signed is not None and signed.by == act.by:
        return proceeding
    _in_state(proceeding, "sign", CLOSED)
    values = {"document": sha256}
    return proceedings.then(proceeding, act, SIGNED, rules, values, state=NOTICED)


def take_up(
    proceeding: Proceeding, act: Act, raised: Iterable[tuple[str, CaseEvent]], rules: Rulebook
) -> Proceeding:
    """With the notice, what the unit has said against its cases becomes objections to the month.

    `raised` are the cases' references and what was said. Nobody may issue before they are ruled.
    """
    for reference, event in raised:
        values = {"about": f"case {reference}", "reason": event.values["reason"]}
        said = Act(event.by, act.at, event.via)
        proceeding = proceedings.then(proceeding, said, OBJECTED, rules, values)
    return proceeding


def object_to(
    proceeding: Proceeding, act: Act, about: str, reason: str, file: str, rules: Rulebook
) -> Proceeding:
    """The unit objects to a line or to a case ("case REFERENCE") of the document.

    `file` is the key of what it has handed in, "" for nothing. To say the same once more changes
    nothing. ActError: "month_state", "objected_too_late" (facts day), "unknown_line" (facts about,
    lines), those of `written`.
    """
    _in_state(proceeding, "object", NOTICED)
    if about not in LINES and not about.startswith("case "):
        raise ActError("unknown_line", about=about, lines=", ".join(LINES))
    if proceedings.term_is_over(proceeding, act.at, rules):
        day = proceedings.last_day_to_object(proceeding, rules)
        raise ActError("objected_too_late", day=str(day))
    values = {"about": about, "reason": written("reason", reason), "file": file}
    known = [matter.step.values for matter in proceedings.objections(proceeding)]
    if any(all(said.get(name, "") == values[name] for name in values) for said in known):
        return proceeding
    return proceedings.then(proceeding, act, OBJECTED, rules, values)


def rule(
    proceeding: Proceeding,
    act: Act,
    number: str,
    result: str,
    reason: str,
    kin: Collection[str],
    rules: Rulebook,
) -> Proceeding:
    """A lead who had no hand in it rules on an objection ("" the only open one), in writing.

    `kin` worked on what the objection is about; neither they nor whoever signed the facts or took
    the objection down may rule. ActError: "month_state", "unknown_result" (facts result, results),
    "had_a_hand", those of `chosen` and `written`.
    """
    _in_state(proceeding, "rule", *OPEN)
    if result not in RULINGS:
        raise ActError("unknown_result", result=result, results=", ".join(RULINGS))
    objection = chosen(proceedings.objections(proceeding), number, "objection")
    signed = proceedings.last(proceeding, SIGNED)
    hands = {*kin, objection.step.by, signed.by if signed else ""}
    if act.by in hands:
        raise ActError("had_a_hand")
    values = {
        "number": str(objection.number),
        "result": result,
        "reason": written("reason", reason),
    }
    return proceedings.then(proceeding, act, RULED, rules, values)


def question(proceeding: Proceeding, act: Act, words: str, rules: Rulebook) -> Proceeding:
    """HR asks back before it issues. ActError: "month_state", those of `written`."""
    _in_state(proceeding, "question", *OPEN)
    values = {"words": written("question", words)}
    return proceedings.then(proceeding, act, QUESTIONED, rules, values)


def answer(
    proceeding: Proceeding, act: Act, number: str, words: str, rules: Rulebook
) -> Proceeding:
    """Supervision answers a question ("" the only open one).

    ActError: "month_state", those of `chosen` and `written`.
    """
    _in_state(proceeding, "answer", *OPEN)
    asked = chosen(proceedings.questions(proceeding), number, "question")
    values = {"number": str(asked.number), "words": written("answer", words)}
    return proceedings.then(proceeding, act, ANSWERED, rules, values)


def issue(
    proceeding: Proceeding, act: Act, open_amendments: Collection[str], rules: Rulebook
) -> Proceeding:
    """HR issues the document as it stands: it changes no figure.

    Only after the unit's term, when every objection is ruled, every question answered and no
    amendment of the month is open. ActError: "month_state", "term" (facts day), "unruled" and
    "unanswered" (facts numbers), "amendments_open" (facts causes).
    """
    _in_state(proceeding, "issue", NOTICED)
    _check_term(proceeding, act.at, rules)
    if waiting := _waiting(proceedings.objections(proceeding)):
        raise ActError("unruled", numbers=waiting)
    if waiting := _waiting(proceedings.questions(proceeding)):
        raise ActError("unanswered", numbers=waiting)
    if open_amendments:
        raise ActError("amendments_open", causes=", ".join(sorted(open_amendments)))
    return proceedings.then(proceeding, act, ISSUED, rules, {}, state=ISSUED)


def chosen(matters: list[Matter], number: str, what: str) -> Matter:
    """The open matter of this number, or the only open one.

    ActError: "none_open" (facts what), "which" (facts what, numbers), "spoken" (facts what,
    number) if somebody has ruled on it or answered it.
    """
    waiting = [matter for matter in matters if matter.answer is None]
    if number:
        named = [matter for matter in matters if str(matter.number) == number]
        if named and named[0].answer is not None:
            raise ActError("spoken", what=what, number=number)
        waiting = named
    if not waiting:
        raise ActError("none_open", what=what)
    if len(waiting) > 1:
        raise ActError("which", what=what, numbers=_waiting(matters))
    return waiting[0]


def _waiting(matters: list[Matter]) -> str:
    return ", ".join(str(matter.number) for matter in matters if matter.answer is None)


def _check_term(proceeding: Proceeding, now: datetime, rules: Rulebook) -> None:
    if not proceedings.term_is_over(proceeding, now, rules):
        day = proceedings.last_day_to_object(proceeding, rules)
        raise ActError("term", day=str(day))


def _in_state(proceeding: Proceeding, act: str, *states: str) -> None:
    if proceeding.state not in states:
        raise ActError("month_state", act=act, state=proceeding.state)
