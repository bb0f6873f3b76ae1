"""Weeks that end on Friday noon, and where a number stands among those before it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from chalicelib import rulebook
from chalicelib.core.case_clocks import Clock
from chalicelib.core.digests import Figures, begun, last_week, next_noon, summed, weeks_to

RULES = rulebook.load()


def at(text: str) -> datetime:
    """An instant by the clocks of Shanghai."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


NOON = at("2026-06-12 12:00")


@pytest.mark.parametrize(
    ("now", "key"),
    [
        ("2026-06-12 11:59", "2026-W23"),
        ("2026-06-12 12:00", "2026-W24"),
        ("2026-06-14 23:59", "2026-W24"),
        ("2026-06-18 00:00", "2026-W24"),
        ("2027-01-01 12:00", "2026-W53"),
    ],
)
def test_a_week_ends_on_the_organisations_friday_noon(now: str, key: str) -> None:
    assert last_week(at(now), RULES).key == key


def test_nine_weeks_follow_each_other_without_a_gap() -> None:
    weeks = weeks_to(last_week(NOON, RULES), RULES)
    assert [week.key for week in weeks] == [f"2026-W{number}" for number in range(16, 25)]
    assert all(one.ends == two.begins for one, two in pairwise(weeks))


def test_the_next_noon_is_seven_days_after_the_last() -> None:
    assert next_noon(NOON, RULES) == NOON + timedelta(days=7)
    assert next_noon(NOON - timedelta(minutes=1), RULES) == NOON


def test_each_fact_is_in_one_week_and_in_no_other() -> None:
    figures = Figures(weeks_to(last_week(NOON, RULES), RULES))
    figures.add_visit("U1", NOON, "AAA")
    figures.add_visit("U1", NOON - timedelta(seconds=1), "ABC")
    figures.add_visit("U1", NOON - timedelta(days=3), "")
    figures.add_visit("U2", NOON - timedelta(days=7), "E-E")
    figures.add_visit("U2", NOON - timedelta(days=7, seconds=1), "AAA")
    *_, before, last = figures.weeks
    assert figures.of(last) == {
        "U1": {"settled": 2, "answered": 1, "points": 3},
        "U2": {"settled": 1, "answered": 1, "points": -4},
    }
    assert summed(figures.of(before))["answered"] == 1


@pytest.mark.parametrize(
    ("clock", "found"),
    [
        (Clock("answer", 1, NOON - timedelta(days=1), NOON - timedelta(days=2), done=True), "kept"),
        (
            Clock("answer", 1, NOON - timedelta(days=1), NOON - timedelta(hours=1), done=True),
            "late",
        ),
        (Clock("answer", 1, NOON - timedelta(days=1)), "late"),
        (Clock("answer", 1, NOON - timedelta(days=1), NOON - timedelta(days=2)), ""),
        (Clock("answer", 1, NOON + timedelta(days=1)), ""),
        (Clock("answer", 1, NOON + timedelta(days=1), NOON - timedelta(days=2), done=True), ""),
    ],
)
def test_a_term_counts_in_the_week_in_which_it_ran_out(clock: Clock, found: str) -> None:
    figures = Figures(weeks_to(last_week(NOON, RULES), RULES))
    figures.add_clocks("U1", [clock], NOON)
    assert figures.of(figures.weeks[-1]) == ({"U1": {found: 1}} if found else {})


def test_weeks_before_anything_happened_are_not_compared_with() -> None:
    nothing, some = {"answered": 0}, {"answered": 3}
    assert begun([("a", nothing), ("b", some), ("c", nothing)]) == [("b", some), ("c", nothing)]
