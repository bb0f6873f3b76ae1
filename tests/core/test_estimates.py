"""Estimates from calls: exact, weighted, and honest about what nobody knows."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.estimates import (
    Checked,
    Interval,
    adjusted_mean,
    cell,
    item_agreement,
    match_rate,
    shown,
    wilson,
)
from chalicelib.core.frame import FrameLine

GOOD = {"timeliness": "A", "quality": "A", "attitude": "A"}
BAD = {"timeliness": "A", "quality": "E", "attitude": "C"}


def calls(name: str, yes: int, no: int = 0, unknown: int = 0) -> list[Checked]:
    return [
        *[Checked(name, GOOD, GOOD, True)] * yes,
        *[Checked(name, GOOD, BAD, False)] * no,
        *[Checked(name, GOOD, None, None)] * unknown,
    ]


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
        (0, 10, "0.0000", "0.2775"),
        (8, 10, "0.4902", "0.9433"),
        (10, 10, "0.7225", "1.0000"),
    ],
)
def test_wilsons_published_intervals_come_out(hits: int, trials: int, low: str, high: str) -> None:
    found = wilson(Fraction(hits, trials), trials)
    assert (shown(found.low, 4), shown(found.high, 4)) == (low, high)


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(1, 400))
def test_an_interval_holds_its_rate_and_stays_within_nought_and_one(hits: int, more: int) -> None:
    rate = Fraction(min(hits, more), more)
    low, high = wilson(rate, more)
    assert 0 <= low <= rate <= high <= 1
    assert low < high


def test_calls_for_a_reason_do_not_pull_the_rate_of_all_forms() -> None:
    """Pooled it would be 13/30 = .43; weighted by what each call stands for it is .94."""
    sizes = {"reason": 20, "none": 280}
    found = match_rate(sizes, [*calls("reason", 3, 17), *calls("none", 10)])
    assert found is not None
    assert found.rate == Fraction(3 + 280, 300)
    assert shown(found.rate, 2) == "0.94"


def test_with_one_cell_the_rate_and_interval_are_the_plain_ones() -> None:
    found = match_rate({"all": 500}, calls("all", 81, 182))
    assert found is not None
    assert found.rate == Fraction(81, 263)
    assert found.wilson == wilson(Fraction(81, 263), 263)
    assert found.calls == 263
    assert found.covered == 1


def test_uneven_weights_widen_the_interval() -> None:
    even = match_rate({"a": 50, "b": 50}, [*calls("a", 5, 5), *calls("b", 5, 5)])
    uneven = match_rate({"a": 90, "b": 10}, [*calls("a", 5, 5), *calls("b", 5, 5)])
    assert even is not None
    assert uneven is not None
    assert even.rate == uneven.rate
    assert uneven.wilson.low < even.wilson.low
    assert even.wilson.high < uneven.wilson.high


def test_bounds_take_the_unreached_and_the_undrawn_for_the_worst_and_the_best() -> None:
    found = match_rate({"a": 60, "b": 40}, calls("a", 3, 1, unknown=2))
    assert found is not None
    assert found.rate == Fraction(3, 4)
    assert found.covered == Fraction(6, 10)
    assert found.bounds == Interval(Fraction(6, 10) * Fraction(1, 2), 1 - Fraction(6, 10) / 6)


def test_with_every_call_ended_and_every_cell_drawn_the_bounds_meet() -> None:
    found = match_rate({"a": 60, "b": 40}, [*calls("a", 3, 1), *calls("b", 1, 1)])
    assert found is not None
    assert found.bounds == Interval(found.rate, found.rate)


def test_without_an_ended_call_there_is_no_rate() -> None:
    assert match_rate({"a": 60}, calls("a", 0, unknown=4)) is None
    assert match_rate({"a": 60}, []) is None
    assert match_rate({}, []) is None


def test_calls_of_cells_that_were_not_asked_for_change_nothing() -> None:
    asked = match_rate({"a": 60}, calls("a", 3, 1))
    assert match_rate({"a": 60}, [*calls("a", 3, 1), *calls("silent", 0, 9)]) == asked


def test_an_item_agrees_and_differs_by_weight_and_sign() -> None:
    checked = [
        Checked("a", {"quality": "A"}, {"quality": "A"}, True),
        Checked("a", {"quality": "A"}, {"quality": "E"}, False),
        Checked("b", {"quality": "C"}, {"quality": "B"}, False),
    ]
    found = item_agreement({"a": 30, "b": 10}, checked, "quality")
    assert found is not None
    assert found.agreement == Fraction(15, 40)
    assert found.difference == Fraction(15 * -4 + 10 * 1, 40)
    assert found.calls == 3


def test_an_item_left_blank_on_form_or_call_is_not_compared() -> None:
    checked = [
        Checked("a", {"quality": "A"}, {"attitude": "A"}, None),
        Checked("a", {"attitude": "B"}, {"attitude": "B"}, True),
        Checked("a", {"quality": "A"}, None, None),
    ]
    assert item_agreement({"a": 9}, checked, "quality") is None
    attitude = item_agreement({"a": 9}, checked, "attitude")
    assert attitude is not None
    assert attitude.agreement == 1
    assert attitude.difference == 0
    assert attitude.calls == 1


def test_silent_visits_are_taken_as_those_reached_answered() -> None:
    """Eight forms of 6 points; of 12 silent visits two cells told −1 and 2: weights 8 and 4."""
    told = [
        Checked("x", {}, BAD, None),
        Checked("x", {}, {"quality": "E"}, None),
        Checked("y", {}, {"quality": "A"}, None),
        Checked("y", {}, None, None),
    ]
    mean = adjusted_mean(8, 48, {"x": 8, "y": 4}, told)
    assert mean == (48 + 8 * Fraction(0 - 2, 2) + 4 * 2) / 20


def test_silent_cells_without_a_call_count_as_the_called_ones() -> None:
    told = [Checked("x", {}, {"quality": "B"}, None)]
    assert adjusted_mean(0, 0, {"x": 2, "z": 7}, told) == 1


def test_without_silent_visits_the_mean_is_the_mean() -> None:
    assert adjusted_mean(4, 10, {}, []) == Fraction(5, 2)


def test_nothing_is_made_up_for_silent_visits_that_nobody_reached() -> None:
    assert adjusted_mean(4, 10, {"x": 3}, [Checked("x", {}, None, None)]) is None
    assert adjusted_mean(0, 0, {}, []) is None


def test_a_cell_is_a_draw_a_stratum_and_whether_there_was_a_reason() -> None:
    line = FrameLine("V-1", "U1", "Li", False)
    assert cell("2026-05-close", line) == "2026-05-close/U1/Li/silent/none"
    assert cell("2026-05-close", line._replace(reasons=("fast",))).endswith("/reason")


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(1, 2), 1, "0.5"),
        (Fraction(5, 1000), 2, "0.01"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Fraction(-4, 1000), 2, "0.00"),
        (Fraction(-7, 3), 4, "-2.3333"),
        (Fraction(199, 100), 1, "2.0"),
    ],
)
def test_a_value_is_shown_half_away_from_nought(value: Fraction, places: int, text: str) -> None:
    assert shown(value, places) == text
