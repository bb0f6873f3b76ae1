"""Which draws fall due, and when."""

import dataclasses
from datetime import UTC, date, datetime, time, timedelta

import pytest

from chalicelib import rulebook
from chalicelib.core.draw_calendar import (
    DrawPeriod,
    closing_key,
    due_draws,
    next_draw,
    revealed_with,
    taken_over_by,
    week_covered,
)
from chalicelib.core.draws import Draw
from chalicelib.core.rules import Calendar, Rulebook


def rules(timezone: str = "Asia/Shanghai", holidays: tuple[str, ...] = ()) -> Rulebook:
    days = frozenset(date.fromisoformat(day) for day in holidays)
    plain = Calendar(days, frozenset(), (time(9), time(18)))
    return dataclasses.replace(rulebook.load(), timezone=timezone, calendar=plain)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(since: str, now: str, rulebook: Rulebook) -> list[tuple[str, str, str]]:
    periods = due_draws(utc(since), utc(now), rulebook)
    return [(p.key, p.kind, p.due_at.isoformat()[:16]) for p in periods]


def test_a_month_has_its_mondays_and_the_fourth_working_day() -> None:
    assert due("2026-06-01T00:00", "2026-06-30T12:00", rules()) == [
        ("2026-05-close", "closing", "2026-06-03T23:00"),
        ("2026-W24", "weekly", "2026-06-07T23:00"),
        ("2026-W25", "weekly", "2026-06-14T23:00"),
        ("2026-W26", "weekly", "2026-06-21T23:00"),
        ("2026-W27", "weekly", "2026-06-28T23:00"),
    ]


def test_draws_run_at_seven_by_the_organisations_clock_in_summer_and_winter() -> None:
    berlin = rules("Europe/Berlin")
    assert due("2026-03-22T00:00", "2026-04-01T00:00", berlin) == [
        ("2026-W13", "weekly", "2026-03-23T06:00"),
        ("2026-W14", "weekly", "2026-03-30T05:00"),
    ]


def test_where_the_fourth_working_day_is_a_monday_there_is_one_draw() -> None:
    with_holiday = rules(holidays=("2026-06-01", "2026-06-02"))
    assert due("2026-06-05T00:00", "2026-06-09T00:00", with_holiday) == [
        ("2026-05-close", "both", "2026-06-07T23:00"),
    ]


def test_one_draw_for_both_covers_the_settled_and_the_month() -> None:
    with_holiday = rules(holidays=("2026-06-01", "2026-06-02"))
    assert next_draw(utc("2026-06-05T00:00"), with_holiday) == DrawPeriod(
        key="2026-05-close",
        due_at=utc("2026-06-07T23:00"),
        kind="both",
        settled_before=utc("2026-06-07T16:00"),
        closes="2026-05",
    )


def test_a_weekly_draw_covers_what_settled_before_its_day() -> None:
    weekly = next_draw(utc("2026-06-08T00:00"), rules())
    assert (weekly.kind, weekly.closes) == ("weekly", "")
    assert weekly.settled_before == utc("2026-06-14T16:00")


def test_a_closing_draw_covers_the_month_before_alone() -> None:
    closing = next_draw(utc("2027-01-04T12:00"), rules(holidays=("2027-01-01",)))
    assert (closing.key, closing.closes) == ("2026-12-close", "2026-12")
    assert closing.settled_before is None


@pytest.mark.parametrize(
    ("since", "now", "number"),
    [
        pytest.param("2026-06-07T22:59", "2026-06-07T22:59", 0, id="before"),
        pytest.param("2026-06-07T22:59", "2026-06-07T23:00", 1, id="at-the-instant"),
        pytest.param("2026-06-07T23:00", "2026-06-07T23:01", 0, id="once-only"),
        pytest.param("2026-06-07T23:00", "2026-06-01T00:00", 0, id="clock-set-back"),
    ],
)
def test_a_draw_is_due_once_from_its_instant_on(since: str, now: str, number: int) -> None:
    assert len(due(since, now, rules())) == number


def test_a_year_missed_is_caught_up_in_order_each_draw_once() -> None:
    start = utc("2026-01-01T00:00")
    periods = due_draws(start, start + timedelta(days=365), rules())
    keys = [period.key for period in periods]
    assert len(keys) == len(set(keys))
    assert [p.due_at for p in periods] == sorted(p.due_at for p in periods)
    assert sum(key.endswith("close") for key in keys) == 12
    mondays = sum(p.settled_before is not None for p in periods)
    assert mondays == 52


def test_catching_up_in_steps_gives_the_same_draws_as_at_once() -> None:
    start, end = utc("2026-04-01T00:00"), utc("2026-08-01T00:00")
    at_once = due_draws(start, end, rules())
    steps, instant = [], start
    while instant < end:
        steps += due_draws(instant, instant + timedelta(hours=7), rules())
        instant += timedelta(hours=7)
    assert [p for p in steps if p.due_at <= end] == at_once


def test_the_key_of_a_turn_of_the_year_is_the_iso_weeks() -> None:
    keys = [key for key, _, _ in due("2026-12-20T00:00", "2027-01-05T12:00", rules())]
    assert keys == ["2026-W52", "2026-W53", "2027-W01"]


def test_a_closing_key_names_its_month() -> None:
    assert closing_key("2026-05") == "2026-05-close"


@pytest.mark.parametrize(
    ("drawn_at", "noon"),
    [
        pytest.param("2026-06-07T23:15", "2026-06-09T04:00", id="a Monday: Tuesday noon"),
        pytest.param("2026-06-12T00:00", "2026-06-15T04:00", id="a Friday: Monday"),
        pytest.param("2026-06-18T00:00", "2026-06-22T04:00", id="before Dragon Boat and a weekend"),
        pytest.param("2026-06-08T15:59", "2026-06-09T04:00", id="late on a Monday"),
    ],
)
def test_a_list_is_to_be_taken_over_by_noon_of_the_next_working_day(
    drawn_at: str, noon: str
) -> None:
    assert taken_over_by(utc(drawn_at), rules(holidays=("2026-06-19",))) == utc(noon)


def drawn(key: str, at: str, weekly: bool = True) -> Draw:
    return Draw(key, "drawn", "", boundary=utc(at) if weekly else None, drawn_at=utc(at))


def test_a_draw_is_revealed_with_the_first_weekly_one_fourteen_days_later() -> None:
    draws = [
        drawn("W24", "2026-06-07T23:40"),
        drawn("W25", "2026-06-14T23:15"),
        drawn("on the day, no weekly one", "2026-06-21T23:00", weekly=False),
        drawn("W26", "2026-06-21T23:15"),
        drawn("W27", "2026-06-28T23:15"),
        Draw("W28", "committed", "", boundary=utc("2026-07-05T16:00")),
    ]
    found = [revealed_with(draw, draws, rules()) for draw in draws]
    assert [each.key if each else "" for each in found] == ["W26", "W27", "", "", "", ""]


def test_the_week_of_a_draw_is_the_one_that_ended_before_it() -> None:
    assert week_covered(drawn("W24", "2026-06-07T16:00"), rules()) == "2026-W23"
    assert week_covered(drawn("2026-05-close", "2026-06-03T23:00", weekly=False), rules()) == ""
