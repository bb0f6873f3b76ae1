"""A text on its way: at most once, and its failure heard once, in any order."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from chalicelib.core import delivery, outbox
from chalicelib.core.visits import Outbox, Visit, surveyed
from tests.core.visit_samples import INVITED, INVITED_AT, NUMBER, RULES, SCHEDULED

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = INVITED_AT


def box(visit: Visit) -> Outbox:
    found = visit.survey.outbox
    assert found is not None
    return found


def leased(visit: Visit = SCHEDULED, message: str = "invitation") -> Visit:
    return outbox.on_leased(visit, message, "lease", NOW)


def sent(visit: Visit = SCHEDULED, message: str = "invitation", sid: str = "SM1") -> Visit:
    return outbox.on_sent(leased(visit, message), sid, NOW, RULES)


def test_a_leased_text_keeps_its_timer_and_names_its_number() -> None:
    visit = leased()
    assert visit.survey.due_at == SCHEDULED.survey.due_at
    assert box(visit) == Outbox(
        "invitation", "leased", "lease", NOW, NOW + outbox.LEASE, attempts=1, to=NUMBER
    )


def test_a_sent_invitation_opens_the_survey() -> None:
    survey = sent().survey
    assert (survey.state, survey.invited_at, survey.contacts) == ("invited", NOW, 1)
    assert survey.due_at == NOW + 48 * HOUR
    assert sent().conversation.ours[-1].code == "invitation"


def test_a_sent_reminder_waits_a_day_but_not_beyond_the_expiry() -> None:
    first = outbox.on_sent(leased(INVITED, "reminder_call"), "SM2", NOW + 2 * DAY, RULES).survey
    assert (first.reminded_at, first.due_at) == (NOW + 2 * DAY, NOW + 3 * DAY)
    late = outbox.on_sent(leased(INVITED, "reminder"), "SM2", NOW + 6 * DAY + HOUR, RULES).survey
    assert late.due_at == NOW + 7 * DAY


@pytest.mark.parametrize("state", ["answered", "partial", "opted_out", "not_finished"])
def test_what_is_over_meanwhile_stays_over(state: str) -> None:
    over = surveyed(leased(), state=state, due_at=None)
    after = outbox.on_sent(over, "SM1", NOW, RULES).survey
    assert (after.state, after.due_at, after.contacts) == (state, None, 1)


def test_an_unsure_text_is_looked_for_and_believed_lost_only_later() -> None:
    unsure = outbox.on_unsure(leased(), NOW)
    assert (box(unsure).state, unsure.survey.due_at) == ("unknown", NOW + 5 * MINUTE)
    again = outbox.on_looked_up(unsure, "", NOW + 5 * MINUTE, RULES)
    assert (box(again).state, again.survey.due_at) == ("unknown", NOW + 10 * MINUTE)
    free = outbox.on_looked_up(again, "", NOW + 10 * MINUTE, RULES)
    assert (box(free).state, free.survey.due_at) == ("planned", NOW + 10 * MINUTE)
    found = outbox.on_looked_up(again, "SM1", NOW + 10 * MINUTE, RULES)
    assert (found.survey.state, found.survey.contacts) == ("invited", 1)


FAILURES = {
    "stopped at the provider": (21610, "opted_out", ""),
    "no such number": (21211, "undeliverable", "21211"),
    "unknown to its network": (30005, "undeliverable", "30005"),
    "switched off": (30003, "scheduled", ""),
    "no reason": (30008, "scheduled", ""),
    "still waiting in the evening": (30036, "scheduled", ""),
    "filtered": (30007, "scheduled", ""),
    "a code we do not know": (39999, "scheduled", ""),
    "no code": (0, "scheduled", ""),
}


@pytest.mark.parametrize(("code", "state", "reason"), FAILURES.values(), ids=FAILURES)
def test_a_failed_invitation(code: int, state: str, reason: str) -> None:
    failed = outbox.on_failed(sent(), 1, "SM1", code, NOW + MINUTE, RULES).survey
    assert (failed.state, failed.reason, failed.contacts) == (state, reason, 0)
    assert (failed.settled_at is None) == (state == "scheduled")
    later = {30007: outbox.OPERATOR}.get(code, outbox.ONCE_MORE_AFTER)
    assert failed.due_at == (NOW + MINUTE + later if state == "scheduled" else None)


def test_what_may_pass_is_tried_once_more_and_no_third_time() -> None:
    once = outbox.on_failed(sent(), 1, "SM1", 30003, NOW, RULES)
    twice = outbox.on_failed(sent(once, sid="SM2"), 2, "SM2", 30003, NOW, RULES)
    assert (twice.survey.state, twice.survey.reason) == ("undeliverable", "30003")


def test_our_own_trouble_is_no_reason_to_give_up() -> None:
    visit = SCHEDULED
    for attempt in range(1, 6):
        sid = f"SM{attempt}"
        visit = outbox.on_failed(sent(visit, sid=sid), attempt, sid, 30007, NOW, RULES)
    assert visit.survey.state == "scheduled"


def test_a_reminder_starts_to_count_anew_and_its_failure_ends_nothing() -> None:
    invited = sent(sent(), sid="SM2")
    first = outbox.on_failed(sent(invited, "reminder", "SM3"), 3, "SM3", 30008, NOW, RULES)
    assert (first.survey.state, first.survey.reminded_at) == ("invited", None)
    second = outbox.on_failed(sent(first, "reminder", "SM4"), 4, "SM4", 30008, NOW, RULES)
    assert (second.survey.state, second.survey.reminded_at) == ("invited", NOW)
    gone = outbox.on_failed(sent(first, "reminder", "SM4"), 4, "SM4", 30005, NOW, RULES)
    assert gone.survey.state == "undeliverable"


def test_a_failure_before_the_answer_to_the_sending_ends_the_lease() -> None:
    failed = outbox.on_failed(leased(), 1, "SM1", 30003, NOW, RULES)
    assert (failed.survey.state, failed.survey.contacts) == ("scheduled", 0)
    assert (box(failed).lease, box(failed).state) == ("", "planned")


NO_NEWS = {
    "another text's": (sent(), 1, "SM9"),
    "the one before, while the next is leased": (leased(sent(), "reminder"), 1, "SM1"),
    "the one before under the next number": (leased(sent(), "reminder"), 2, "SM1"),
    "an earlier number": (leased(sent(), "reminder"), 1, "SM7"),
    "nothing sent": (SCHEDULED, 1, "SM1"),
    "planned again": (outbox.on_postponed(leased(), NOW), 1, "SM1"),
}


@pytest.mark.parametrize(("visit", "number", "sid"), NO_NEWS.values(), ids=NO_NEWS)
def test_a_failure_of_another_text_changes_nothing(visit: Visit, number: int, sid: str) -> None:
    assert outbox.on_failed(visit, number, sid, 30005, NOW, RULES) == visit


def test_copies_of_failures_in_any_order_end_alike() -> None:
    retried = sent(outbox.on_failed(sent(), 1, "SM1", 30003, NOW, RULES), sid="SM2")
    told = [(1, "SM1", 30003), (1, "SM1", 30003), (2, "SM2", 30003), (2, "SM2", 30003)]
    ends = set()
    for order in permutations(told):
        visit = retried
        for number, sid, code in order:
            visit = outbox.on_failed(visit, number, sid, code, NOW, RULES)
        ends.add((visit.survey.state, visit.survey.contacts, visit.survey.due_at))
    assert ends == {("undeliverable", 0, None)}


@pytest.mark.parametrize("state", ["answered", "opted_out", "expired", "not_finished"])
@pytest.mark.parametrize("code", sorted(delivery.PERMANENT | delivery.TRANSIENT)[:3])
def test_a_failure_changes_nothing_of_what_is_over(state: str, code: int) -> None:
    over = surveyed(sent(), state=state, due_at=None)
    after = outbox.on_failed(over, 1, "SM1", code, NOW, RULES).survey
    assert (after.state, after.due_at, after.contacts) == (state, None, 0)


def test_texts_are_numbered_whatever_became_of_them() -> None:
    first = leased()
    second = leased(outbox.on_sent(first, "SM1", NOW, RULES), "reminder")
    lost = outbox.on_failed(second, 2, "SM2", 30003, NOW, RULES)
    third = leased(lost, "reminder")
    assert [box(each).number for each in (first, second, third)] == [1, 2, 3]
    assert (box(third).attempts, box(third).past_sids) == (2, ("SM1", "SM2"))


def test_the_last_three_messages_are_remembered() -> None:
    visit = SCHEDULED
    for number in range(5):
        visit = sent(visit, sid=f"SM{number}")
    assert len(visit.conversation.ours) == 3


def test_our_words_name_the_day_in_the_organisations_zone() -> None:
    evening = SCHEDULED.facts.completed_at.replace(hour=16, minute=30)  # 0:30 of the next day
    visit = replace(SCHEDULED, facts=replace(SCHEDULED.facts, completed_at=evening, appliance="灶"))
    assert outbox.about(visit, RULES) == {"day": "2026-06-04", "appliance": "灶"}
