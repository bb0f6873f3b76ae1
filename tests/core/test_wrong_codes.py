"""Waiting after wrong codes, as a matter of counts and instants alone."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core.wrong_codes import PATIENCE, WrongCodes, left, one_more, place, waits_until

NOW = datetime(2026, 6, 4, 3, 0, tzinfo=UTC)


def after(kind: str, wrongs: int, now: datetime = NOW) -> WrongCodes:
    count = WrongCodes(place(kind, "x"))
    for _ in range(wrongs):
        count = one_more(count, now)
    return count


@pytest.mark.parametrize("kind", PATIENCE)
def test_the_free_ones_cost_nothing_and_each_further_one_twice_as_much(kind: str) -> None:
    patience = PATIENCE[kind]
    assert waits_until(after(kind, patience.free), NOW) is None
    waits = [waits_until(after(kind, patience.free + more), NOW) for more in range(1, 40)]
    expected, wait = [], patience.first
    for _ in waits:
        expected.append(NOW + min(wait, patience.longest))
        wait *= 2
    assert waits == expected


@pytest.mark.parametrize("kind", PATIENCE)
def test_no_wait_is_longer_than_the_longest_whatever_was_done(kind: str) -> None:
    count = after(kind, 5_000)
    assert waits_until(count, NOW) == NOW + PATIENCE[kind].longest
    assert waits_until(count, NOW + PATIENCE[kind].longest) is None


@pytest.mark.parametrize("kind", PATIENCE)
def test_one_wrong_code_is_forgotten_after_the_other(kind: str) -> None:
    forgets = PATIENCE[kind].forgets
    count = after(kind, 5)
    assert [left(count, NOW + times * forgets) for times in range(7)] == [5, 4, 3, 2, 1, 0, 0]
    assert one_more(count, NOW + 3 * forgets).count == 3


def test_a_clock_that_went_back_forgets_nothing() -> None:
    assert left(after("pair", 3), NOW - timedelta(days=1)) == 3


def test_a_fresh_count_waits_for_nothing() -> None:
    assert waits_until(WrongCodes("address#x"), NOW) is None
