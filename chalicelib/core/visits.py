"""A visit: one job at a customer, the survey about it and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from chalicelib.core.grades import ITEMS, Grades, from_letters, letters

EVIDENCE: Final = ("staff", "caller_id", "direct", "supervision")
"""Strength of an answer, weakest first: a lower one never replaces a higher."""

HISTORY_LIMIT: Final = 20
"""Answers kept on a visit; beyond it the oldest that no longer matters is dropped."""


class VisitKey(NamedTuple):
    """Where a visit is stored; unit and month never change."""

    unit: str
    month: str
    visit_id: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was uploaded, normalised: `completed_at` in UTC, `phone` E.164 or empty."""

    visit_id: str
    unit: str
    technician: str
    completed_at: datetime
    customer_name: str = ""
    phone: str = ""
    country: str = ""
    mobile: bool = False
    appliance: str = ""
    language: str = "zh"
    phone_source: str = "unit"


@dataclass(frozen=True, slots=True)
class Answer:
    """One accepted answer: the letters it gave ("-" where it said nothing) and its evidence."""

    grades: str
    channel: str
    evidence: str
    at: datetime
    source: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One of our own messages: its id in the catalogue and the values put into it."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conversation:
    """What we said last and what we still wait to hear.

    `about` is the id of the text that our open question is about.
    """

    ours: tuple[Said, ...] = ()
    question: str = ""
    offered: str = ""
    about: str = ""
    asked_at: datetime | None = None
    asked_grades: bool = False
    asked_rest: bool = False
    asked_complaint: bool = False
    day: str = ""
    answers_today: int = 0


@dataclass(frozen=True, slots=True)
class Outbox:
    """The text on its way: planned → leased → sent | unknown | failed."""

    message: str
    state: str = "planned"
    lease: str = ""
    leased_at: datetime | None = None
    lease_until: datetime | None = None
    sid: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Survey:
    """Where the asking stands; `due_at` is the next instant at which something is to be done."""

    state: str = "scheduled"
    reason: str = ""
    due_at: datetime | None = None
    invited_at: datetime | None = None
    reminded_at: datetime | None = None
    settled_at: datetime | None = None
    superseded_at: datetime | None = None
    contacts: int = 0
    outbox: Outbox | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A phone or date changed by a later upload: who said so and when."""

    at: datetime
    field: str
    by: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit with all we know of it; `version` is the optimistic lock of its row."""

    facts: Facts
    month: str
    received_at: datetime
    salt: str
    uploaded_by: str = ""
    late_upload: bool = False
    version: int = 0
    survey: Survey = field(default_factory=Survey)
    conversation: Conversation = field(default_factory=Conversation)
    answers: tuple[Answer, ...] = ()
    comment: str = ""
    remarks: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def key(self) -> VisitKey:
        """Where this visit is stored."""
        return VisitKey(self.facts.unit, self.month, self.facts.visit_id)


def _strength(answer: Answer) -> tuple[int, datetime, str]:
    return EVIDENCE.index(answer.evidence), answer.at, answer.source


def merged(answers: Sequence[Answer], *, with_late: bool) -> Grades:
    """The form that these answers make: item by item the strongest, then the latest.

    The order of `answers` changes nothing. Without late ones it is the form that counts in the
    month; with them, what the customer says today.
    """
    grades: dict[str, str] = {}
    for answer in sorted(answers, key=_strength):
        if with_late or not answer.late:
            grades |= from_letters(answer.grades)
    return {item: grades[item] for item in ITEMS if item in grades}


def counted_letters(visit: Visit) -> str:
    """The counted form as three letters, "" when the visit is silent or was uploaded too late."""
    grades = merged(visit.answers, with_late=False)
    return letters(grades) if grades and not visit.late_upload else ""


def leading(answers: Sequence[Answer]) -> Answer | None:
    """The strongest answer: its channel and evidence are those of the form."""
    return max(answers, key=_strength, default=None)


def with_answer(answers: Sequence[Answer], new: Answer) -> tuple[Answer, ...]:
    """The answers with one more; a source that is already there adds nothing."""
    if any(answer.source == new.source for answer in answers):
        return tuple(answers)
    kept = (*answers, new)
    if len(kept) <= HISTORY_LIMIT:
        return kept
    return tuple(answer for answer in kept if answer is not _dispensable(kept))


def _dispensable(answers: Sequence[Answer]) -> Answer:
    """The weakest answer whose absence changes neither form; else the weakest."""
    for answer in sorted(answers, key=_strength):
        rest = [other for other in answers if other is not answer]
        if all(
            merged(rest, with_late=late) == merged(answers, with_late=late)
            for late in (False, True)
        ):
            return answer
    return min(answers, key=_strength)
