"""Each step's clock: when it runs out, what stops it, and which breach is mailed once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import case_clocks, case_pauses
from chalicelib.core.acts import ActError
from chalicelib.core.case_clocks import Clock
from chalicelib.core.case_steps import Act, Step
from chalicelib.core.rules import PerSeverity
from tests.core.lives import RULES, UNIT, ZHAO, ZONE, Life, answered, at, closed, life

GRAVE_FASTER = replace(
    RULES,
    clocks=replace(
        RULES.clocks,
        answer_h=PerSeverity(minor=24, serious=12, grave=2),
        solve_h=PerSeverity(minor=48, serious=24, grave=8),
    ),
)


def clock(made: Life, step: str, number: int = 1) -> Clock:
    found = case_clocks.clocks(made.case, made.events, RULES)
    (one,) = [each for each in found if (each.step, each.round) == (step, number)]
    return one


def due(made: Life, step: str, number: int = 1) -> str:
    return f"{clock(made, step, number).due_at.astimezone(ZONE):%m-%d %H:%M}"


def forwarded(when: str = "2026-06-03 10:00") -> Life:
    made = life(kind="complaint")
    made.forwards(when)
    return made


RECEIVED = {
    "at opening": ("2026-06-03 09:00", "06-03 13:00"),
    "in the afternoon, over the night": ("2026-06-03 16:30", "06-04 11:30"),
    "at closing time": ("2026-06-03 18:00", "06-04 13:00"),
    "on Friday evening, over the weekend": ("2026-06-05 17:00", "06-08 12:00"),
    "on Sunday": ("2026-06-07 03:00", "06-08 13:00"),
    "before a holiday": ("2026-06-18 17:00", "06-22 12:00"),
}


@pytest.mark.parametrize(("received", "expected"), RECEIVED.values(), ids=RECEIVED)
def test_supervision_forwards_within_four_working_hours(received: str, expected: str) -> None:
    assert due(life(received_at=at(received)), "forward") == expected


def test_the_unit_answers_and_solves_by_the_clock_on_the_wall() -> None:
    friday = life(kind="complaint")
    friday.forwards("2026-06-05 17:00")
    assert (due(friday, "answer"), due(friday, "solve")) == ("06-06 17:00", "06-07 17:00")


@pytest.mark.parametrize(
    ("severity", "answer", "solve"),
    [
        ("minor", "06-04 10:00", "06-05 10:00"),
        ("serious", "06-03 22:00", "06-04 10:00"),
        ("grave", "06-03 12:00", "06-03 18:00"),
    ],
)
def test_terms_go_by_severity(severity: str, answer: str, solve: str) -> None:
    made = life(kind="complaint", severity=severity)
    made.forwards("2026-06-03 10:00")
    found = case_clocks.clocks(made.case, made.events, GRAVE_FASTER)
    told = {each.step: f"{each.due_at.astimezone(ZONE):%m-%d %H:%M}" for each in found}
    assert (told["answer"], told["solve"]) == (answer, solve)
    terms = case_clocks.unit_terms(made.case, at("2026-06-03 10:00"), GRAVE_FASTER)
    assert {f"{term.astimezone(ZONE):%m-%d %H:%M}" for term in terms.values()} == {answer, solve}


def test_the_promise_to_the_customer_runs_from_the_receipt() -> None:
    made = forwarded("2026-06-04 10:00")
    assert due(made, "promise") == "06-05 09:00"
    made.answers("2026-06-05 08:00")
    assert clock(made, "promise").done


PAUSED: dict[str, tuple[Callable[[Life], object], str, str]] = {
    "none": (lambda made: None, "06-04 10:00", "06-05 10:00"),
    "asked for and not granted": (
        lambda made: made.asks_pause("2026-06-03 12:00", "2026-06-05"),
        "06-04 10:00",
        "06-05 10:00",
    ),
    "to the end of its day": (
        lambda made: granted(made, "2026-06-03 12:00", "2026-06-05"),
        "06-06 22:00",
        "06-07 22:00",
    ),
    "ended by hand": (
        lambda made: ended(made, "2026-06-03 12:00", "2026-06-05", "2026-06-03 14:00"),
        "06-04 12:00",
        "06-05 12:00",
    ),
    "two that overlap": (
        lambda made: (
            granted(made, "2026-06-03 12:00", "2026-06-03"),
            granted(made, "2026-06-03 18:00", "2026-06-04"),
        ),
        "06-05 22:00",
        "06-06 22:00",
    ),
    "two, one after the other": (
        lambda made: (
            ended(made, "2026-06-03 12:00", "2026-06-05", "2026-06-03 14:00"),
            ended(made, "2026-06-03 15:00", "2026-06-05", "2026-06-03 16:00"),
        ),
        "06-04 13:00",
        "06-05 13:00",
    ),
    "asked for after the answer was due": (
        lambda made: ended(made, "2026-06-04 11:00", "2026-06-05", "2026-06-04 12:00"),
        "06-04 10:00",
        "06-05 11:00",
    ),
}


def granted(made: Life, asked: str, until: str) -> Step:
    made.asks_pause(asked, until)
    return made.grants_pause(asked)


def ended(made: Life, asked: str, until: str, end: str) -> Step:
    granted(made, asked, until)
    return made.ends_pause(end)


@pytest.mark.parametrize(("pause", "answer", "solve"), PAUSED.values(), ids=PAUSED)
def test_a_granted_pause_stops_the_clocks_of_the_unit(
    pause: Callable[[Life], object], answer: str, solve: str
) -> None:
    made = forwarded()
    pause(made)
    assert (due(made, "answer"), due(made, "solve")) == (answer, solve)


def test_a_pause_runs_from_its_asking_however_late_it_is_granted() -> None:
    made = forwarded()
    made.asks_pause("2026-06-03 12:00", "2026-06-05")
    made.grants_pause("2026-06-04 17:00")
    assert due(made, "answer") == "06-06 22:00"


def test_only_the_customers_own_absence_stops_the_promise() -> None:
    part, away = forwarded(), forwarded()
    granted(part, "2026-06-03 12:00", "2026-06-03")
    away.asks_pause("2026-06-03 12:00", "2026-06-03", "customer_unavailable")
    away.grants_pause("2026-06-03 12:00")
    assert (due(part, "promise"), due(away, "promise")) == ("06-05 09:00", "06-05 21:00")


def test_supervision_may_grant_another_day_than_was_asked_for() -> None:
    made = forwarded()
    made.asks_pause("2026-06-03 12:00", "2026-06-05")
    made.grants_pause("2026-06-03 13:00", until="2026-06-03")
    assert due(made, "answer") == "06-04 22:00"


REFUSED: dict[str, tuple[str, Callable[[Life], object]]] = {
    "grant what nobody asked for": (
        "not_asked",
        lambda made: made.grants_pause("2026-06-03 12:00"),
    ),
    "grant twice": (
        "not_asked",
        lambda made: (
            granted(made, "2026-06-03 12:00", "2026-06-05"),
            made.grants_pause("2026-06-03 13:00"),
        ),
    ),
    "grant what was refused": (
        "not_asked",
        lambda made: (
            made.asks_pause("2026-06-03 12:00", "2026-06-05"),
            made.does(case_pauses.refuse, ZHAO, "2026-06-03 13:00"),
            made.grants_pause("2026-06-03 14:00"),
        ),
    ),
    "end what does not hold": ("not_paused", lambda made: made.ends_pause("2026-06-03 12:00")),
    "another reason": (
        "unknown_reason",
        lambda made: made.asks_pause("2026-06-03 12:00", "2026-06-05", "busy"),
    ),
    "to a day that has passed": (
        "bad_day",
        lambda made: made.asks_pause("2026-06-03 12:00", "2026-06-02"),
    ),
    "for half a year": ("bad_day", lambda made: made.asks_pause("2026-06-03 12:00", "2026-12-31")),
    "to the end of days": (
        "bad_day",
        lambda made: made.asks_pause("2026-06-03 12:00", "9999-12-31"),
    ),
}


@pytest.mark.parametrize(("code", "act"), REFUSED.values(), ids=REFUSED)
def test_a_pause_that_cannot_be_is_refused(code: str, act: Callable[[Life], object]) -> None:
    with pytest.raises(ActError) as refusal:
        act(forwarded())
    assert refusal.value.code == code


@pytest.mark.parametrize("made", [life(), closed()], ids=["received", "closed"])
def test_the_unit_asks_only_while_the_case_is_with_it(made: Life) -> None:
    act = Act(UNIT, made.now, "unit")
    with pytest.raises(ActError, match="state"):
        case_pauses.ask(made.case, act, RULES, "waiting_part", "2026-06-30")


# --- breaches ---------------------------------------------------------------------------------


def broken(made: Life, when: str) -> list[str]:
    found = case_clocks.breaches(made.case, made.events, at(when), RULES)
    return [case_clocks.mailed_as(each) for each in found]


def mails(made: Life, when: str) -> None:
    """What the watch does with what is broken."""
    for name in broken(made, when):
        step = Step(made.case).then("breached", Act("clock", at(when), "watch"), {"clock": name})
        made.case = step.case
        made.events += step.events


def test_a_clock_breaks_after_its_last_instant_and_not_on_it() -> None:
    made = life()
    assert broken(made, "2026-06-03 13:00") == []
    assert broken(made, "2026-06-03 13:01") == ["forward.1"]


def test_what_was_done_in_time_is_never_broken() -> None:
    made = answered()
    assert broken(made, "2026-07-01 09:00") == []
    assert case_clocks.next_due(made.case, made.events, RULES) is None


def test_what_was_done_late_is_broken_for_ever_and_mailed_once() -> None:
    made = life(kind="complaint")
    made.forwards("2026-06-03 14:00")
    assert broken(made, "2026-06-03 16:00") == ["forward.1"]
    mails(made, "2026-06-03 16:00")
    assert broken(made, "2026-06-04 11:00") == []
    assert clock(made, "forward").is_broken(at("2026-06-04 11:00"))


def test_each_step_is_mailed_by_itself() -> None:
    made = forwarded()
    mails(made, "2026-06-04 11:00")
    assert [event.values["clock"] for event in made.events if event.what == "breached"] == [
        "answer.1"
    ]
    mails(made, "2026-06-05 11:00")
    assert [event.values["clock"] for event in made.events if event.what == "breached"] == [
        "answer.1",
        "solve.1",
        "promise.1",
    ]


def test_a_case_that_is_closed_before_its_terms_breaks_none_of_them() -> None:
    made = life(kind="enquiry")
    made.follows_up("2026-06-03 11:00")
    assert broken(made, "2026-07-01 09:00") == []


def test_a_reopened_case_has_its_clocks_anew_and_keeps_the_old_ones() -> None:
    made = answered()
    made.follows_up("2026-06-04 10:00", "not_fixed")
    assert due(made, "forward", 2) == "06-04 14:00"
    made.forwards("2026-06-04 12:00")
    assert (due(made, "answer", 1), due(made, "answer", 2)) == ("06-04 10:00", "06-05 12:00")


def test_the_next_due_instant_is_the_earliest_that_nobody_has_been_mailed_about() -> None:
    made = forwarded()
    assert case_clocks.next_due(made.case, made.events, RULES) == at("2026-06-04 10:00")
    mails(made, "2026-06-04 11:00")
    assert case_clocks.next_due(made.case, made.events, RULES) == at("2026-06-05 09:00")


@given(
    pauses=st.lists(
        st.tuples(st.integers(0, 96), st.integers(0, 72)).map(
            lambda pair: (pair[0], pair[0] + pair[1])
        ),
        max_size=5,
    )
)
def test_hours_outside_of_pauses_add_up_to_the_term(pauses: list[tuple[int, int]]) -> None:
    """An hour counted hour by hour gives the same due instant."""
    begins = at("2026-06-01 00:00")
    made = [
        case_pauses.Pause("waiting_part", begins + timedelta(hours=a), begins + timedelta(hours=b))
        for a, b in pauses
    ]
    found = case_clocks._with_pauses(begins, 24, made)
    stopped = {hour for a, b in pauses for hour in range(a, b)}
    counted, hour = 0, 0
    while counted < 24:
        counted += hour not in stopped
        hour += 1
    assert found == begins + timedelta(hours=hour)
