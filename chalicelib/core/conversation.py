"""What a text from a customer leads to: the stored answer, our reply, a case, a call to make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core import calendar
from chalicelib.core.answering import answered_with, may_correct, with_comment
from chalicelib.core.grades import ITEMS, from_letters, is_complete, letters
from chalicelib.core.replies import Context, Reading, read
from chalicelib.core.rules import Rulebook
from chalicelib.core.survey import about, on_opted_out, remembered
from chalicelib.core.visits import (
    Answer,
    Conversation,
    Said,
    Visit,
    merged,
)

ANSWERS_A_DAY: Final = 10
"""Our answers to one number and day; beyond it everything is kept and nothing is said."""

QUESTION_OPEN: Final = timedelta(hours=24)
JUST_CHANGED: Final = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Text:
    """A text from a customer; `ours` are our last messages as they were worded.

    `case_number` is free for a case that the text may open. `silent`: the provider has answered
    an opt-out keyword itself, so we say nothing.
    """

    body: str
    message_id: str
    at: datetime
    ours: tuple[str, ...] = ()
    case_number: str = ""
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What a text led to.

    `visit` is None for a number we know no visit of; `reply` is the message that answers it;
    `opt_out` True or False where the number left or came back; `call` is why a person is to
    call or read; `case` asks for a case to be opened, with this text or with the earlier one
    whose id is `case_about`.
    """

    reading: Reading
    conversation: Conversation
    visit: Visit | None = None
    reply: Said | None = None
    opt_out: bool | None = None
    call: str = ""
    case: bool = False
    case_about: str = ""


def on_text(visit: Visit | None, conversation: Conversation, text: Text, rules: Rulebook) -> Turn:
    """The turn that follows from one text: pure, total over any text.

    `conversation` is the visit's, or the number's where there is no visit.
    """
    reading = read(text.body, context_of(visit, conversation, text))
    about_text = conversation.about if reading.answer == "yes" else ""
    asked = _question_closed(conversation, reading)
    turn = Turn(reading, asked, visit, case_about=about_text)
    return _spoken(_framed(_REACTIONS[reading.kind](turn, text, rules), text), text, rules)


def _framed(turn: Turn, text: Text) -> Turn:
    """What goes along with any kind of reading: a complaint, a need for a person, danger."""
    reading = turn.reading
    if reading.complaint and reading.kind in ("grades", "partial"):
        turn = replace(turn, case=True, reply=_case_reply(text))
    if reading.person and not turn.call:
        turn = replace(turn, call="to_read", reply=Said("person"))
    if reading.danger == "mark" and not turn.call:
        turn = replace(turn, call="maybe_danger")
    if reading.danger == "page":
        turn = replace(turn, call="danger", reply=Said("danger"))
    return turn


def context_of(visit: Visit | None, conversation: Conversation, text: Text) -> Context:
    """What the reader has to know: the items still open, our question, our own words."""
    open_question = conversation.asked_at and text.at - conversation.asked_at <= QUESTION_OPEN
    surveyed = visit is not None and _was_asked(visit)
    given = merged(visit.answers, with_late=True) if visit else {}
    pending = tuple(item for item in ITEMS if item not in given) if surveyed else ()
    return Context(
        pending=pending,
        language=visit.facts.language if visit else "zh",
        ours=text.ours,
        question=conversation.question if open_question else "",
        offered=_offer(conversation) if open_question else {},
        answered=is_complete(given),
        surveyed=surveyed,
    )


def _was_asked(visit: Visit) -> bool:
    return visit.survey.invited_at is not None or visit.survey.outbox is not None


def _offer(conversation: Conversation) -> Mapping[str, str]:
    return from_letters(conversation.offered) if conversation.offered else {}


# --- reactions, one for each kind of reading -------------------------------------------------


def _graded(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    visit = turn.visit
    if visit is None:
        return _person(turn, "grades_without_visit")
    if _just_changed(visit, text):
        return _ask_which(turn, rules)
    given = merged(visit.answers, with_late=True)
    if given and not may_correct(visit, text.at, rules):
        return replace(_person(turn, "too_late_to_correct"), reply=Said("closed"))
    return _noted(turn, visit, text, rules)


def _noted(turn: Turn, visit: Visit, text: Text, rules: Rulebook) -> Turn:
    late = text.at >= calendar.close_at(visit.month, rules)
    answer = Answer(letters(turn.reading.grades), "sms", "direct", text.at, text.message_id, late)
    answered = answered_with(visit, answer, text.at)
    answered = with_comment(answered, turn.reading.comment)
    form = merged(answered.answers, with_late=True)
    said = Said(_thanks(turn, form, late), {"grades": letters(form), **about(visit, rules)})
    talk = replace(turn.conversation, asked_rest=turn.conversation.asked_rest or _lacks(form))
    overruled = any(form.get(item) != grade for item, grade in turn.reading.grades.items())
    return replace(
        turn,
        visit=answered,
        conversation=talk,
        reply=said,
        call="conflict" if overruled else "",
    )


def _thanks(turn: Turn, form: Mapping[str, str], late: bool) -> str:
    if late:
        return "late"
    return "echo_rest" if _lacks(form) and not turn.conversation.asked_rest else "echo"


def _lacks(form: Mapping[str, str]) -> bool:
    return not is_complete(form)


def _just_changed(visit: Visit, text: Text) -> bool:
    """Whether the number was asked about another visit until a moment ago."""
    survey = visit.survey
    asked = survey.invited_at or survey.superseded_at
    if survey.superseded_at is None or asked is None or visit.conversation.question:
        return False
    return text.at - asked <= JUST_CHANGED


def _ask_which(turn: Turn, rules: Rulebook) -> Turn:
    assert turn.visit is not None  # noqa: S101 - a changed invitation has its visit
    offered = letters(turn.reading.grades)
    said = Said("confirm_visit", {"grades": offered, **about(turn.visit, rules)})
    return replace(turn, conversation=_question(turn, "confirm", offered), reply=said)


def _unclear(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    """The one ask-back of an invitation; after it a person reads."""
    if turn.reading.rule == "complaint_question":
        return _ask_complaint(turn, text, rules)
    if turn.conversation.asked_grades:
        return _person(turn, "asked_in_vain")
    offered = letters(turn.reading.grades) if turn.reading.kind == "confirm" else ""
    said = Said("confirm", {"grades": offered}) if offered else _ask(turn.visit)
    talk = _question(turn, "confirm" if offered else "ask", offered)
    return replace(turn, conversation=replace(talk, asked_grades=True), reply=said)


def _ask(visit: Visit | None) -> Said:
    given = merged(visit.answers, with_late=True) if visit else {}
    if not given or is_complete(given):
        return Said("ask")
    return Said("ask_rest", {"grades": letters(given)})


def _ask_complaint(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    if turn.conversation.asked_complaint:
        return _person(turn, "maybe_complaint")
    talk = replace(_question(turn, "complaint", ""), asked_complaint=True, about=text.message_id)
    turn = _kept(turn)
    return replace(
        turn, conversation=talk, reply=Said("complaint_question"), call="maybe_complaint"
    )


def _question(turn: Turn, question: str, offered: str) -> Conversation:
    """An open question; a new one replaces the one before and is open from now."""
    talk = turn.conversation
    return replace(talk, question=question, offered=offered, about="", asked_at=None)


def _complaint(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    return replace(_with_offer(_kept(turn)), case=True, reply=_case_reply(text))


def _case_reply(text: Text) -> Said:
    return Said("case_received", {"case_number": text.case_number})


def _opted(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    out = turn.reading.kind == "optout"
    visit = on_opted_out(turn.visit, text.at) if turn.visit and out else turn.visit
    return replace(turn, visit=visit, opt_out=out, reply=Said("opted_out" if out else "opted_in"))


def _helped(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    return replace(turn, reply=Said("help"))


def _progress(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    return _person(turn, "status")


def _wrong_person(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    return _remarked(turn, "not_me")


def _unfinished(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    turn = _remarked(turn, "not_finished")
    if turn.visit is None or turn.visit.survey.state not in ("invited", "scheduled", "waiting"):
        return turn
    survey = replace(turn.visit.survey, state="not_finished", settled_at=text.at, due_at=None)
    return replace(turn, visit=replace(turn.visit, survey=survey))


def _call_wanted(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    return _remarked(turn, "call_me")


def _remarked(turn: Turn, remark: str) -> Turn:
    visit = turn.visit
    if visit is not None and remark not in visit.remarks:
        visit = replace(visit, remarks=(*visit.remarks, remark))
    return _with_offer(replace(turn, visit=visit, call=remark, reply=Said(remark)))


def _with_offer(turn: Turn) -> Turn:
    """Grades that came along with something else are kept as an offer, never stored."""
    if not turn.reading.grades:
        return turn
    return replace(turn, conversation=_question(turn, "confirm", letters(turn.reading.grades)))


def _commented(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    turn = _kept(turn)
    if turn.reading.answer in ("no", "drop"):
        return replace(turn, reply=Said("dropped"))
    open_survey = turn.visit is not None and turn.visit.survey.state == "invited"
    return replace(turn, reply=Said("comment_open" if open_survey else "comment"))


def _kept(turn: Turn) -> Turn:
    """The turn with the words added to the visit's comment."""
    if turn.visit is None:
        return turn
    return replace(turn, visit=with_comment(turn.visit, turn.reading.comment))


def _person(turn: Turn, why: str) -> Turn:
    return replace(_kept(turn), call=why, reply=Said("person"))


_Reaction = Callable[[Turn, Text, Rulebook], Turn]
_REACTIONS: Final[Mapping[str, _Reaction]] = {
    "grades": _graded,
    "partial": _graded,
    "confirm": _unclear,
    "ask": _unclear,
    "optout": _opted,
    "optin": _opted,
    "help": _helped,
    "status": _progress,
    "not_me": _wrong_person,
    "not_finished": _unfinished,
    "call_me": _call_wanted,
    "complaint": _complaint,
    "comment": _commented,
}


# --- the frame around every turn --------------------------------------------------------------


def _spoken(turn: Turn, text: Text, rules: Rulebook) -> Turn:
    """The turn with its reply counted and remembered, or unsaid where it may not be said."""
    talk = turn.conversation
    if talk.question and talk.asked_at is None:
        talk = replace(talk, asked_at=text.at)
    day = text.at.astimezone(calendar.zone(rules)).date().isoformat()
    spoken = talk.answers_today if talk.day == day else 0
    reply = None if text.silent or spoken >= ANSWERS_A_DAY else turn.reply
    if reply is not None:
        talk = replace(remembered(talk, reply), day=day, answers_today=spoken + 1)
    visit = replace(turn.visit, conversation=talk) if turn.visit else None
    return replace(turn, visit=visit, conversation=talk, reply=reply)


def _question_closed(conversation: Conversation, reading: Reading) -> Conversation:
    """Our open question is settled by an answer to it, or by a reading that replaces it."""
    settled = reading.answer or reading.kind in ("grades", "partial")
    if not settled:
        return conversation
    return replace(conversation, question="", offered="", about="", asked_at=None)
