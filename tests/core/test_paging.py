"""Duty phones are told in turn until one of them takes the page."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core import paging
from chalicelib.core.paging import STEP, Page, Turn

NIGHT = datetime(2026, 6, 3, 18, 0, tzinfo=UTC)
"""02:00 in Shanghai."""

DUTY = ("+8613900000001", "+8613900000002", "+8613900000003")
PAGE = Page("SM1", NIGHT, "+8613800138000")


def told(duty: tuple[str, ...], turns: int) -> list[Turn]:
    """What follows when nobody answers."""
    made = [paging.opened(PAGE, duty, NIGHT)]
    for number in range(1, turns):
        turn = paging.on_silent(made[-1].page, duty, NIGHT + number * STEP)
        assert turn is not None
        made.append(turn)
    return made


def test_the_first_phone_hears_at_once_the_next_after_five_minutes_and_so_on() -> None:
    turns = told(DUTY, 5)
    assert [turn.phone for turn in turns] == [*DUTY, DUTY[0], DUTY[1]]
    assert turns[0].page.due_at == NIGHT + timedelta(minutes=5)


def test_before_five_minutes_have_passed_nobody_else_is_told() -> None:
    page = told(DUTY, 1)[0].page
    assert paging.on_silent(page, DUTY, NIGHT + STEP - timedelta(seconds=1)) is None


@pytest.mark.parametrize("turns", [1, 2, 5])
def test_whoever_takes_it_ends_it(turns: int) -> None:
    page = paging.acknowledged(told(DUTY, turns)[-1].page, DUTY[0], NIGHT + timedelta(hours=1))
    assert (page.is_open, page.acknowledged_by, page.due_at) == (False, DUTY[0], None)
    assert paging.on_silent(page, DUTY, NIGHT + timedelta(days=1)) is None


def test_the_first_to_take_it_stays_the_one() -> None:
    page = paging.acknowledged(told(DUTY, 2)[-1].page, DUTY[0], NIGHT)
    assert paging.acknowledged(page, DUTY[1], NIGHT + STEP).acknowledged_by == DUTY[0]


def test_supervision_hears_once_when_all_phones_were_silent() -> None:
    assert [turn.nobody for turn in told(DUTY, 8)] == [False] * 3 + [True] + [False] * 4


def test_a_single_phone_is_told_again_and_again() -> None:
    turns = told(DUTY[:1], 4)
    assert [turn.phone for turn in turns] == [DUTY[0]] * 4
    assert [turn.nobody for turn in turns] == [False, True, False, False]


def test_without_duty_phones_supervision_hears_at_once() -> None:
    turn = paging.opened(PAGE, (), NIGHT)
    assert (turn.phone, turn.nobody, turn.page.due_at) == ("", True, None)


def test_a_roster_that_has_changed_goes_on_with_its_present_phones() -> None:
    page = told(DUTY, 3)[-1].page
    turn = paging.on_silent(page, DUTY[:2], NIGHT + 3 * STEP)
    assert turn is not None
    assert turn.phone in DUTY[:2]
    emptied = paging.on_silent(page, (), NIGHT + 3 * STEP)
    assert emptied is not None
    assert (emptied.phone, emptied.page.due_at, emptied.nobody) == ("", None, True)
