"""Our open question to a number: one at a time, the latest, for 24 hours (READING P5)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.grades import from_letters
from chalicelib.core.replies import Reading
from chalicelib.core.visits import Conversation

QUESTION_OPEN: Final = timedelta(hours=24)

_READ_AS: Final[Mapping[str, str]] = {"visit": "confirm"}
"""Our question → the reader's name for it: both are answered by yes and no to an offer."""


def open_until(talk: Conversation) -> datetime | None:
    """The last instant at which our question can be answered; None if there is none."""
    return talk.asked_at + QUESTION_OPEN if talk.question and talk.asked_at else None


def open_question(talk: Conversation, now: datetime) -> str:
    """Our question as a text of `now` may answer it, "" if none is open.

    A text that was on its way before we asked answers nothing.
    """
    until = open_until(talk)
    asked = until is not None and until - QUESTION_OPEN <= now <= until
    return talk.question if asked else ""


def as_read(talk: Conversation, now: datetime) -> tuple[str, Mapping[str, str]]:
    """The open question and its offer, as the reader of replies knows them."""
    question = open_question(talk, now)
    offered = from_letters(talk.offered) if question and talk.offered else {}
    return _READ_AS.get(question, question), offered


def asked(talk: Conversation, question: str, offered: str = "", about: str = "") -> Conversation:
    """A new question in the place of the one before; it is open from when it is said."""
    return replace(talk, question=question, offered=offered, about=about, asked_at=None)


def closed(talk: Conversation) -> Conversation:
    """No question open."""
    return asked(talk, "")


def unasked(talk: Conversation, before: Conversation) -> Conversation:
    """The conversation without a question that could not be said: it may be asked later."""
    return replace(
        closed(talk),
        asked_grades=before.asked_grades,
        asked_rest=before.asked_rest,
        asked_complaint=before.asked_complaint,
    )


def after_reading(talk: Conversation, reading: Reading, now: datetime) -> Conversation:
    """Our question is settled by an answer to it, or by a reading that takes its place.

    Grades leave the complaint question open. Another offer than ours settles it: what the
    customer means is for a person to read, not for a later yes.
    """
    if talk.asked_at is not None and now < talk.asked_at:
        return talk
    question = open_question(talk, now)
    replaced = reading.kind in ("grades", "partial") and question != "complaint"
    if not question or reading.answer or replaced or reading.rule == "other_than_offered":
        return closed(talk)
    return talk


def continued(talk: Conversation, before: Conversation) -> Conversation:
    """The conversation of a visit whose number was asked about another one before.

    Our last words may still be quoted, and our answers of a day count for the number.
    """
    latest = max((talk, before), key=lambda each: each.day)
    count = sum(each.answers_today for each in (talk, before) if each.day == latest.day)
    ours = (*before.ours, *talk.ours)[-3:]
    return replace(talk, ours=ours, day=latest.day, answers_today=count)
