"""A visit: one job at a customer, the survey about it and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

from chalicelib.core.grades import ITEMS, Grades, from_letters, letters
from chalicelib.core.verification import Verification, void_of

EVIDENCE: Final = ("staff", "caller_id", "direct", "supervision")
"""Strength of an answer, weakest first: a lower one never replaces a higher."""

HISTORY_LIMIT: Final = 20
"""Answers kept on a visit; beyond it the oldest that no longer matters is dropped."""

SENDABLE: Final = ("scheduled", "waiting", "invited")
"""States of a survey in which a text of ours may still go out."""


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
    """One accepted answer: the letters it gave ("-" where it said nothing) and its evidence.

    `device` is a hash of what it came from, "" where nothing tells one device from another. `void`:
    two persons have found that it was never the customer's; it is kept and makes no form any more.
    """

    grades: str
    channel: str
    evidence: str
    at: datetime
    source: str
    late: bool = False
    device: str = ""
    void: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One of our own messages: its id in the catalogue and the values put into it."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conversation:
    """What we said last and what we still wait to hear.

    `question` is what we asked last: "confirm" (is `offered` right?), "visit" (is `offered` meant
    for this visit?), "complaint" (shall we register one?), "ask" (please answer again), "" nothing.
    `about` is the id of the text that our open question is about. `answers_today` counts our
    answers on `day`.
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
    """The text on its way: planned → leased → sent | unknown | failed.

    `to` is the number it goes to. `past_sids` are texts that what the provider still says of them
    is no news: those before this one, and those that failed and were sent once more.
    """

    message: str
    state: str = "planned"
    lease: str = ""
    leased_at: datetime | None = None
    lease_until: datetime | None = None
    sid: str = ""
    attempts: int = 0
    to: str = ""
    past_sids: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """Which of the visit's texts this is, counted from 1, while it is on its way."""
        return len(self.past_sids) + 1


@dataclass(frozen=True, slots=True)
class Survey:
    """Where the asking stands; `due_at` is the next instant at which something is to be done.

    `reminded_at` is when the reminder was sent, or passed over because there was no need of one.
    `superseded_at`: this invitation took the number over from another visit that was still open.
    `contacts` are our texts that arrived and the conversation (DESIGN 4: at most 3).
    """

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
    """A visit with all we know of it; `version` is the optimistic lock of its row.

    `links` are the hashes of its survey's links that are still good. `graded_on` is the number that
    it was graded on, once an upload has put another in its place.
    """

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
    links: tuple[str, ...] = ()
    verification: Verification | None = None
    graded_on: str = ""

    @property
    def key(self) -> VisitKey:
        """Where this visit is stored."""
        return VisitKey(self.facts.unit, self.month, self.facts.visit_id)


def asked_number(visit: Visit) -> str:
    """The number that was or will be asked about the visit: an upload may change it later."""
    outbox = visit.survey.outbox
    return outbox.to if outbox is not None and outbox.to else visit.facts.phone


def called_number(visit: Visit) -> str:
    """The number that supervision calls: where there is a form, the one that it came from.

    A unit that could replace it would have its own people asked about a customer's grades.
    """
    if visit.graded_on:
        return visit.graded_on
    top = leading(visit.answers)
    by_text = top is not None and top.channel in ("sms", "link")
    return asked_number(visit) if by_text else visit.facts.phone


def surveyed(visit: Visit, **changes: object) -> Visit:
    """The visit with these fields of its survey changed."""
    return replace(visit, survey=replace(visit.survey, **changes))  # type: ignore[arg-type] # ours


def ended(visit: Visit, state: str, reason: str, now: datetime) -> Visit:
    """The visit no longer asked about, settled now unless it was before."""
    settled = visit.survey.settled_at or now
    return surveyed(visit, state=state, reason=reason, settled_at=settled, due_at=None)


def remarked(visit: Visit, remark: str) -> Visit:
    """The visit with what a customer or we have to remember of it, once."""
    return visit if remark in visit.remarks else replace(visit, remarks=(*visit.remarks, remark))


def _strength(answer: Answer) -> tuple[int, datetime, str]:
    return EVIDENCE.index(answer.evidence), answer.at, answer.source


def merged(answers: Sequence[Answer], *, with_late: bool) -> Grades:
    """The form that these answers make: item by item the strongest, then the latest.

    The order of `answers` changes nothing. Without late ones it is the form that counts in the
    month; with them, what the customer says today.
    """
    grades: dict[str, str] = {}
    for answer in sorted(answers, key=_strength):
        if not answer.void and (with_late or not answer.late):
            grades |= from_letters(answer.grades)
    return {item: grades[item] for item in ITEMS if item in grades}


def voided(visit: Visit) -> bool:
    """Whether two persons took the visit's form out of the month, whatever came in since."""
    return void_of(visit.verification) in ("form", "visit")


def counted_letters(visit: Visit) -> str:
    """The counted form as three letters; "" of a visit that is silent, voided or came too late."""
    grades = merged(visit.answers, with_late=False)
    counts = grades and not visit.late_upload and not voided(visit)
    return letters(grades) if counts else ""


def leading(answers: Sequence[Answer]) -> Answer | None:
    """The strongest answer: its channel and evidence are those of the form."""
    return max((a for a in answers if not a.void), key=_strength, default=None)


def with_answer(answers: Sequence[Answer], new: Answer) -> tuple[Answer, ...]:
    """The answers with one more; a source that is already there adds nothing.

    Beyond HISTORY_LIMIT the weakest goes that no item of either form comes from, so that whatever
    comes later is compared with the same answers in any order of delivery.
    """
    if any(answer.source == new.source for answer in answers):
        return tuple(answers)
    kept = (*answers, new)
    if len(kept) <= HISTORY_LIMIT:
        return kept
    needed = _origins(kept)
    spare = min((answer for answer in kept if answer not in needed), key=_strength)
    return tuple(answer for answer in kept if answer is not spare)


def _origins(answers: Sequence[Answer]) -> list[Answer]:
    """The answers that the items of both forms come from: at most six."""
    in_time = [answer for answer in answers if not answer.late]
    found = [_origin(form, place) for form in (answers, in_time) for place in range(len(ITEMS))]
    return [answer for answer in found if answer is not None]


def _origin(answers: Sequence[Answer], place: int) -> Answer | None:
    graded = (a for a in answers if a.grades[place] != "-" and not a.void)
    return max(graded, key=_strength, default=None)
