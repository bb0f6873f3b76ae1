"""What a text from a customer leads to: the stored answer, our reply, a case, a call to make."""

from dataclasses import replace
from typing import Final

from chalicelib.core import calendar, questions
from chalicelib.core.grades import ITEMS, is_complete
from chalicelib.core.outbox import remembered
from chalicelib.core.phones import Phone, is_of
from chalicelib.core.reactions import REACTIONS, case_reply, opted
from chalicelib.core.replies import Context, read
from chalicelib.core.rules import Rulebook
from chalicelib.core.turns import Scene, Text, Turn
from chalicelib.core.visits import Conversation, Said, Visit, merged

ANSWERS_A_DAY: Final = 10
"""Our answers to one number and day; beyond it everything is kept and nothing is said."""

ASKING: Final = frozenset(
    {"ask", "ask_rest", "confirm", "confirm_visit", "complaint_question", "echo_rest"}
)
"""Messages that ask for something: without one of them in our answer no question is open."""

SAID_IN_DANGER: Final = frozenset({"case_received", "echo", "echo_rest", "late", "opted_out"})
"""What is still said beside the words that keep somebody safe: what was done, no question."""


def on_text(visit: Visit | None, phone: Phone, text: Text, rules: Rulebook) -> Turn:
    """The turn that follows from one text: pure, total over any text.

    `visit` is the one that the number is asked about, or the last one on it.
    """
    scene = Scene(visit if visit and is_of(phone, visit) else None, phone, text, rules)
    talk = scene.talk
    reading = read(text.body, context_of(scene))
    settled = questions.after_reading(talk, reading, text.at)
    turn = Turn(reading, settled, scene.visit, answers=talk.about if reading.answer else "")
    return _spoken(_framed(REACTIONS[reading.kind](turn, scene), scene), scene)


def context_of(scene: Scene) -> Context:
    """What the reader has to know: the items still open, our question, our own words."""
    visit, text = scene.visit, scene.text
    given = merged(visit.answers, with_late=True) if visit else {}
    surveyed = visit is not None and scene.phone.current == visit.key
    question, offered = questions.as_read(scene.talk, text.at)
    return Context(
        pending=tuple(item for item in ITEMS if item not in given) if surveyed else (),
        language=visit.facts.language if visit else "zh",
        ours=text.ours,
        examples=_examples(scene),
        question=question,
        offered=offered,
        answered=surveyed and is_complete(given),
        surveyed=surveyed,
        open_case=text.open_case,
    )


def _examples(scene: Scene) -> tuple[str, ...]:
    """Our last messages without appliances, and without those that tell a customer his own grades:
    to send these once more, or for the next visit, is no copy."""
    said = zip(scene.text.unnamed, scene.talk.ours, strict=False)
    return tuple(words for words, each in said if "grades" not in each.values)


def _framed(turn: Turn, scene: Scene) -> Turn:
    """What goes along with any kind of reading: a complaint, a need for a person, danger."""
    reading = turn.reading
    if scene.text.opted is not None and turn.opt_out is None:
        turn = opted(turn, scene, out=scene.text.opted)
    if reading.complaint and reading.kind in ("grades", "partial"):
        turn = replace(turn, case=True, replies=(*turn.replies, case_reply(scene)))
    if reading.person and not turn.call:
        turn = replace(turn, call="to_read", replies=(Said("person"),))
    if reading.danger == "mark" and (not turn.call or turn.call_at):
        turn = replace(turn, call="maybe_danger", call_at=None)
    if reading.danger == "page":
        kept = tuple(said for said in turn.replies if said.code in SAID_IN_DANGER)
        turn = replace(turn, call="danger", call_at=None, replies=(Said("danger"), *kept))
    return turn


def _spoken(turn: Turn, scene: Scene) -> Turn:
    """The turn with its reply counted and remembered, or unsaid where it may not be said."""
    at = scene.text.at
    day = calendar.local_day(at, scene.rules).isoformat()
    spoken = scene.talk.answers_today if scene.talk.day == day else 0
    mute = scene.text.silent or spoken >= ANSWERS_A_DAY
    turn = _asked(replace(turn, replies=() if mute else turn.replies), scene)
    talk = turn.conversation
    for said in turn.replies:
        talk = remembered(talk, said)
    if turn.replies:
        talk = replace(talk, day=day, answers_today=spoken + 1)
    visit = turn.visit
    if visit is not None and visit.key == scene.phone.current:
        visit = replace(visit, conversation=talk)
    return replace(turn, visit=visit, conversation=talk)


def _asked(turn: Turn, scene: Scene) -> Turn:
    """A new question is open from now, if it is said; else a person takes its place."""
    talk: Conversation = turn.conversation
    if not talk.question or talk.asked_at is not None:
        return turn
    if any(said.code in ASKING for said in turn.replies):
        return replace(turn, conversation=replace(talk, asked_at=scene.text.at))
    unasked = questions.unasked(talk, scene.talk)
    return replace(turn, conversation=unasked, call=turn.call or "to_read", call_at=None)
