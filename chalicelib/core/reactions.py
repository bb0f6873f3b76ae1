"""What each kind of reading leads to: one reaction a kind, before the frame around every turn."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core import answering, questions
from chalicelib.core.answering import Given, with_comment
from chalicelib.core.grades import Grades, is_complete, letters
from chalicelib.core.outbox import about, on_opted_out
from chalicelib.core.phones import Phone
from chalicelib.core.turns import Scene, Turn
from chalicelib.core.visits import (
    SENDABLE,
    Conversation,
    Said,
    Visit,
    VisitKey,
    asked_number,
    ended,
    merged,
    remarked,
)

JUST_CHANGED: Final = timedelta(seconds=120)
"""So soon after another visit is asked about, a customer may still be answering the first."""

Reaction = Callable[[Turn, Scene], Turn]


# --- grades -----------------------------------------------------------------------------------


def _graded(turn: Turn, scene: Scene) -> Turn:
    visit = turn.visit
    if visit is None:
        return _for_a_person(turn, "grades_without_visit")
    if _may_mean_another(scene, visit):
        return _ask_which(turn, scene, visit)
    text = scene.text
    given = Given(turn.reading.grades, "sms", "direct", text.at, text.message_id)
    done = answering.answered(visit, given, scene.rules)
    kept = replace(turn, visit=with_comment(done.visit, turn.reading.comment))
    if done.refused:
        return replace(kept, call="too_late_to_correct", replies=(Said("closed"),))
    if done.overruled and not done.changed:
        return replace(kept, call="conflict", replies=(Said("closed"),))
    said = answering.echo_of(done, ask_rest=not turn.conversation.asked_rest, rules=scene.rules)
    talk = _rest_asked(turn, scene) if said.code == "echo_rest" else turn.conversation
    call = "conflict" if done.overruled else ""
    return replace(kept, conversation=talk, replies=(said,), call=call)


def _rest_asked(turn: Turn, scene: Scene) -> Conversation:
    """The rest is asked for once; an open complaint question stays the one that is answered."""
    talk = replace(turn.conversation, asked_rest=True)
    waiting = questions.open_question(talk, scene.text.at) == "complaint"
    return talk if waiting else questions.asked(talk, "ask")


def _may_mean_another(scene: Scene, visit: Visit) -> bool:
    """Whether the grades may be about the visit that the number was asked or told about before.

    Once we have asked which, the answer is the answer.
    """
    if questions.open_question(scene.talk, scene.text.at) == "visit":
        return False
    return _told_elsewhere(scene.phone, visit) is not None or _just_changed(scene, visit)


def _just_changed(scene: Scene, visit: Visit) -> bool:
    """Whether the number was asked about another visit until a moment before this talk began."""
    survey = visit.survey
    if survey.superseded_at is None:
        return False
    again = questions.open_question(scene.talk, scene.text.at) == "ask"
    began = scene.talk.asked_at if again else None
    changed = survey.invited_at or survey.superseded_at
    return (began or scene.text.at) - changed <= JUST_CHANGED


def _told_elsewhere(phone: Phone, visit: Visit | None) -> VisitKey | None:
    """The visit that our last word to the number was about, where it is another than `visit`."""
    if phone.echoed is None or phone.echoed_at is None or (visit and phone.echoed == visit.key):
        return None
    told = _told_at(visit) if visit else None
    return phone.echoed if told is None or phone.echoed_at >= told else None


def _told_at(visit: Visit) -> datetime | None:
    """When we last said something about the visit, as far as it is kept."""
    texted = [answer.at for answer in visit.answers if answer.channel == "sms"]
    survey = visit.survey
    known = (survey.invited_at, survey.reminded_at, visit.conversation.asked_at, *texted)
    return max((at for at in known if at is not None), default=None)


def _ask_which(turn: Turn, scene: Scene, visit: Visit) -> Turn:
    offered = letters(turn.reading.grades)
    said = Said("confirm_visit", {"grades": offered, **about(visit, scene.rules)})
    talk = questions.asked(turn.conversation, "visit", offered)
    return replace(turn, conversation=talk, replies=(said,))


# --- unclear ----------------------------------------------------------------------------------


def _unclear(turn: Turn, scene: Scene) -> Turn:
    """The one ask-back of an invitation; after it a person reads, and calls."""
    if turn.reading.rule == "complaint_question":
        return _ask_complaint(turn, scene)
    form = _form(turn.visit)
    offered = turn.reading.grades if turn.reading.kind == "confirm" else {}
    if turn.visit and offered and _are_stored(offered, turn.visit):
        values = {"grades": letters(form), **about(turn.visit, scene.rules)}
        return replace(turn, replies=(Said("echo", values),))
    if turn.conversation.asked_grades:
        visit = remarked(turn.visit, "asked_in_vain") if turn.visit else None
        return _for_a_person(replace(turn, visit=visit), "asked_in_vain")
    turn = replace(turn, conversation=replace(turn.conversation, asked_grades=True))
    if turn.visit and offered and _may_mean_another(scene, turn.visit):
        return _ask_which(turn, scene, turn.visit)
    if offered:
        return _confirm(turn, offered)
    asked = questions.asked(turn.conversation, "ask")
    return replace(turn, conversation=asked, replies=(_ask(form),))


def _are_stored(grades: Grades, visit: Visit) -> bool:
    form = _form(visit)
    return {**form, **grades} == dict(form)


def _form(visit: Visit | None) -> Grades:
    return merged(visit.answers, with_late=True) if visit else {}


def _confirm(turn: Turn, offered: Grades) -> Turn:
    code = letters(offered)
    asked = questions.asked(turn.conversation, "confirm", code)
    said = Said("confirm", {"grades": code})
    return replace(turn, conversation=asked, replies=(*turn.replies, said))


def _ask(form: Grades) -> Said:
    if not form or is_complete(form):
        return Said("ask")
    return Said("ask_rest", {"grades": letters(form)})


def _ask_complaint(turn: Turn, scene: Scene) -> Turn:
    """Asked once; without an answer to it a person reads the text when the question is over."""
    if turn.conversation.asked_complaint:
        return _for_a_person(turn, "maybe_complaint")
    text = scene.text
    asked = questions.asked(turn.conversation, "complaint", about=text.message_id)
    return replace(
        turn,
        conversation=replace(asked, asked_complaint=True),
        replies=(Said("complaint_question"),),
        call="maybe_complaint",
        call_at=text.at + questions.QUESTION_OPEN,
    )


# --- what is no grade -------------------------------------------------------------------------


def _complained(turn: Turn, scene: Scene) -> Turn:
    return _with_offer(replace(turn, case=True, replies=(case_reply(scene),)))


def case_reply(scene: Scene) -> Said:
    """The number of the case that the text has opened."""
    return Said("case_received", {"case_number": scene.text.case_number})


def _opted(turn: Turn, scene: Scene) -> Turn:
    return opted(turn, scene, out=turn.reading.kind == "optout")


def opted(turn: Turn, scene: Scene, *, out: bool) -> Turn:
    """The number left or came back."""
    visit = turn.visit
    if visit is not None and out and asked_number(visit) == scene.phone.number:
        visit = on_opted_out(visit, scene.text.at)
    said = Said("opted_out" if out else "opted_in")
    return replace(turn, visit=visit, opt_out=out, replies=(said,))


def _helped(turn: Turn, scene: Scene) -> Turn:
    return replace(turn, replies=(Said("help"),))


def _progress(turn: Turn, scene: Scene) -> Turn:
    progress = scene.text.progress
    return replace(turn, replies=(progress,)) if progress else _for_a_person(turn, "status")


def _remarked(turn: Turn, scene: Scene) -> Turn:
    """A remark about the job itself, which a person follows up; grades beside it are offered."""
    kind = turn.reading.kind
    subject = _SUBJECTS[kind](scene) if kind in _SUBJECTS else None
    turn = replace(turn, call=kind, replies=(Said(kind),), subject=subject)
    if subject is not None or turn.visit is None:
        return turn
    asked_here = asked_number(turn.visit) == scene.phone.number
    after = after_remark(turn.visit, kind, scene.text.at) if asked_here else turn.visit
    return _with_offer(replace(turn, visit=remarked(after, kind)))


def after_remark(visit: Visit, remark: str, now: datetime) -> Visit:
    """The visit with a customer's remark, and no longer asked about where it says so."""
    noted = remarked(visit, remark)
    if remark not in _ENDS or visit.survey.state not in SENDABLE:
        return noted
    return ended(noted, *_ENDS[remark], now)


_ENDS: Final[Mapping[str, tuple[str, str]]] = {
    "not_me": ("undeliverable", "wrong_number"),
    "not_finished": ("not_finished", ""),
}
"""Remark → state and reason of a survey that was still asking."""


def _denied(scene: Scene) -> VisitKey | None:
    return _told_elsewhere(scene.phone, scene.visit)


def _unfinished(scene: Scene) -> VisitKey | None:
    """The job done last, unless it or an older one is being asked about."""
    visit, last = scene.visit, scene.phone.last
    being_asked = visit is not None and visit.survey.state in ("invited", "partial")
    return None if being_asked or visit is None or last == visit.key else last


_SUBJECTS: Final[Mapping[str, Callable[[Scene], VisitKey | None]]] = {
    "not_me": _denied,
    "not_finished": _unfinished,
}
"""Remark → the visit it is about where it is another than the one asked about."""


def _with_offer(turn: Turn) -> Turn:
    """Grades that came along with something else are offered, unless we have asked before or they
    are stored already."""
    if not turn.reading.grades or turn.visit is None or turn.conversation.asked_grades:
        return turn
    if _are_stored(turn.reading.grades, turn.visit):
        return turn
    talk = replace(turn.conversation, asked_grades=True)
    return _confirm(replace(turn, conversation=talk), turn.reading.grades)


def _commented(turn: Turn, scene: Scene) -> Turn:
    answer = turn.reading.answer
    if answer == "no" and questions.open_question(scene.talk, scene.text.at) == "visit":
        return replace(turn, call="other_visit", replies=(Said("person"),))
    if answer:
        return replace(turn, replies=(Said("dropped"),))
    asking = turn.visit is not None and turn.visit.survey.state == "invited"
    return replace(_kept(turn), replies=(Said("comment_open" if asking else "comment"),))


def _kept(turn: Turn) -> Turn:
    """The turn with the words added to the visit's comment."""
    if turn.visit is None:
        return turn
    return replace(turn, visit=with_comment(turn.visit, turn.reading.comment))


def _for_a_person(turn: Turn, why: str) -> Turn:
    return replace(_kept(turn), call=why, replies=(Said("person"),))


REACTIONS: Final[Mapping[str, Reaction]] = {
    "grades": _graded,
    "partial": _graded,
    "confirm": _unclear,
    "ask": _unclear,
    "optout": _opted,
    "optin": _opted,
    "help": _helped,
    "status": _progress,
    "not_me": _remarked,
    "not_finished": _remarked,
    "call_me": _remarked,
    "complaint": _complained,
    "comment": _commented,
}
"""Kind of reading → its reaction."""
