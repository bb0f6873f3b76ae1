"""What a customer sees of his case: an allow-list, whatever happens to stand in the events."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import rulebook
from chalicelib.core.case_story import story
from chalicelib.core.cases import Case, CaseEvent, case_number

NOW = datetime(2026, 6, 4, 3, 0, tzinfo=UTC)
CASE = Case(case_number(1), NOW, "2026-06", "web", text="It leaks")
RECEIVED = CaseEvent(CASE.number, 0, NOW, "received", "customer", "web", {"contact": "inside"})
RULES = rulebook.load()

INSIDE = {
    **dict.fromkeys(("fault", "cause", "measure", "note", "why", "before", "unit"), "inside"),
    **dict.fromkeys(("reason", "proposed_by", "summary", "owner", "case"), "inside"),
}
EVENTS = (
    *("read_proposed", "forwarded", "moved", "answered", "solved", "missed", "confirmed", "closed"),
    *("reopened", "pause_asked", "pause_granted", "label_proposed", "breached", "customer_shown"),
    *("unit_objected", "duplicate_noted", "observed", "something_new"),
)
UNSEEN = {
    *("read_proposed", "pause_asked", "pause_granted", "label_proposed", "breached"),
    *("customer_shown", "unit_objected", "duplicate_noted", "observed", "something_new"),
}


@pytest.mark.parametrize("what", EVENTS)
def test_nothing_of_the_inside_reaches_the_customer(what: str) -> None:
    values = {**INSIDE, **({"clock": "forward.1"} if what == "breached" else {})}
    pause = {"from": NOW.isoformat(), "to": NOW.isoformat()} if what == "pause_granted" else {}
    event = CaseEvent(CASE.number, 1, NOW, what, "lin@s.example", "desk", {**values, **pause})
    told = story(CASE, [RECEIVED, event], RULES)
    assert "inside" not in str(told)
    assert "lin@" not in str(told)
    assert len(told.lines) == (1 if what in UNSEEN else 2)


def test_a_day_and_his_own_words_do() -> None:
    events = [
        RECEIVED,
        CaseEvent(CASE.number, 1, NOW, "dated", "unit:U1", "unit", {"day": "2026-06-06"}),
        CaseEvent(CASE.number, 2, NOW, "message", "customer", "link", {"text": "wet"}),
    ]
    lines = story(CASE, events, RULES).lines
    assert [dict(line.values) for line in lines] == [{}, {"day": "2026-06-06"}, {"text": "wet"}]


def test_the_promise_runs_from_the_receipt_and_ends_with_the_case() -> None:
    told = story(CASE, [RECEIVED], RULES)
    assert told.promised_by == NOW + timedelta(hours=48)
    assert told.forwarded_by == NOW + timedelta(hours=4)
    closed = Case(CASE.number, NOW, "2026-06", "web", state="closed", promised="2026-06-06")
    ended = story(closed, [RECEIVED], RULES)
    assert (ended.promised_by, ended.forwarded_by, ended.promised_day) == (None, None, "")
