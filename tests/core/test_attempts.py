"""When a customer cannot be reached: three attempts, different days, different times of day."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from chalicelib.core.attempts import day_part, is_unreachable, latest, said
from chalicelib.core.verification import Attempt
from tests.core.visit_samples import RULES

CALLER = "sun@supervision.example"


def at(day: int, clock: str) -> datetime:
    """A time of June 2026 in Shanghai."""
    return datetime.fromisoformat(f"2026-06-{day:02d}T{clock}:00+08:00").astimezone(UTC)


def attempt(day: int, clock: str, reached: str = "no_answer", **more: object) -> Attempt:
    return Attempt(at(day, clock), CALLER, reached, **more)  # type: ignore[arg-type] # of an attempt


PARTS = {
    "before work": ("00:00", "morning"),
    "morning": ("09:00", "morning"),
    "noon": ("11:59", "morning"),
    "from noon on": ("12:00", "afternoon"),
    "afternoon": ("16:59", "afternoon"),
    "from five on": ("17:00", "evening"),
    "at night": ("23:59", "evening"),
}


@pytest.mark.parametrize(("clock", "part"), PARTS.values(), ids=PARTS)
def test_the_time_of_day_is_that_of_the_organisations_clocks(clock: str, part: str) -> None:
    assert day_part(at(9, clock), RULES) == part


MORNING, AFTERNOON, EVENING = (9, "09:30"), (10, "14:00"), (11, "17:30")

TRIED = {
    "nobody tried": ([], False),
    "two": ([MORNING, AFTERNOON], False),
    "three days, three times of day": ([MORNING, AFTERNOON, EVENING], True),
    "three mornings": ([(9, "09:30"), (10, "09:30"), (11, "09:30")], False),
    "three times of one day": ([(9, "09:30"), (9, "14:00"), (9, "17:30")], False),
    "three times of two days": ([(9, "09:30"), (9, "14:00"), (10, "17:30")], False),
    "two times of day on three days": ([(9, "09:30"), (10, "09:40"), (11, "14:00")], False),
    "four, of which three differ": ([(9, "09:30"), (9, "14:00"), (10, "14:00"), EVENING], True),
    "four, of which no three differ": (
        [(9, "09:30"), (9, "14:00"), (10, "09:30"), (10, "17:30")],
        False,
    ),
}


@pytest.mark.parametrize(("tried", "expected"), TRIED.values(), ids=TRIED)
def test_three_attempts_of_different_days_and_times_of_day_are_enough(
    tried: list[tuple[int, str]], expected: bool
) -> None:
    made = [attempt(*each) for each in tried]
    assert all(is_unreachable(order, RULES) is expected for order in permutations(made))


def test_the_day_is_that_of_the_organisation_and_not_utc() -> None:
    """07:30 and 23:00 of one day in Shanghai are two days in UTC."""
    made = [attempt(9, "07:30"), attempt(9, "23:00"), attempt(10, "13:00")]
    assert [each.at.day for each in made] == [8, 9, 10]
    assert not is_unreachable(made, RULES)


def test_only_attempts_without_an_answer_count() -> None:
    assert not is_unreachable(
        [attempt(*MORNING), attempt(*AFTERNOON), attempt(*EVENING, "reached")], RULES
    )
    assert not is_unreachable(
        [attempt(*MORNING), attempt(*AFTERNOON), attempt(*EVENING, "")], RULES
    )


def test_a_customer_who_waits_for_an_agreed_call_is_not_given_up() -> None:
    made = [attempt(*MORNING), attempt(*AFTERNOON)]
    agreed = attempt(*EVENING, appointment=at(12, "10:00"))
    assert not is_unreachable([*made, agreed], RULES)
    assert is_unreachable([*made, agreed, attempt(12, "10:00")], RULES)


def test_what_somebody_said_outlasts_later_calls_that_nobody_took() -> None:
    made = [attempt(9, "09:30", "reached"), attempt(10, "09:30"), attempt(11, "09:30", "")]
    assert said(made) == "reached"
    assert said([*made, attempt(12, "09:30", "refused")]) == "refused"
    assert said([attempt(9, "09:30")]) == said([]) == ""
    assert latest([]) is None
    assert latest(made) == made[2]
    assert made[2].at - made[0].at == timedelta(days=2)
