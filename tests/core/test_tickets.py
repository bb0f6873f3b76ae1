"""Tickets and the plain draw, against the vectors their author published."""

import hashlib
import hmac

import pytest

from chalicelib.core.tickets import (
    ALL_HEADS,
    HEAD,
    commitment,
    limit,
    lowest,
    mask,
    seed,
    spell,
    ticket,
)

IDS = [f"V-{number}" for number in range(400)]


def test_the_published_ticket_comes_out() -> None:
    expected = "0.26299714122838008416507544297546663599715395525154425586041245287750224561854"
    assert ticket("01382438112797316654", "AB-130") == expected


@pytest.mark.parametrize(
    ("opened", "ids", "expected"),
    [
        pytest.param("31", list("abcd"), list("badc"), id="seed-31"),
        pytest.param("77", list("abcd"), list("bdca"), id="seed-77"),
        pytest.param(
            "41",
            [str(number) for number in range(100)],
            ["73", "51", "17", "58", "38", "42", "39", "20", "11", "67"],
            id="seed-41-of-a-hundred",
        ),
        pytest.param(
            "314159",
            [f"AB-{number}" for number in range(2000)],
            [
                *("AB-135", "AB-684", "AB-1980", "AB-687", "AB-1382", "AB-1207", "AB-637"),
                *("AB-1577", "AB-1673", "AB-293", "AB-1258", "AB-1324", "AB-1883", "AB-1103"),
                *("AB-1791", "AB-653", "AB-1701", "AB-538", "AB-500", "AB-1419", "AB-556"),
                *("AB-1326", "AB-707", "AB-895"),
            ],
            id="one-in-a-hundred-of-two-thousand",
        ),
        pytest.param(
            "314159",
            [f"CD-{number}" for number in range(1000)],
            [
                *("CD-871", "CD-47", "CD-446", "CD-688", "CD-954"),
                *("CD-919", "CD-485", "CD-455", "CD-272"),
            ],
            id="one-in-a-hundred-of-a-thousand",
        ),
    ],
)
def test_the_published_order_comes_out(opened: str, ids: list[str], expected: list[str]) -> None:
    assert lowest(opened, ids, len(expected)) == expected


def test_the_order_of_the_frame_changes_nothing() -> None:
    assert lowest("s", reversed(IDS), 20) == lowest("s", IDS, 20)


@pytest.mark.parametrize("n", range(0, 399, 7))
def test_one_more_contains_the_picks_before(n: int) -> None:
    assert lowest("s", IDS, n + 1)[:n] == lowest("s", IDS, n)


def test_a_frame_smaller_than_the_number_is_drawn_whole() -> None:
    assert sorted(lowest("s", IDS[:3], 10)) == IDS[:3]
    assert lowest("s", [], 10) == []


def test_the_quick_way_gives_what_sorting_all_tickets_gives() -> None:
    ids = [f"访-{number}" for number in range(3000)]
    by_ticket = sorted(ids, key=lambda id: ticket("s", id))
    for n in (0, 1, 5, 40, 2999, 3000):
        assert lowest("s", ids, n) == by_ticket[:n]


def test_a_head_and_a_mask_never_turn_a_lower_ticket_away() -> None:
    for id in IDS:
        number = int(ticket("s", id)[2:][::-1])
        head = HEAD[number % 10_000]
        assert spell(number)[2:6] == f"{head:04}"
        for highest in (head, head + 1, 10 * head, ALL_HEADS):
            assert not number & mask(highest), (id, highest)


def test_nothing_enters_a_list_for_nobody() -> None:
    assert limit([], 0) < min(HEAD)


def test_the_seed_is_the_hmac_of_the_frame_hash_under_the_raw_secret() -> None:
    secret, frame_hash = bytes(range(32)), "ab" * 32
    expected = hmac.new(secret, frame_hash.encode(), hashlib.sha256).hexdigest()
    assert seed(secret, frame_hash) == expected
    assert commitment(secret) == hashlib.sha256(secret).hexdigest()


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_secret_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(bytes(length))
