"""How many calls each unit gets."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.quota import Claim, allot, allot_at_most, unit_quotas

sizes = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 60))


@pytest.mark.parametrize(
    ("frames", "calls", "minimum", "expected"),
    [
        pytest.param({"a": 53, "b": 24, "c": 23}, 7, 0, {"a": 3, "b": 2, "c": 2}, id="plain"),
        pytest.param({"a": 100, "b": 100}, 3, 0, {"a": 2, "b": 1}, id="tie-by-id"),
        pytest.param({"a": 10, "b": 30}, 2, 0, {"a": 0, "b": 2}, id="tie-by-size"),
        pytest.param({"a": 2, "b": 900}, 200, 3, {"a": 2, "b": 198}, id="frame-below-minimum"),
        pytest.param({"a": 30, "b": 970}, 100, 3, {"a": 3, "b": 97}, id="minimum-goes-on"),
        pytest.param({"a": 4, "b": 5}, 200, 3, {"a": 4, "b": 5}, id="all-visits"),
        pytest.param({}, 200, 3, {}, id="nobody"),
    ],
)
def test_quotas_are_minima_then_sainte_lague(
    frames: dict[str, int], calls: int, minimum: int, expected: dict[str, int]
) -> None:
    assert unit_quotas(frames, calls, minimum) == (expected, False)


def test_minima_win_over_the_weeks_calls_and_it_is_said() -> None:
    assert unit_quotas({"a": 9, "b": 9, "c": 1}, 6, 3) == ({"a": 3, "b": 3, "c": 1}, True)
    assert unit_quotas({"a": 9, "b": 9, "c": 1}, 7, 3) == ({"a": 3, "b": 3, "c": 1}, False)


@settings(deadline=None)
@given(sizes, st.integers(0, 300), st.integers(0, 5))
def test_no_unit_is_above_its_frame_below_its_minimum_or_left_short(
    frames: dict[str, int], calls: int, minimum: int
) -> None:
    places, _ = unit_quotas(frames, calls, minimum)
    minima = {unit: min(minimum, size) for unit, size in frames.items()}
    assert all(minima[unit] <= places[unit] <= frames[unit] for unit in frames)
    assert sum(places.values()) == min(max(calls, sum(minima.values())), sum(frames.values()))


@settings(deadline=None)
@given(sizes, st.integers(0, 300), st.integers(0, 5))
def test_more_calls_take_none_from_any_unit(
    frames: dict[str, int], calls: int, minimum: int
) -> None:
    fewer, more = (unit_quotas(frames, n, minimum).places for n in (calls, calls + 1))
    assert all(fewer[unit] <= more[unit] for unit in frames)


@settings(deadline=None)
@given(sizes, st.integers(0, 100))
def test_a_unit_above_its_minimum_has_no_weaker_claim_than_any_that_could_have_more(
    frames: dict[str, int], calls: int
) -> None:
    places, _ = unit_quotas(frames, calls, 2)
    last = [Fraction(frames[u], 2 * n - 1) for u, n in places.items() if n > 2]
    following = [Fraction(frames[u], 2 * n + 1) for u, n in places.items() if n < frames[u]]
    assert not last or not following or min(last) >= max(following)


@settings(deadline=None)
@given(sizes, st.integers(0, 80), st.randoms(use_true_random=False))
def test_no_tie_gives_more_than_the_most(frames: dict[str, int], calls: int, dice: object) -> None:
    names = sorted(frames)
    dice.shuffle(names)  # type: ignore[attr-defined]
    claims = [Claim(n, frames[n], frames[n], str(place)) for place, n in enumerate(names)]
    got, most = allot(claims, calls, 1), allot_at_most(claims, calls, 1)
    assert all(got[name] <= most[name] for name in frames)


def test_what_a_claimant_has_no_room_for_passes_to_the_next() -> None:
    claims = [Claim("a", 90, 1, "a"), Claim("b", 10, 10, "b"), Claim("c", 5, 0, "c")]
    assert allot(claims, 4, 1) == {"a": 1, "b": 3, "c": 0}
