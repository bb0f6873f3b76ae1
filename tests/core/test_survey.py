"""Timers of the survey: who is asked when, who waits for whom, and when it is over."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.core import questions, survey, waiting
from chalicelib.core.phones import Phone
from chalicelib.core.survey import DueTurn
from chalicelib.core.visits import (
    Answer,
    Conversation,
    Facts,
    Outbox,
    Said,
    Survey,
    Visit,
    remarked,
    surveyed,
)
from tests.core.visit_samples import ASKED, INVITED, INVITED_AT, PHONE, RULES, SCHEDULED, ZONES

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REMINDER_AT = INVITED_AT + 48 * HOUR
EXPIRES_AT = INVITED_AT + 7 * DAY


def due(visit: Visit, phone: Phone, now: datetime, *rivals: Visit) -> DueTurn:
    return survey.on_due(visit, phone, rivals, ZONES, now, RULES)


def rival(name: str = "V0", *, completed: timedelta = -DAY, **changes: Any) -> Visit:  # noqa: ANN401 # a survey's
    facts = replace(SCHEDULED.facts, visit_id=name)
    other = replace(facts, completed_at=facts.completed_at + completed)
    return surveyed(replace(SCHEDULED, facts=other), **changes)


def asking(question: str, at: datetime) -> Conversation:
    return replace(questions.asked(Conversation(), question), asked_at=at)


# --- planning -----------------------------------------------------------------------------------


PLANS: dict[str, tuple[dict[str, object], timedelta, tuple[str, str]]] = {
    "a mobile": ({}, HOUR, ("scheduled", "")),
    "no phone": ({"phone": "", "mobile": False}, HOUR, ("uninvitable", "no_phone")),
    "a landline": ({"mobile": False}, HOUR, ("uninvitable", "no_mobile")),
    "just not too old": ({}, 7 * DAY, ("scheduled", "")),
    "too old": ({}, 7 * DAY + MINUTE, ("uninvitable", "too_old")),
    "no phone and too old": ({"phone": ""}, 30 * DAY, ("uninvitable", "no_phone")),
}


@pytest.mark.parametrize(("changes", "age", "expected"), PLANS.values(), ids=PLANS)
def test_a_visit_is_planned_or_settles_at_once(
    changes: dict[str, Any], age: timedelta, expected: tuple[str, str]
) -> None:
    facts: Facts = replace(SCHEDULED.facts, **changes)
    now = facts.completed_at + age
    plan = survey.planned(facts, "0" * 32, ZONES, now, RULES)
    assert (plan.state, plan.reason) == expected
    assert plan.settled_at == (None if plan.state == "scheduled" else now)
    assert (plan.due_at is None) == (plan.state == "uninvitable")


def test_the_invitation_is_due_the_day_after_by_the_salt() -> None:
    for seconds in (0, 1, 10_799):
        plan = survey.planned(SCHEDULED.facts, f"{seconds:032x}", ZONES, INVITED_AT - DAY, RULES)
        assert plan.due_at == INVITED_AT + timedelta(seconds=seconds)


# --- inviting -----------------------------------------------------------------------------------


def test_an_invitation_claims_the_number() -> None:
    turn = due(SCHEDULED, PHONE, INVITED_AT)
    assert turn.send == "invitation"
    assert turn.phone == replace(PHONE, current=SCHEDULED.key)
    assert turn.visit.survey.superseded_at is None


def test_what_was_said_on_the_number_before_goes_along() -> None:
    before = Conversation(ours=(Said("comment"), Said("help")), day="2026-06-04", answers_today=4)
    turn = due(SCHEDULED, replace(PHONE, conversation=before), INVITED_AT)
    talk = turn.visit.conversation
    assert (talk.day, talk.answers_today, talk.ours) == ("2026-06-04", 4, before.ours)
    mine = Conversation(ours=(Said("comment"),), day="2026-06-04", answers_today=2)
    both = due(
        replace(SCHEDULED, conversation=mine), replace(PHONE, conversation=before), INVITED_AT
    )
    assert both.visit.conversation.answers_today == 6
    older = replace(before, day="2026-06-03")
    later = due(
        replace(SCHEDULED, conversation=mine), replace(PHONE, conversation=older), INVITED_AT
    )
    assert later.visit.conversation.answers_today == 2


def test_a_second_attempt_keeps_the_number_and_its_conversation() -> None:
    talk = Conversation(ours=(Said("invitation"),), day="2026-06-04", answers_today=1)
    again = replace(SCHEDULED, conversation=talk)
    turn = due(again, ASKED, INVITED_AT)
    assert (turn.send, turn.visit, turn.phone) == ("invitation", again, ASKED)


NEVER: dict[str, tuple[Visit, Phone, datetime, tuple[str, str]]] = {
    "a number that left": (
        SCHEDULED,
        replace(PHONE, opted_out_at=INVITED_AT),
        INVITED_AT,
        ("opted_out", ""),
    ),
    "held up too long": (SCHEDULED, PHONE, INVITED_AT + 7 * DAY, ("uninvitable", "never_sent")),
    "three contacts": (
        surveyed(SCHEDULED, contacts=3),
        PHONE,
        INVITED_AT,
        ("uninvitable", "never_sent"),
    ),
}


@pytest.mark.parametrize(("visit", "phone", "now", "expected"), NEVER.values(), ids=NEVER)
def test_who_may_not_be_invited_settles(
    visit: Visit, phone: Phone, now: datetime, expected: tuple[str, str]
) -> None:
    turn = due(visit, phone, now)
    state = turn.visit.survey
    assert (turn.send, turn.phone) == ("", None)
    assert (state.state, state.reason) == expected
    assert (state.settled_at, state.due_at) == (now, None)


def test_at_night_the_visit_waits_for_the_morning_as_it_is() -> None:
    turn = due(SCHEDULED, PHONE, INVITED_AT + 12 * HOUR)
    assert turn == DueTurn(surveyed(SCHEDULED, due_at=INVITED_AT + 23 * HOUR))


# --- several visits -----------------------------------------------------------------------------


CURRENT: dict[str, tuple[dict[str, Any], bool]] = {
    "invited": ({"state": "invited"}, True),
    "reminded a moment ago": (
        {"state": "invited", "reminded_at": INVITED_AT - 2 * HOUR + MINUTE},
        True,
    ),
    "reminded two hours ago": (
        {"state": "invited", "reminded_at": INVITED_AT - 2 * HOUR},
        False,
    ),
    "on its way": ({"outbox": Outbox("invitation", "leased")}, True),
    "nobody knows": ({"outbox": Outbox("invitation", "unknown")}, True),
    "answered while on its way": (
        {"state": "answered", "outbox": Outbox("invitation", "leased")},
        False,
    ),
    "answered": ({"state": "answered"}, False),
    "partial": ({"state": "partial"}, False),
    "expired": ({"state": "expired"}, False),
    "undeliverable": ({"state": "undeliverable"}, False),
    "opted out and back": ({"state": "opted_out"}, False),
}


@pytest.mark.parametrize(("changes", "waits"), CURRENT.values(), ids=CURRENT)
def test_the_visit_asked_about_now_is_waited_for(changes: dict[str, Any], waits: bool) -> None:
    current = rival(**{"due_at": None, **changes})
    turn = due(SCHEDULED, replace(PHONE, current=current.key), INVITED_AT, current)
    assert turn.send == ("" if waits else "invitation")
    if waits:
        assert turn.visit.survey.state == "waiting"
        assert turn.phone == replace(
            PHONE, current=current.key, waiting=SCHEDULED.key, waiting_since=INVITED_AT
        )
        assert turn.visit.survey.due_at == INVITED_AT + HOUR


def test_who_waits_is_looked_at_on_the_next_full_hour() -> None:
    current = rival(state="invited")
    phone = replace(PHONE, current=current.key)
    turn = due(SCHEDULED, phone, INVITED_AT + timedelta(minutes=17, seconds=5), current)
    assert turn.visit.survey.due_at == INVITED_AT + HOUR


@pytest.mark.parametrize("question", ["ask", "confirm", "visit", "complaint"])
def test_an_open_question_is_waited_for_whatever_the_state(question: str) -> None:
    talk = asking(question, INVITED_AT - 24 * HOUR)
    current = replace(rival(state="answered"), conversation=talk)
    phone = replace(PHONE, current=current.key)
    assert due(SCHEDULED, phone, INVITED_AT - MINUTE, current).send == ""
    assert due(SCHEDULED, phone, INVITED_AT, current).send == "invitation"


def test_a_question_to_the_number_itself_is_waited_for() -> None:
    phone = replace(PHONE, conversation=asking("complaint", INVITED_AT - HOUR))
    assert due(SCHEDULED, phone, INVITED_AT).visit.survey.state == "waiting"
    assert due(SCHEDULED, phone, INVITED_AT + DAY).send == "invitation"


NEWER: dict[str, tuple[dict[str, Any], bool]] = {
    "due now": ({"due_at": INVITED_AT}, True),
    "due tomorrow": ({"due_at": INVITED_AT + DAY}, True),
    "due later": ({"due_at": INVITED_AT + DAY + MINUTE}, False),
    "waiting": ({"state": "waiting", "due_at": INVITED_AT + HOUR}, True),
    "uninvitable": ({"state": "uninvitable", "due_at": None}, False),
    "answered": ({"state": "answered", "due_at": None}, False),
}


@pytest.mark.parametrize(("changes", "waits"), NEWER.values(), ids=NEWER)
def test_a_newer_visit_that_is_due_goes_first(changes: dict[str, Any], waits: bool) -> None:
    newer = rival("V2", completed=HOUR, **changes)
    turn = due(SCHEDULED, replace(PHONE, last=newer.key), INVITED_AT, newer)
    assert turn.send == ("" if waits else "invitation")


def test_an_older_visit_or_one_of_another_number_is_not_waited_for() -> None:
    older = rival("V0", completed=-HOUR, due_at=INVITED_AT)
    moved = rival("V2", completed=HOUR, due_at=INVITED_AT)
    moved = replace(moved, facts=replace(moved.facts, phone="+85251230009"))
    assert due(SCHEDULED, replace(PHONE, last=older.key), INVITED_AT, older).send == "invitation"
    assert due(SCHEDULED, replace(PHONE, last=moved.key), INVITED_AT, moved).send == "invitation"


SUPERSEDED: dict[str, tuple[dict[str, Any], timedelta | None, bool]] = {
    "unanswered": ({"state": "invited", "reminded_at": INVITED_AT - DAY}, None, True),
    "partial": ({"state": "partial"}, 3 * DAY, True),
    "answered today": ({"state": "answered"}, 23 * HOUR, True),
    "answered long ago": ({"state": "answered"}, 24 * HOUR, False),
    "expired": ({"state": "expired"}, None, False),
    "opted out": ({"state": "opted_out"}, None, False),
}


@pytest.mark.parametrize(("changes", "answered", "marked"), SUPERSEDED.values(), ids=SUPERSEDED)
def test_a_change_of_visit_is_marked_while_the_other_may_be_meant(
    changes: dict[str, Any], answered: timedelta | None, marked: bool
) -> None:
    current = rival(**changes)
    if answered is not None:
        answer = Answer("ABA", "sms", "direct", INVITED_AT - answered, "S1")
        current = replace(current, answers=(answer,))
    turn = due(SCHEDULED, replace(PHONE, current=current.key), INVITED_AT, current)
    assert turn.send == "invitation"
    assert turn.visit.survey.superseded_at == (INVITED_AT if marked else None)


def test_rivals_are_the_visit_asked_about_the_last_one_and_the_one_that_waits() -> None:
    first, last, waits = rival("V0").key, rival("V2").key, rival("V3").key
    phone = replace(PHONE, current=first, last=last, waiting=waits)
    assert waiting.rivals_of(SCHEDULED, phone) == (first, last, waits)
    assert waiting.rivals_of(SCHEDULED, replace(phone, waiting=SCHEDULED.key)) == (first, last)
    assert waiting.rivals_of(SCHEDULED, replace(PHONE, current=first, last=first)) == (first,)
    assert waiting.rivals_of(SCHEDULED, ASKED) == ()


def test_who_was_passed_over_once_goes_before_a_newer_visit() -> None:
    asked = rival("V8", completed=HOUR, state="answered", invited_at=INVITED_AT)
    newer = rival("V2", completed=2 * HOUR, due_at=INVITED_AT)
    since = INVITED_AT - HOUR
    phone = replace(
        PHONE, current=asked.key, last=newer.key, waiting=SCHEDULED.key, waiting_since=since
    )
    mine = due(surveyed(SCHEDULED, state="waiting"), phone, INVITED_AT, asked, newer)
    assert mine.send == "invitation"
    assert mine.phone is not None
    assert (mine.phone.current, mine.phone.waiting) == (SCHEDULED.key, None)
    theirs = due(newer, phone, INVITED_AT, asked, surveyed(SCHEDULED, state="waiting"))
    assert (theirs.send, theirs.phone) == ("", None)


def test_who_comes_in_later_never_goes_before_who_waits() -> None:
    newer = rival("V2", completed=HOUR, due_at=INVITED_AT)
    late = replace(newer, received_at=INVITED_AT)
    since = INVITED_AT - HOUR
    phone = replace(PHONE, last=newer.key, waiting=SCHEDULED.key, waiting_since=since)
    mine = surveyed(SCHEDULED, state="waiting")
    assert due(mine, phone, INVITED_AT, newer).send == ""
    assert due(mine, phone, INVITED_AT, late).send == "invitation"
    assert due(newer, phone, INVITED_AT, mine).send == "invitation"
    assert due(late, phone, INVITED_AT, mine).send == ""


OVER: dict[str, dict[str, Any]] = {
    "answered by another way": {"state": "answered"},
    "left": {"state": "opted_out"},
    "too old": {"state": "uninvitable"},
}


@pytest.mark.parametrize("changes", OVER.values(), ids=OVER)
def test_who_waits_no_more_keeps_nobody_waiting(changes: dict[str, Any]) -> None:
    gone = rival("V0", **changes)
    since = INVITED_AT - 9 * DAY
    phone = replace(PHONE, waiting=gone.key, waiting_since=since)
    assert due(SCHEDULED, phone, INVITED_AT, gone).send == "invitation"
    current = rival("V5", state="invited")
    turn = due(SCHEDULED, replace(phone, current=current.key), INVITED_AT, gone, current)
    assert turn.phone is not None
    assert (turn.phone.waiting, turn.phone.waiting_since) == (SCHEDULED.key, INVITED_AT)


def test_the_oldest_that_waits_is_the_one_remembered() -> None:
    current = rival("V5", state="invited")
    other = rival("V0", completed=-DAY, state="waiting")
    phone = replace(PHONE, current=current.key, waiting=other.key, waiting_since=INVITED_AT - HOUR)
    assert due(SCHEDULED, phone, INVITED_AT, current, other).phone is None
    younger = rival("V0", completed=HOUR, state="waiting")
    turn = due(SCHEDULED, phone, INVITED_AT, current, younger)
    assert turn.phone is not None
    assert turn.phone.waiting == SCHEDULED.key


def test_who_waited_until_too_old_was_crowded_out() -> None:
    late = due(surveyed(SCHEDULED, state="waiting"), PHONE, INVITED_AT + 7 * DAY)
    assert late.visit.survey.reason == "crowded_out"


# --- reminding and ending -----------------------------------------------------------------------


def test_the_reminder_is_due_once() -> None:
    assert due(INVITED, ASKED, REMINDER_AT) == DueTurn(INVITED, None, "reminder")


NEEDLESS: dict[str, tuple[Visit, Phone]] = {
    "the number is asked about another": (INVITED, replace(ASKED, current=rival().key)),
    "a person calls": (remarked(INVITED, "call_me"), ASKED),
    "a person reads": (remarked(INVITED, "asked_in_vain"), ASKED),
    "three contacts": (surveyed(INVITED, contacts=3), ASKED),
}


@pytest.mark.parametrize(("visit", "phone"), NEEDLESS.values(), ids=NEEDLESS)
def test_a_needless_reminder_is_passed_over_and_the_survey_settles_as_usual(
    visit: Visit, phone: Phone
) -> None:
    turn = due(visit, phone, REMINDER_AT)
    passed = turn.visit.survey
    assert turn.send == ""
    assert (passed.reminded_at, passed.due_at) == (REMINDER_AT, REMINDER_AT + DAY)
    settled = due(turn.visit, phone, REMINDER_AT + DAY).visit
    assert (settled.survey.settled_at, settled.survey.due_at) == (REMINDER_AT + DAY, EXPIRES_AT)
    expired = due(settled, phone, EXPIRES_AT).visit.survey
    assert (expired.state, expired.settled_at) == ("expired", REMINDER_AT + DAY)


def test_a_number_that_left_is_not_reminded() -> None:
    turn = due(INVITED, replace(ASKED, opted_out_at=INVITED_AT), REMINDER_AT)
    assert (turn.send, turn.visit.survey.state) == ("", "opted_out")


def test_an_open_question_puts_the_reminder_off() -> None:
    talking = replace(INVITED, conversation=asking("confirm", REMINDER_AT - HOUR))
    turn = due(talking, ASKED, REMINDER_AT)
    assert turn == DueTurn(surveyed(talking, due_at=REMINDER_AT + 23 * HOUR))
    assert due(turn.visit, ASKED, REMINDER_AT + 23 * HOUR).send == "reminder"


def test_a_reminder_that_could_only_come_after_the_expiry_never_comes() -> None:
    night = EXPIRES_AT - 12 * HOUR  # 22:00 of the day before
    turn = due(surveyed(INVITED, due_at=night), ASKED, night)
    assert turn.send == "", "the morning is still before the expiry"
    assert turn.visit.survey.due_at == EXPIRES_AT - HOUR
    late = surveyed(INVITED, invited_at=INVITED_AT - 2 * HOUR)  # expires at 8:00
    passed = due(late, ASKED, night).visit.survey
    assert (passed.reminded_at, passed.due_at) == (night, EXPIRES_AT - 2 * HOUR)
    over = due(surveyed(INVITED, due_at=None), ASKED, EXPIRES_AT).visit.survey
    assert (over.state, over.settled_at, over.due_at) == ("expired", EXPIRES_AT, None)


@pytest.mark.parametrize(
    "state", ["uninvitable", "answered", "partial", "expired", "opted_out", "not_finished"]
)
def test_a_timer_of_what_is_over_does_nothing_but_end(state: str) -> None:
    over = surveyed(INVITED, state=state)
    assert due(over, ASKED, REMINDER_AT) == DueTurn(surveyed(over, due_at=None))


def test_nothing_but_the_survey_and_the_conversation_is_ever_changed_by_a_timer() -> None:
    turn = due(SCHEDULED, PHONE, INVITED_AT).visit
    assert replace(turn, survey=Survey(), conversation=Conversation()) == replace(
        SCHEDULED, survey=Survey()
    )
