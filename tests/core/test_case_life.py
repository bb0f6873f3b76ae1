"""Received, forwarded, answered, confirmed or reopened, closed: and who cannot do what when."""

from collections.abc import Callable

import pytest

from chalicelib.core import case_life
from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import LONGEST_TEXT, Act
from tests.core.lives import CASE, CHEN, RULES, TOLD, UNIT, ZHAO, Life, answered, closed, life

FULL_LIFE = """\
06-03 09:00 received          customer
06-03 09:30 read              zhao@s.example      kind=complaint
06-03 10:00 forwarded         zhao@s.example      unit=north-1
06-03 15:00 answered          unit:north-1:link   fault=leaks cause=seal measure=new seal
06-03 15:00 dated             unit:north-1:link   day=2026-06-05
06-04 09:00 pause_asked       unit:north-1:link   reason=waiting_part until=2026-06-08
06-04 10:00 pause_granted     zhao@s.example      reason=waiting_part until=2026-06-08
06-05 09:00 dated             unit:north-1:link   day=2026-06-09 before=2026-06-05 why=no part
06-08 11:00 pause_ended       unit:north-1:link
06-08 17:00 solved            unit:north-1:link
06-09 10:00 reopened          zhao@s.example      note=she said so why=not_fixed
06-09 10:30 forwarded         zhao@s.example      unit=north-1
06-09 16:00 answered          unit:north-1:link   fault=leaks cause=seal measure=new seal
06-09 16:00 solved            unit:north-1:link
06-10 10:00 confirmed         zhao@s.example      note=she said so
06-10 10:00 closed            zhao@s.example      why=fixed
06-20 10:00 reopened          zhao@s.example      why=returned note=she said so
"""


def test_a_whole_life_stands_in_its_events() -> None:
    whole = life()
    whole.reads("2026-06-03 09:30")
    whole.forwards("2026-06-03 10:00")
    whole.answers("2026-06-03 15:00", day="2026-06-05")
    whole.asks_pause("2026-06-04 09:00", until="2026-06-08")
    whole.grants_pause("2026-06-04 10:00")
    whole.redates("2026-06-05 09:00", day="2026-06-09")
    whole.ends_pause("2026-06-08 11:00")
    whole.solves("2026-06-08 17:00")
    whole.follows_up("2026-06-09 10:00", "not_fixed")
    whole.forwards("2026-06-09 10:30")
    whole.answers("2026-06-09 16:00")
    whole.follows_up("2026-06-10 10:00")
    whole.follows_up("2026-06-20 10:00", "returned")
    assert table(whole) == FULL_LIFE
    assert (whole.case.state, whole.case.repeats, whole.case.owner) == ("reopened", 1, ZHAO)


def table(whole: Life) -> str:
    """The events as a person reads them; instants in the organisation's zone."""
    lines = []
    for event in whole.events:
        told = {k: v for k, v in event.values.items() if k not in ("from", "to")}
        said = " ".join(f"{name}={value}" for name, value in told.items())
        line = f"{event.at:%m-%d %H:%M} {event.what:<17} {event.by:<19} {said}"
        lines.append(line.rstrip() + "\n")
    return "".join(lines)


def test_events_are_numbered_without_a_gap() -> None:
    whole = closed()
    assert [event.sequence for event in whole.events] == list(range(len(whole.events)))
    assert whole.case.events == whole.events[-1].sequence


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ActError) as refusal:
        act()
    return refusal.value.code


LATER = "2026-06-05 10:00"
REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "forward an unread case": ("not_read", lambda: life().forwards(LATER)),
    "forward a case without a unit": (
        "no_unit",
        lambda: life(unit="", kind="complaint").forwards(LATER),
    ),
    "forward it twice": ("state", lambda: answered().forwards(LATER)),
    "forward a closed one": ("state", lambda: closed().forwards(LATER)),
    "answer what was not forwarded": ("state", lambda: life(kind="complaint").answers(LATER)),
    "answer twice": ("state", lambda: answered().answers(LATER)),
    "answer a closed one": ("state", lambda: closed().answers(LATER)),
    "solve what is solved": ("solved", lambda: answered().solves(LATER)),
    "redate what is solved": ("solved", lambda: answered().redates(LATER, "2026-06-09")),
    "solve a closed one": ("state", lambda: closed().solves(LATER)),
    "follow up before the answer": (
        "state",
        lambda: life(kind="complaint").follows_up(LATER),
    ),
    "follow up a closed one": ("state", lambda: closed().follows_up(LATER)),
    "a result nobody knows": ("unknown_result", lambda: answered().follows_up(LATER, "closed")),
    "return of an open one": ("state", lambda: answered().follows_up(LATER, "returned")),
    "return after 30 days": (
        "too_late",
        lambda: closed().follows_up("2026-07-04 10:01", "returned"),
    ),
}


@pytest.mark.parametrize(("code", "act"), REFUSED.values(), ids=REFUSED)
def test_what_a_state_does_not_allow_is_refused(code: str, act: Callable[[], object]) -> None:
    assert refused(act) == code


def test_the_thirtieth_day_still_reopens() -> None:
    whole = closed()
    whole.follows_up("2026-07-04 10:00", "returned")
    assert (whole.case.state, whole.case.repeats) == ("reopened", 1)


@pytest.mark.parametrize("day", ["2026-06-02", "2027-06-05", "20260609", "9999-12-31", "soon", " "])
def test_a_day_that_cannot_be_meant_is_refused(day: str) -> None:
    whole = life(kind="complaint")
    whole.forwards("2026-06-03 10:00")
    assert refused(lambda: whole.answers("2026-06-03 11:00", day=day)) == "bad_day"
    assert whole.case.state == "forwarded"


@pytest.mark.parametrize("field", ["fault", "cause", "measure"])
@pytest.mark.parametrize(("text", "code"), [(" ", "empty_text"), ("x" * 1001, "long_text")])
def test_an_answer_says_fault_cause_and_measure(field: str, text: str, code: str) -> None:
    whole = life(kind="complaint")
    whole.forwards("2026-06-03 10:00")
    act = Act(UNIT, whole.now, "unit")
    told = TOLD | {field: text}
    assert refused(lambda: case_life.answer(whole.case, act, RULES, **told)) == code


def test_the_same_day_again_is_no_news() -> None:
    whole = life(kind="complaint")
    whole.forwards("2026-06-03 10:00")
    whole.answers("2026-06-03 11:00", day="2026-06-05")
    assert whole.redates("2026-06-04 11:00", "2026-06-05").events == ()


def test_three_days_in_vain_close_a_case_and_three_calls_on_one_day_do_not() -> None:
    whole = answered()
    for hour in ("09:00", "12:00", "17:00"):
        whole.follows_up(f"2026-06-04 {hour}", "unreachable")
    assert whole.case.state == "answered"
    whole.follows_up("2026-06-05 09:00", "unreachable")
    whole.follows_up("2026-06-08 09:00", "unreachable")
    assert whole.case.state == "closed"
    assert whole.events[-1].values == {"why": "unreachable"}


def test_calls_in_vain_before_a_reopening_do_not_count_after_it() -> None:
    whole = answered()
    whole.follows_up("2026-06-04 09:00", "unreachable")
    whole.follows_up("2026-06-05 09:00", "unreachable")
    whole.follows_up("2026-06-05 15:00", "not_fixed")
    whole.forwards("2026-06-08 09:00")
    whole.answers("2026-06-08 15:00")
    whole.follows_up("2026-06-09 09:00", "unreachable")
    assert whole.case.state == "answered"


@pytest.mark.parametrize("kind", ["suggestion", "enquiry", "repair_request"])
def test_supervision_settles_other_kinds_without_the_unit(kind: str) -> None:
    whole = life(kind=kind)
    whole.follows_up("2026-06-03 11:00")
    assert whole.case.state == "closed"


@pytest.mark.parametrize("standing", ["duplicate", "out_of_scope"])
def test_a_case_that_was_set_aside_needs_no_answer(standing: str) -> None:
    whole = life(kind="complaint", standing=standing)
    whole.follows_up("2026-06-03 11:00")
    assert whole.case.state == "closed"


def test_whoever_was_first_owns_it_whoever_comes_later() -> None:
    whole = life()
    whole.reads("2026-06-03 09:30", by=CHEN)
    whole.forwards("2026-06-03 10:00")
    assert whole.case.owner == CHEN


def test_supervisions_words_are_kept_and_replaced_only_by_others() -> None:
    whole = life(kind="complaint")
    whole.forwards("2026-06-03 10:00", summary=" leaks since June ")
    whole.answers("2026-06-03 15:00")
    whole.follows_up("2026-06-04 10:00", "not_fixed")
    whole.forwards("2026-06-04 10:30")
    assert whole.case.summary == "leaks since June"


def test_a_note_is_cut_and_never_refused() -> None:
    whole = answered()
    act = Act(ZHAO, whole.now, "tools")
    step = case_life.follow_up(whole.case, whole.events, act, RULES, "fixed", "x" * 5000)
    assert len(step.events[0].values["note"]) == LONGEST_TEXT


def test_a_day_of_an_earlier_attempt_holds_no_more() -> None:
    whole = life(kind="complaint")
    whole.forwards("2026-06-03 10:00")
    whole.answers("2026-06-03 11:00", day="2026-06-05")
    whole.solves("2026-06-04 11:00")
    whole.follows_up("2026-06-05 10:00", "not_fixed")
    assert whole.case.promised == ""


def test_nothing_changes_the_case_it_is_given() -> None:
    closed()
    assert CASE.state == "received"
