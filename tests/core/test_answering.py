"""One answer after another: what counts, what is told, what is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core import answering, questions
from chalicelib.core.answering import EVIDENCE_OF, Answered, AnswerTurn, Given, on_answer
from chalicelib.core.grades import from_letters, letters
from chalicelib.core.phones import Phone
from chalicelib.core.visits import EVIDENCE, Conversation, Outbox, Visit, merged, surveyed
from tests.core.visit_samples import (
    ASKED,
    INVITED,
    INVITED_AT,
    NUMBER,
    PHONE,
    RULES,
    SCHEDULED,
    ZONES,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLOSE = datetime(2026, 7, 10, 1, 0, tzinfo=UTC)
"""09:00 of the eighth working day of July in Shanghai."""


def act(code: str, channel: str = "link", at: datetime = INVITED_AT + HOUR) -> Given:
    source = f"{channel} {at.isoformat()}"
    return Given(from_letters(code), channel, EVIDENCE_OF[channel], at, source)


def after(*acts: Given, visit: Visit = INVITED) -> Answered:
    done = Answered(visit, {})
    for each in acts:
        done = answering.answered(done.visit, each, RULES)
    return done


def form(done: Answered) -> str:
    return letters(done.form) if done.form else ""


def test_a_first_answer_is_the_form_and_settles() -> None:
    done = after(act("ABA"))
    survey = done.visit.survey
    assert (form(done), done.changed, done.late, done.overruled) == ("ABA", True, False, False)
    assert (survey.state, survey.due_at, survey.settled_at) == ("answered", None, INVITED_AT + HOUR)


@pytest.mark.parametrize(
    "state",
    [
        *("scheduled", "waiting", "uninvitable", "invited", "expired", "opted_out"),
        *("undeliverable", "not_finished", "partial"),
    ],
)
def test_an_answer_counts_whatever_became_of_the_survey(state: str) -> None:
    settled = INVITED_AT - HOUR
    done = after(act("ABA"), visit=surveyed(INVITED, state=state, settled_at=settled))
    assert (done.visit.survey.state, done.visit.survey.settled_at) == ("answered", settled)


def test_a_blank_makes_it_partial_until_it_is_filled() -> None:
    first = after(act("-B-"))
    assert first.visit.survey.state == "partial"
    full = answering.answered(first.visit, act("A-C", at=INVITED_AT + 2 * HOUR), RULES)
    assert (form(full), full.visit.survey.state, full.overruled) == ("ABC", "answered", False)


@pytest.mark.parametrize("weaker", EVIDENCE)
@pytest.mark.parametrize("stronger", EVIDENCE)
def test_weaker_evidence_never_replaces_stronger(weaker: str, stronger: str) -> None:
    held = replace(act("AAA"), evidence=stronger, source="1")
    later = replace(act("BBB", at=INVITED_AT + DAY), evidence=weaker, source="2")
    done = after(held, later)
    replaced = EVIDENCE.index(weaker) >= EVIDENCE.index(stronger)
    assert form(done) == ("BBB" if replaced else "AAA")
    assert (done.changed, done.overruled) == (replaced, not replaced)
    assert len(done.visit.answers) == 2, "what does not count is kept as well"


def test_at_the_same_instant_the_source_decides_and_not_the_order() -> None:
    one = replace(act("AAA"), source="SM1")
    two = replace(act("BBB"), source="SM2")
    assert form(after(one, two)) == form(after(two, one)) == "BBB"


def test_a_source_that_is_there_changes_nothing() -> None:
    once = after(act("ABA"))
    again = answering.answered(once.visit, replace(act("EEE"), at=INVITED_AT + DAY), RULES)
    assert again.visit is once.visit
    assert not again.changed


TERM = {
    "before the close": ("sms", CLOSE - timedelta(microseconds=1), False, False),
    "at the close, long after": ("sms", CLOSE, True, True),
    "by paper at the close": ("paper", CLOSE, True, True),
    "by supervision at the close": ("call", CLOSE, False, True),
    "by supervision a year later": ("call", CLOSE + 365 * DAY, False, True),
}


@pytest.mark.parametrize(("channel", "at", "refused", "late"), TERM.values(), ids=TERM)
def test_corrections_end_with_the_close(
    channel: str, at: datetime, refused: bool, late: bool
) -> None:
    done = after(act("BBB"), act("ABB", channel, at))
    assert (done.refused, done.late) == (refused, late)
    counted = merged(done.visit.answers, with_late=False)
    assert letters(counted) == ("BBB" if late else "ABB")


def test_seven_days_are_left_for_corrections_whatever_the_close() -> None:
    first = act("BBB", at=CLOSE - HOUR)
    inside = after(first, act("CCC", at=CLOSE - HOUR + 7 * DAY - timedelta(microseconds=1)))
    assert (form(inside), inside.late, inside.refused) == ("CCC", True, False)
    outside = after(first, act("CCC", at=CLOSE - HOUR + 7 * DAY))
    assert (form(outside), outside.refused) == ("BBB", True)
    assert len(outside.visit.answers) == 1


def test_after_the_term_a_blank_may_be_filled_and_the_same_said_again() -> None:
    late = CLOSE + 30 * DAY
    first = after(act("AB-"))
    assert form(after(act("AB-"), act("--C", at=late))) == "ABC"
    assert not answering.answered(first.visit, act("AB-", at=late), RULES).refused
    assert answering.answered(first.visit, act("AAC", at=late), RULES).refused


def test_comments_are_added_and_never_grow_beyond_their_limit() -> None:
    visit = answering.with_comment(INVITED, "first")
    visit = answering.with_comment(answering.with_comment(visit, ""), "second")
    assert visit.comment == "first\nsecond"
    long = answering.with_comment(visit, "x" * 5000)
    assert len(long.comment) == answering.COMMENT_LIMIT


# --- the echo -----------------------------------------------------------------------------------


def turn(
    given: Given, visit: Visit = INVITED, phone: Phone = ASKED, current: Visit | None = None
) -> AnswerTurn:
    return on_answer(visit, phone, current, given, ZONES, RULES)


def told(done: AnswerTurn) -> tuple[str, str, str] | None:
    if done.echo is None:
        return None
    return done.echo.what, done.echo.values["grades"], done.echo.values["to"]


@pytest.mark.parametrize("channel", ["link", "keypad", "paper", "call"])
def test_a_first_answer_by_any_channel_is_told_to_the_number(channel: str) -> None:
    done = turn(act("ABA", channel))
    assert told(done) == ("echo", "ABA", NUMBER)
    assert done.echo is not None
    assert (done.echo.kind, done.echo.due_at, done.echo.budget) == (
        "sms",
        INVITED_AT + HOUR,
        "receipts",
    )
    assert done.visit.conversation.ours[-1].code == "echo"


def test_an_echo_of_one_act_has_one_place() -> None:
    first, again = turn(act("ABA")), turn(act("ABA"))
    assert first.echo is not None
    assert again.echo is not None
    assert (first.echo.cause, first.echo.number) == (again.echo.cause, again.echo.number)


def test_what_changes_nothing_is_not_told() -> None:
    answered = turn(act("ABA")).visit
    for given in (act("ABA", at=INVITED_AT + DAY), act("CCC", "paper", INVITED_AT + DAY)):
        assert turn(given, answered).echo is None


def test_a_partial_form_asks_for_the_rest_once() -> None:
    first = turn(act("A--", "keypad"))
    assert told(first) == ("echo_rest", "A--", NUMBER)
    talk = first.visit.conversation
    assert (talk.question, talk.asked_rest, talk.asked_at) == ("ask", True, INVITED_AT + HOUR)
    second = turn(act("-B-", "keypad", INVITED_AT + 2 * HOUR), first.visit)
    assert told(second) == ("echo", "AB-", NUMBER)


def test_where_nobody_can_answer_a_text_the_rest_is_not_asked_for() -> None:
    chinese = replace(INVITED, facts=replace(INVITED.facts, country="CN"))
    assert told(turn(act("A--"), chinese)) == ("echo", "A--", NUMBER)


NIGHTS = {
    "in the evening": (20, 0, 25),
    "before midnight": (23, 59, 25),
    "before the morning": (8, 59, 1),
    "in the morning": (9, 0, 1),
}


@pytest.mark.parametrize(("hour", "minute", "opens_in"), NIGHTS.values(), ids=NIGHTS)
def test_an_echo_keeps_to_sending_hours(hour: int, minute: int, opens_in: int) -> None:
    at = datetime(2026, 6, 4, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)
    done = turn(act("ABA", at=at))
    assert done.echo is not None
    expected = datetime(2026, 6, 4, opens_in % 24, tzinfo=UTC) + timedelta(days=opens_in // 24)
    assert done.echo.due_at == expected
    assert done.phone.echoed_at == expected


SILENT: dict[str, tuple[Visit, Phone]] = {
    "a landline": (replace(SCHEDULED, facts=replace(SCHEDULED.facts, mobile=False)), PHONE),
    "a number that left": (INVITED, replace(ASKED, opted_out_at=INVITED_AT)),
    "a number that cannot be reached": (surveyed(INVITED, state="undeliverable"), ASKED),
}


@pytest.mark.parametrize(("visit", "phone"), SILENT.values(), ids=SILENT)
def test_who_cannot_or_will_not_be_texted_hears_nothing(visit: Visit, phone: Phone) -> None:
    done = turn(act("ABA", "paper"), visit, phone)
    assert (done.echo, done.phone) == (None, phone)
    assert done.visit.survey.state == "answered"


OTHER = replace(INVITED, facts=replace(INVITED.facts, visit_id="V0"))


def other(state: str = "invited", question: str = "") -> Visit:
    talk = Conversation(
        question=question,
        asked_at=INVITED_AT if question else None,
        day="2026-06-04",
        answers_today=3,
    )
    return replace(surveyed(OTHER, state=state), conversation=talk)


@pytest.mark.parametrize(
    ("current", "taken"),
    [
        (other("invited"), False),
        (other("partial", "ask"), False),
        (other("answered", "complaint"), False),
        (other("partial"), True),
        (other("answered"), True),
        (other("expired"), True),
    ],
)
def test_the_number_is_about_the_visit_told_of_unless_another_is_open(
    current: Visit, taken: bool
) -> None:
    done = turn(act("AB-"), SCHEDULED, replace(PHONE, current=OTHER.key), current)
    assert done.phone.current == (SCHEDULED.key if taken else OTHER.key)
    assert done.phone.echoed == SCHEDULED.key
    assert told(done) == ("echo_rest" if taken else "echo", "AB-", NUMBER)
    assert done.visit.conversation.answers_today == (3 if taken else 0)


def test_a_question_to_a_number_without_an_invitation_is_not_taken_away() -> None:
    talk = questions.asked(Conversation(), "complaint")
    asked = replace(PHONE, conversation=replace(talk, asked_at=INVITED_AT))
    done = turn(act("ABA"), SCHEDULED, asked)
    assert done.phone.current is None
    assert told(done) == ("echo", "ABA", NUMBER)


def test_the_number_that_was_asked_is_told_and_not_one_put_in_since() -> None:
    outbox = Outbox("invitation", "sent", sid="SM1", to=NUMBER)
    moved = replace(
        surveyed(INVITED, outbox=outbox), facts=replace(INVITED.facts, phone="+85251239999")
    )
    new = Phone("+85251239999", last=INVITED.key)
    done = turn(act("ABA", "paper"), moved, new)
    assert told(done) == ("echo", "ABA", NUMBER)
    assert done.phone == new


def test_a_call_that_was_answered_is_a_contact_once() -> None:
    first = turn(act("ABA", "call"))
    assert first.visit.survey.contacts == 2
    assert turn(act("ABA", "call"), first.visit).visit.survey.contacts == 2


def test_late_grades_are_told_as_late() -> None:
    assert told(turn(act("ABA", at=CLOSE + HOUR))) == ("late", "ABA", NUMBER)


def test_what_is_refused_is_not_told() -> None:
    answered = turn(act("ABA")).visit
    done = turn(act("CCC", at=CLOSE + DAY), answered)
    assert (done.answered.refused, done.echo, done.visit) == (True, None, answered)
