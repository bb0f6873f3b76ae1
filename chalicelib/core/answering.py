"""What an answer does to its visit, by whatever channel it comes, and how it is told back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core import calendar, questions, sending
from chalicelib.core.effects import Effect
from chalicelib.core.grades import Grades, is_complete, letters
from chalicelib.core.outbox import about, remembered
from chalicelib.core.phones import Phone, talk_of
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Answer, Said, Visit, asked_number, merged, surveyed, with_answer

CORRECTION: Final = timedelta(days=7)
"""For so long after the first answer it may be corrected in any case."""

COMMENT_LIMIT: Final = 1_000

EVIDENCE_OF: Final[Mapping[str, str]] = {
    "sms": "direct",
    "link": "direct",
    "keypad": "caller_id",
    "paper": "staff",
    "call": "supervision",
}
"""Channel → the evidence of an answer that came by it as it should (DESIGN 4)."""


@dataclass(frozen=True, slots=True)
class Given:
    """Grades as they came in; `source` identifies the act, so that copies of it count once.

    `device` as in `Answer`.
    """

    grades: Grades
    channel: str
    evidence: str
    at: datetime
    source: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The visit with one more answer.

    `form` is what it says now. `changed`: first or different; `overruled`: stronger evidence
    holds against some of it; `refused`: too late to change what was said, nothing is stored.
    """

    visit: Visit
    form: Grades
    changed: bool = False
    overruled: bool = False
    late: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class AnswerTurn:
    """What an answer by another channel than a text led to; `echo` tells it to the number."""

    answered: Answered
    phone: Phone
    echo: Effect | None = None

    @property
    def visit(self) -> Visit:
        """The visit as it is now."""
        return self.answered.visit


def answered(visit: Visit, given: Given, rules: Rulebook) -> Answered:
    """The visit with one more answer, from whatever channel, and its survey's state after it.

    Grades may be changed until the close, and in any case for 7 days after the first answer; what
    was left blank may be given later, and supervision's calls may always change it. An answer of
    a source that is already there changes nothing.
    """
    before = merged(visit.answers, with_late=True)
    late = given.at >= calendar.close_at(visit.month, rules)
    if any(answer.source == given.source for answer in visit.answers):
        return Answered(visit, before, late=late)
    if _changes(before, given.grades) and not _may_correct(visit, given, rules):
        return Answered(visit, before, late=late, refused=True)
    code = letters(given.grades)
    new = Answer(code, given.channel, given.evidence, given.at, given.source, late, given.device)
    after = answered_with(visit, new, given.at)
    form = merged(after.answers, with_late=True)
    overruled = _changes(form, given.grades)
    return Answered(after, form, changed=form != before, overruled=overruled, late=late)


def answered_with(visit: Visit, answer: Answer, now: datetime) -> Visit:
    """The visit with one more answer in its history, and its survey's state after it."""
    answers = with_answer(visit.answers, answer)
    complete = is_complete(merged(answers, with_late=True))
    return surveyed(
        replace(visit, answers=answers),
        state="answered" if complete else "partial",
        settled_at=visit.survey.settled_at or now,
        due_at=None,
    )


def _changes(form: Grades, grades: Grades) -> bool:
    return any(item in form and form[item] != grade for item, grade in grades.items())


def _may_correct(visit: Visit, given: Given, rules: Rulebook) -> bool:
    return given.evidence == "supervision" or may_correct(visit, given.at, rules)


def may_correct(visit: Visit, now: datetime, rules: Rulebook) -> bool:
    """Whether a form may still be changed by its customer: until the close, at least 7 days."""
    first = min(answer.at for answer in visit.answers)
    return now < max(calendar.close_at(visit.month, rules), first + CORRECTION)


def with_comment(visit: Visit, comment: str) -> Visit:
    """The visit with a comment added below the earlier ones; the raw text is kept elsewhere."""
    if not comment:
        return visit
    joined = f"{visit.comment}\n{comment}" if visit.comment else comment
    return replace(visit, comment=joined[-COMMENT_LIMIT:])


def echo_of(done: Answered, *, ask_rest: bool, rules: Rulebook) -> Said:
    """How an answer is told back to the visit's number; with `ask_rest` what is missing too."""
    code = "echo_rest" if ask_rest and not is_complete(done.form) else "echo"
    values = {"grades": letters(done.form), **about(done.visit, rules)}
    return Said("late" if done.late else code, values)


def on_answer(
    visit: Visit,
    phone: Phone,
    current: Visit | None,
    given: Given,
    zones: Sequence[str],
    rules: Rulebook,
) -> AnswerTurn:
    """The turn that follows from an answer by link, keypad, paper or call.

    `phone` is the visit's number as it is now, `current` the visit it is asked about where that is
    another. Each first or changed answer is told to the number, in its sending hours; where an
    upload has changed the number since the customer was asked, to the one that was asked.
    """
    done = answered(visit, given, rules)
    if given.channel == "call" and done.visit is not visit:
        contacts = done.visit.survey.contacts + 1
        done = replace(done, visit=surveyed(done.visit, contacts=contacts))
    if not done.changed or not _can_be_told(visit, phone):
        return AnswerTurn(done, phone)
    due = sending.next_slot(given.at, zones, rules)
    told = replace(phone, echoed=visit.key, echoed_at=due)
    if asked_number(visit) != phone.number:
        said = echo_of(done, ask_rest=False, rules=rules)
        return AnswerTurn(done, phone, _echo(visit, said, given, due))
    if _is_about_another(visit, phone, current, given.at):
        said = echo_of(done, ask_rest=False, rules=rules)
        return AnswerTurn(done, told, _echo(visit, said, given, due))
    talk = visit.conversation
    if phone.current != visit.key:
        talk = questions.continued(talk, talk_of(current, phone))
    with_talk = replace(done, visit=replace(done.visit, conversation=talk))
    return _taken_over(with_talk, replace(told, current=visit.key), given, due, rules)


def _can_be_told(visit: Visit, phone: Phone) -> bool:
    reached = visit.facts.mobile and visit.survey.state != "undeliverable"
    return reached and phone.opted_out_at is None


def _is_about_another(visit: Visit, phone: Phone, current: Visit | None, now: datetime) -> bool:
    """Whether a text from the number is still rather about what it was asked before."""
    if phone.current == visit.key:
        return False
    until = questions.open_until(talk_of(current, phone))
    if until is not None and now <= until:
        return True
    if current is None or current.key != phone.current:
        return False
    return current.survey.state == "invited"


def _taken_over(
    done: Answered,
    phone: Phone,
    given: Given,
    due: datetime,
    rules: Rulebook,
) -> AnswerTurn:
    """The number is about this visit from now on: what its echo asks for can be texted."""
    visit = done.visit
    before = visit.conversation
    by_text = visit.facts.country not in rules.no_sms_reply
    said = echo_of(done, ask_rest=by_text and not before.asked_rest, rules=rules)
    talk = remembered(before, said)
    if said.code == "echo_rest":
        talk = replace(questions.asked(talk, "ask"), asked_at=due, asked_rest=True)
    told = replace(done, visit=replace(visit, conversation=talk))
    return AnswerTurn(told, phone, _echo(visit, said, given, due))


def _echo(visit: Visit, said: Said, given: Given, due: datetime) -> Effect:
    address = {"to": asked_number(visit), "language": visit.facts.language}
    return Effect(f"{given.source}.echo", 0, "sms", said.code, due, {**address, **said.values})
