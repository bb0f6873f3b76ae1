"""One entry of the call list for each number and day, until the caller is served."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.core import missed_calls
from tests.core.hotline_caller import CLOSED, RULES, SID, STRANGER, WITHHELD

CALL = replace(STRANGER, received_at=CLOSED)


def test_a_call_is_listed_when_it_is_surely_over() -> None:
    entry = missed_calls.begun(None, CALL, RULES)
    assert entry.due_at == CLOSED + timedelta(minutes=15)
    assert entry.values == {"phone": CALL.caller, "call": SID, "calls": "1"}
    assert (entry.kind, entry.what) == ("call", "missed_call")


def test_a_hang_up_that_is_told_brings_it_forward() -> None:
    entry = missed_calls.missed(missed_calls.begun(None, CALL, RULES), CLOSED)
    assert entry.due_at == CLOSED


def test_a_second_call_of_the_day_is_the_same_entry_and_delays_nothing() -> None:
    first = missed_calls.missed(missed_calls.begun(None, CALL, RULES), CLOSED)
    later = replace(CALL, received_at=CLOSED + timedelta(hours=1), sid="CA" + "1" * 32)
    assert missed_calls.cause(later, RULES) == first.cause
    second = missed_calls.begun(first, later, RULES)
    assert (second.due_at, second.values["calls"]) == (CLOSED, "2")


def test_a_caller_who_was_served_is_listed_again_only_by_another_call() -> None:
    served = missed_calls.served(missed_calls.begun(None, CALL, RULES))
    assert served.due_at is None
    later = replace(CALL, received_at=CLOSED + timedelta(hours=1))
    again = missed_calls.begun(served, later, RULES)
    assert again.due_at == later.received_at + timedelta(minutes=15)


def test_the_organisations_day_divides_the_entries() -> None:
    before_midnight = replace(CALL, received_at=CLOSED.replace(hour=15, minute=59))
    after_midnight = replace(CALL, received_at=CLOSED.replace(hour=16, minute=1))
    causes = {missed_calls.cause(call, RULES) for call in (before_midnight, after_midnight)}
    assert len(causes) == 2


def test_withheld_callers_are_never_put_together() -> None:
    other = replace(WITHHELD, sid="CA" + "1" * 32)
    assert missed_calls.cause(WITHHELD, RULES) != missed_calls.cause(other, RULES)
