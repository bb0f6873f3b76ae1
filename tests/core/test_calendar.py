"""Months, weeks and working days in the organisation's zone, also where clocks change."""

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import rulebook
from chalicelib.core import calendar
from chalicelib.core.rules import Calendar, Rulebook

OWNER = rulebook.load()
PLAIN = Calendar(frozenset(), frozenset(), (time(9), time(18)))
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "UTC")


def rules(timezone: str = "Asia/Shanghai", **days: Any) -> Rulebook:  # noqa: ANN401 # as Calendar's
    return dataclasses.replace(
        OWNER, timezone=timezone, calendar=dataclasses.replace(PLAIN, **days)
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "instant", "month"),
    [
        ("Asia/Shanghai", "2026-05-31T15:59:59", "2026-05"),
        ("Asia/Shanghai", "2026-05-31T16:00:00", "2026-06"),
        ("Europe/Berlin", "2026-03-31T21:59:59", "2026-03"),
        ("Europe/Berlin", "2026-03-31T22:00:00", "2026-04"),
        ("Europe/Berlin", "2026-01-31T23:00:00", "2026-02"),
        ("America/New_York", "2026-11-01T03:59:59", "2026-10"),
        ("America/New_York", "2026-12-01T04:59:59", "2026-11"),
        ("Pacific/Kiritimati", "2026-12-31T10:00:00", "2027-01"),
    ],
)
def test_an_instant_belongs_to_the_organisations_month(
    timezone: str, instant: str, month: str
) -> None:
    assert calendar.month_of(utc(instant), rules(timezone)) == month


@pytest.mark.parametrize("timezone", ZONES)
@pytest.mark.parametrize("month", ["2026-01", "2026-03", "2026-04", "2026-11", "2027-12"])
def test_a_month_starts_where_the_one_before_ends(timezone: str, month: str) -> None:
    start = calendar.start_of_month(month, rules(timezone))
    assert start.tzinfo is UTC
    assert calendar.month_of(start, rules(timezone)) == month
    before = calendar.month_of(start - timedelta(microseconds=1), rules(timezone))
    assert before == calendar.previous_month(month)
    assert calendar.next_month(before) == month


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-1", "2026-13", "2026-00", "26-01", "2026-01-01", "２０２６-01", "0000-01"],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(calendar.MonthError):
        calendar.next_month(text)


def test_saturday_and_sunday_are_off_unless_made_up_for() -> None:
    week = [date(2026, 6, 1) + timedelta(days=day) for day in range(7)]
    plain, made_up = rules(), rules(workdays=frozenset({week[6]}))
    assert [calendar.is_working_day(day, plain) for day in week] == [True] * 5 + [False] * 2
    assert calendar.is_working_day(week[6], made_up)


def test_a_holiday_is_off() -> None:
    monday = date(2026, 6, 1)
    assert not calendar.is_working_day(monday, rules(holidays=frozenset({monday})))


def test_working_days_of_a_month_are_counted_from_its_first() -> None:
    assert calendar.nth_working_day("2026-06", 1, rules()) == date(2026, 6, 1)
    assert calendar.nth_working_day("2026-08", 1, rules()) == date(2026, 8, 3)
    assert calendar.nth_working_day("2026-06", 8, rules()) == date(2026, 6, 10)


def test_a_month_with_too_few_working_days_runs_over_into_the_next() -> None:
    june = frozenset(date(2026, 6, day) for day in range(1, 31))
    assert calendar.nth_working_day("2026-06", 2, rules(holidays=june)) == date(2026, 7, 2)


def test_a_term_ends_on_the_third_working_day_after() -> None:
    friday = date(2026, 6, 5)
    assert calendar.working_days_after(friday, 3, rules()) == date(2026, 6, 10)


@pytest.mark.parametrize(
    ("timezone", "month", "instant"),
    [
        ("Asia/Shanghai", "2026-05", "2026-06-10T01:00:00"),
        ("Europe/Berlin", "2026-02", "2026-03-11T08:00:00"),
        ("Europe/Berlin", "2026-03", "2026-04-10T07:00:00"),
        ("America/New_York", "2026-02", "2026-03-11T13:00:00"),
        ("America/New_York", "2026-10", "2026-11-11T14:00:00"),
        ("Asia/Shanghai", "2026-12", "2027-01-12T01:00:00"),
    ],
)
def test_the_month_closes_at_nine_of_the_eighth_working_day_of_the_next(
    timezone: str, month: str, instant: str
) -> None:
    assert calendar.close_at(month, rules(timezone)) == utc(instant)


def test_holidays_and_made_up_days_move_the_close() -> None:
    week_off = frozenset(date(2026, 10, day) for day in range(1, 8))
    saturday = frozenset({date(2026, 10, 10)})
    assert calendar.close_at("2026-09", rules(holidays=week_off)) == utc("2026-10-19T01:00:00")
    both = rules(holidays=week_off, workdays=saturday)
    assert calendar.close_at("2026-09", both) == utc("2026-10-16T01:00:00")


def test_the_working_day_of_the_close_is_the_rulebooks() -> None:
    third = dataclasses.replace(rules(), close_working_day=3)
    assert calendar.close_at("2026-05", third) == utc("2026-06-03T01:00:00")


@pytest.mark.parametrize(
    ("instant", "week"),
    [
        ("2026-05-31T15:59:59", "2026-W22"),
        ("2026-05-31T16:00:00", "2026-W23"),
        ("2026-12-31T16:00:00", "2026-W53"),
        ("2027-01-03T16:00:00", "2027-W01"),
    ],
)
def test_a_week_begins_on_monday_in_the_organisations_zone(instant: str, week: str) -> None:
    assert calendar.week_of(utc(instant), rules()) == week


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param("2026-06-01T01:00", 4, "2026-06-01T05:00", id="within a day"),
        pytest.param("2026-06-01T08:00", 4, "2026-06-02T03:00", id="over night"),
        pytest.param("2026-06-01T06:00", 4, "2026-06-01T10:00", id="to the closing hour"),
        pytest.param("2026-05-31T20:00", 4, "2026-06-01T05:00", id="before the day opens"),
        pytest.param("2026-06-01T12:00", 4, "2026-06-02T05:00", id="after the day closed"),
        pytest.param("2026-06-05T08:00", 4, "2026-06-08T03:00", id="over a weekend"),
        pytest.param("2026-06-06T03:00", 4, "2026-06-08T05:00", id="from a Saturday"),
        pytest.param("2026-06-01T01:00", 20, "2026-06-03T03:00", id="more than two days"),
        pytest.param("2026-06-06T03:00", 0, "2026-06-06T03:00", id="no hours"),
    ],
)
def test_working_hours_pass_in_working_time_only(start: str, hours: int, end: str) -> None:
    assert calendar.add_working_hours(utc(start), hours, rules()) == utc(end)


@pytest.mark.parametrize(
    ("timezone", "start", "hours", "end"),
    [
        pytest.param("Europe/Berlin", "2026-03-28T23:00", 4, "2026-03-29T03:00", id="forward"),
        pytest.param("Europe/Berlin", "2026-10-24T22:00", 4, "2026-10-25T02:00", id="back"),
        pytest.param("America/New_York", "2026-03-08T05:00", 4, "2026-03-08T09:00", id="overseas"),
    ],
)
def test_an_hour_is_an_hour_also_when_the_clocks_change(
    timezone: str, start: str, hours: int, end: str
) -> None:
    sunday = frozenset({date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8)})
    night = rules(timezone, workdays=sunday, hours=(time(0), time(23)))
    assert calendar.add_working_hours(utc(start), hours, night) == utc(end)


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 # bounds must be naive
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_working_hours_add_up(timezone: str, start: datetime, first: int, second: int) -> None:
    there = rules(timezone)
    in_two = calendar.add_working_hours(
        calendar.add_working_hours(start, first, there), second, there
    )
    assert in_two == calendar.add_working_hours(start, first + second, there)


@pytest.mark.parametrize(
    ("instant", "working"),
    [
        ("2026-06-01T00:59", False),
        ("2026-06-01T01:00", True),
        ("2026-06-01T09:59", True),
        ("2026-06-01T10:00", False),
        ("2026-06-06T03:00", False),
    ],
)
def test_business_hours_are_those_of_a_working_day(instant: str, working: bool) -> None:
    assert calendar.is_working_time(utc(instant), rules()) is working
