"""What became of a text: refusals and status callbacks, in any order and number."""

from datetime import timedelta
from itertools import permutations

import pytest

from chalicelib.core import delivery
from chalicelib.core.visits import Survey
from tests.stage import INVITED, Stage

NUMBER = "+85251230001"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TEXT_ID = "U1~2026-06~V-1~1"


@pytest.fixture
def due(stage: Stage) -> Stage:
    """A stage on which the invitation of V-1 is due."""
    stage.upload(stage.row("V-1", phone=NUMBER))
    stage.move(INVITED)
    return stage


def handset(stage: Stage, **changes: object) -> None:
    stage.simulator.handsets.change(NUMBER, changes)


def survey(stage: Stage, visit_id: str = "V-1") -> Survey:
    return stage.visit(visit_id).survey


def arrived(stage: Stage) -> str:
    """How far our texts to the customer of V-1 came."""
    (row,) = stage.storage.visits.month("U1", "2026-06", ("delivery",))
    return str(row.get("delivery", ""))


def note(stage: Stage, status: str, code: int = 0, text_id: str = TEXT_ID) -> None:
    outbox = survey(stage).outbox
    sid = outbox.sid if outbox else ""
    stage.wiring.deliveries.note(text_id, sid, status, code, stage.now)


@pytest.mark.parametrize("code", sorted(delivery.PERMANENT))
@pytest.mark.parametrize("told", ["at once", "later"])
def test_a_number_that_cannot_be_texted_settles_as_silent(due: Stage, code: int, told: str) -> None:
    if told == "at once":
        handset(due, refused_with=code)
    else:
        handset(due, delivery="undelivered", error_code=code)
    due.dispatch()
    found = survey(due)
    assert (found.state, found.reason) == ("undeliverable", str(code))
    assert (found.settled_at, found.due_at) == (INVITED, None)
    due.dispatch(INVITED + 3 * DAY)
    assert len(due.sent_to(NUMBER)) == (told == "later")


@pytest.mark.parametrize("code", [*sorted(delivery.TRANSIENT), 30001, 39999, 0])
def test_what_may_pass_is_tried_once_more_and_then_given_up(due: Stage, code: int) -> None:
    handset(due, delivery="undelivered", error_code=code or None)
    due.dispatch()
    assert survey(due).state == "scheduled"
    due.dispatch(INVITED + HOUR)
    assert len(due.sent_to(NUMBER)) == 1
    due.dispatch(INVITED + 2 * HOUR)
    assert len(due.sent_to(NUMBER)) == 2
    assert survey(due).state == "undeliverable"
    due.dispatch(INVITED + 3 * DAY)
    assert len(due.sent_to(NUMBER)) == 2


def test_the_second_attempt_that_arrives_goes_on_as_if_it_were_the_first(due: Stage) -> None:
    handset(due, delivery="undelivered")
    due.dispatch()
    handset(due, delivery="delivered", error_code=None)
    due.dispatch(INVITED + 2 * HOUR)
    assert survey(due).state == "invited"
    assert survey(due).invited_at == INVITED + 2 * HOUR
    assert arrived(due) == "delivered"
    due.dispatch(INVITED + 50 * HOUR)
    assert len(due.sent_to(NUMBER)) == 3, "the reminder"


def test_refusals_for_the_rate_are_no_attempts(due: Stage) -> None:
    due.fault("create", "429", times=3)
    for place in range(4):
        due.dispatch(INVITED + 3 * place * MINUTE)
    handset(due, delivery="undelivered")
    note(due, "undelivered", 30003)
    assert survey(due).state == "scheduled", "it is tried once more"


def test_a_stop_at_the_time_of_the_reminder_leaves_the_invitation_as_it_was(due: Stage) -> None:
    handset(due, delivery="sent")
    due.dispatch()
    before = survey(due).outbox
    due.storage.people.stop_sending("lin@supervision.example", due.now)
    due.dispatch(INVITED + 48 * HOUR)
    assert survey(due).outbox == before
    note(due, "undelivered", 30005)
    assert survey(due).state == "undeliverable"


@pytest.mark.parametrize("code", sorted(delivery.ALARM))
def test_our_own_account_at_fault_never_blames_the_customer(due: Stage, code: int) -> None:
    handset(due, refused_with=code)
    for place in range(4):
        due.dispatch(INVITED + place * 20 * MINUTE)
    assert survey(due).state == "scheduled"
    assert survey(due).settled_at is None
    assert len(due.rest) == 2, "once an hour until an operator has helped"
    handset(due, refused_with=None)
    due.dispatch(INVITED + 2 * HOUR)
    assert survey(due).state == "invited"


@pytest.mark.parametrize("code", [30007, 30034])
def test_a_text_that_the_carriers_filter_is_tried_again_and_again(due: Stage, code: int) -> None:
    handset(due, delivery="undelivered", error_code=code)
    for place in range(3):
        due.dispatch(INVITED + place * DAY)
        assert survey(due).state == "scheduled"
        assert survey(due).settled_at is None
    assert len(due.sent_to(NUMBER)) == 3
    handset(due, delivery="delivered", error_code=None)
    due.dispatch(INVITED + 3 * DAY)
    assert survey(due).state == "invited"


@pytest.mark.parametrize("told", ["at once", "later"])
def test_a_number_that_the_provider_suppresses_is_opted_out_with_an_event(
    due: Stage, told: str
) -> None:
    due.upload(due.row("V-0", phone=NUMBER, completed_at="2026-06-02T14:00:00+08:00"))
    if told == "at once":
        handset(due, opted_out=True)
    else:
        handset(due, delivery="failed", error_code=21610)
    due.dispatch()
    assert survey(due).state == "opted_out"
    (event,) = due.storage.inbound.opt_events(NUMBER)
    assert (event.opted_out, event.by, event.cause) == (True, "provider", "21610")
    assert due.storage.phones.get(NUMBER).opted_out_at == INVITED
    tried = len(due.rest)
    for place in range(1, 60):
        due.dispatch(INVITED + place * HOUR)
    assert survey(due, "V-0").state == "opted_out"
    assert len(due.rest) == tried, "nothing more is asked for this number"
    assert len(due.storage.inbound.opt_events(NUMBER)) == 1


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "delivered", "delivered"])))
def test_callbacks_in_any_order_end_alike(due: Stage, order: tuple[str, ...]) -> None:
    handset(due, delivery="sent")
    due.dispatch()
    before = survey(due)
    for status in order:
        note(due, status)
    assert arrived(due) == "delivered"
    assert survey(due) == before


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "undelivered"])))
def test_a_failure_is_heard_in_any_order(due: Stage, order: tuple[str, ...]) -> None:
    handset(due, delivery="sent")
    due.dispatch()
    for status in order:
        note(due, status, 30005 if status == "undelivered" else 0)
    assert arrived(due) == "undelivered"
    assert survey(due).state == "undeliverable"


def test_a_failure_told_again_changes_nothing(due: Stage) -> None:
    handset(due, delivery="sent")
    due.dispatch()
    outbox = survey(due).outbox
    assert outbox is not None
    for minutes in (0, 1, 60):
        due.move(INVITED + minutes * MINUTE)
        due.wiring.deliveries.note(TEXT_ID, outbox.sid, "undelivered", 30003, due.now)
    assert survey(due).due_at == INVITED + 2 * HOUR
    due.dispatch(INVITED + 2 * HOUR)
    due.wiring.deliveries.note(TEXT_ID, outbox.sid, "undelivered", 30003, due.now)
    assert survey(due).state == "invited", "the second attempt is another text"


def test_the_failure_of_an_earlier_text_does_not_touch_the_one_on_its_way(due: Stage) -> None:
    due.dispatch()
    due.fault("create", "500", when="before")
    due.dispatch(INVITED + 48 * HOUR)
    assert survey(due).outbox is not None
    note(due, "undelivered", 30005)
    assert survey(due).state == "invited"


def test_a_reminder_that_fails_is_noticed_although_the_invitation_arrived(due: Stage) -> None:
    due.dispatch()
    handset(due, delivery="undelivered", error_code=30005)
    due.dispatch(INVITED + 48 * HOUR)
    assert len(due.sent_to(NUMBER)) == 2
    assert survey(due).state == "undeliverable"
    assert arrived(due) == "delivered", "the invitation did reach the customer"


def test_a_failure_after_the_answer_leaves_the_answer(due: Stage) -> None:
    handset(due, delivery="sent")
    due.dispatch()
    due.text(NUMBER, "ABA")
    note(due, "undelivered", 30005)
    assert survey(due).state == "answered"


def test_an_unknown_status_is_passed_over(due: Stage) -> None:
    handset(due, delivery="sent")
    due.dispatch()
    before = due.everything()
    note(due, "partially_delivered", 12345)
    assert due.everything() == before


def test_the_number_that_was_texted_is_opted_out_and_none_that_was_uploaded_since(
    due: Stage,
) -> None:
    """Else a unit could opt a customer out with a number of its own."""
    other = "+85251230002"
    due.dispatch()
    outbox = survey(due).outbox
    assert outbox
    due.upload(due.row("V-1", phone=other))
    for _ in range(2):
        due.wiring.deliveries.note(TEXT_ID, outbox.sid, "failed", 21610, due.now)
        due.upload(due.row("V-1", phone=other, customer_name="Mrs Wu"))
    assert due.storage.phones.get(NUMBER).opted_out_at
    assert due.storage.phones.get(other).opted_out_at is None
