"""Sending hours: by the customer's own clocks, never on a holiday, whatever the zone does."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core import sending
from chalicelib.core.rules import Rulebook
from chalicelib.services.phone_numbers import zones_of
from tests.core.visit_samples import RULES

NONE = "0" * 32
LAST = f"{sending.SPREAD - 1:032x}"
SHANGHAI, LONDON, NEW_YORK = ("Asia/Shanghai",), ("Europe/London",), ("America/New_York",)
WIDE = ("Europe/Kaliningrad", "Asia/Kamchatka")
"""Ten hours apart: one common hour a day."""
APART = ("Pacific/Midway", "Pacific/Kiritimati")
"""A day and an hour apart: the same hours of two days."""
OPPOSITE = ("Asia/Shanghai", "America/New_York")
"""Never day in both."""


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def resting(*days: str) -> Rulebook:
    """The rules with these holidays and no made-up days."""
    holidays = frozenset(date.fromisoformat(day) for day in days)
    return replace(RULES, calendar=replace(RULES.calendar, holidays=holidays, workdays=frozenset()))


SLOTS = {
    "before the hours": ("2026-06-04T07:00+08:00", SHANGHAI, "2026-06-04T09:00+08:00"),
    "when they begin": ("2026-06-04T09:00+08:00", SHANGHAI, "2026-06-04T09:00+08:00"),
    "within": ("2026-06-04T13:30:15+08:00", SHANGHAI, "2026-06-04T13:30:15+08:00"),
    "the last second": ("2026-06-04T19:59:59+08:00", SHANGHAI, "2026-06-04T19:59:59+08:00"),
    "when they end": ("2026-06-04T20:00+08:00", SHANGHAI, "2026-06-05T09:00+08:00"),
    "before midnight": ("2026-06-04T23:59+08:00", SHANGHAI, "2026-06-05T09:00+08:00"),
    "on a weekend": ("2026-06-06T10:00+08:00", SHANGHAI, "2026-06-06T10:00+08:00"),
    "on a made-up day": ("2026-05-09T10:00+08:00", SHANGHAI, "2026-05-09T10:00+08:00"),
    "on a holiday": ("2026-06-19T10:00+08:00", SHANGHAI, "2026-06-22T09:00+08:00"),
    "the night before one": ("2026-06-18T20:30+08:00", SHANGHAI, "2026-06-22T09:00+08:00"),
    "a holiday by their own date": ("2026-06-19T03:00+08:00", NEW_YORK, "2026-06-19T03:00+08:00"),
    "clocks go forward": ("2026-03-29T00:30+00:00", LONDON, "2026-03-29T09:00+01:00"),
    "clocks go back": ("2026-10-25T00:30+01:00", LONDON, "2026-10-25T09:00+00:00"),
    "a skipped hour": ("2026-03-08T02:30-05:00", NEW_YORK, "2026-03-08T09:00-04:00"),
    "half an hour of offset": (
        "2026-06-04T08:00+05:30",
        ("Asia/Kolkata",),
        "2026-06-04T09:00+05:30",
    ),
    "two zones": ("2026-06-04T10:00+02:00", WIDE, "2026-06-05T09:00+02:00"),
    "two zones at the common hour": (
        "2026-06-05T09:59+02:00",
        WIDE,
        "2026-06-05T09:59+02:00",
    ),
    "two zones a day apart": ("2026-06-04T10:00-11:00", APART, "2026-06-04T10:00-11:00"),
    "zones that never meet": ("2026-06-04T07:00+08:00", OPPOSITE, "2026-06-04T09:00+08:00"),
}


@pytest.mark.parametrize(("instant", "zones", "expected"), SLOTS.values(), ids=SLOTS)
def test_the_next_slot(instant: str, zones: tuple[str, ...], expected: str) -> None:
    slot = sending.next_slot(utc(instant), zones, RULES)
    assert slot == utc(expected)
    assert slot.tzinfo is UTC


INVITATIONS = {
    "the day after": ("2026-06-03T14:00+08:00", SHANGHAI, NONE, "2026-06-04T10:00+08:00"),
    "spread": ("2026-06-03T14:00+08:00", SHANGHAI, LAST, "2026-06-04T12:59:59+08:00"),
    "after midnight is the same day": (
        "2026-06-03T00:01+08:00",
        SHANGHAI,
        NONE,
        "2026-06-04T10:00+08:00",
    ),
    "by the customer's date": (
        "2026-06-03T10:00+08:00",  # the evening of the 2nd in New York
        NEW_YORK,
        NONE,
        "2026-06-03T10:00-04:00",
    ),
    "after a holiday": ("2026-06-18T14:00+08:00", SHANGHAI, NONE, "2026-06-22T10:00+08:00"),
    "after a holiday, spread": (
        "2026-06-18T14:00+08:00",
        SHANGHAI,
        LAST,
        "2026-06-22T12:59:59+08:00",
    ),
    "a country of many zones": (
        "2026-06-03T12:00-04:00",
        ("America/New_York", "Pacific/Honolulu"),
        NONE,
        "2026-06-04T15:00-04:00",
    ),
    "a country of many zones, spread": (
        "2026-06-03T12:00-04:00",
        ("America/New_York", "Pacific/Honolulu"),
        LAST,
        "2026-06-04T17:59:59-04:00",
    ),
    "one common hour": ("2026-06-03T12:00+02:00", WIDE, LAST, "2026-06-05T09:00+02:00"),
    "the day the clocks change": ("2026-10-24T12:00+01:00", LONDON, NONE, "2026-10-25T10:00+00:00"),
}


@pytest.mark.parametrize(
    ("completed", "zones", "salt", "due"), INVITATIONS.values(), ids=INVITATIONS
)
def test_the_first_slot(completed: str, zones: tuple[str, ...], salt: str, due: str) -> None:
    assert sending.first_slot(utc(completed), zones, RULES, salt) == utc(due)


LAST_SLOTS = {
    "a week later": ("2026-06-03T14:00+08:00", SHANGHAI, "2026-06-10T14:00+08:00"),
    "as much later as holidays hold it up": (
        "2026-02-14T14:00+08:00",
        SHANGHAI,
        "2026-03-02T13:00+08:00",
    ),
    "a holiday later on changes nothing": (
        "2026-06-16T14:00+08:00",
        SHANGHAI,
        "2026-06-23T14:00+08:00",
    ),
}


@pytest.mark.parametrize(("completed", "zones", "last"), LAST_SLOTS.values(), ids=LAST_SLOTS)
def test_the_last_slot(completed: str, zones: tuple[str, ...], last: str) -> None:
    assert sending.last_slot(utc(completed), zones, RULES) == utc(last)


VALIDITY = {
    "to the end of the hours": ("2026-06-04T16:00+08:00", SHANGHAI, 4 * 3600),
    "at most what the provider takes": ("2026-06-04T09:30+08:00", SHANGHAI, 36_000),
    "at least a minute": ("2026-06-04T19:59:50+08:00", SHANGHAI, 60),
    "to the first end of several": ("2026-06-05T09:30+02:00", WIDE, 1800),
    "outside the hours": ("2026-06-04T22:00+08:00", SHANGHAI, 60),
    "over a change of clocks": ("2026-10-25T18:00+00:00", LONDON, 2 * 3600),
}


@pytest.mark.parametrize(("now", "zones", "seconds"), VALIDITY.values(), ids=VALIDITY)
def test_a_text_may_wait_to_the_end_of_the_hours(
    now: str, zones: tuple[str, ...], seconds: int
) -> None:
    assert sending.validity(utc(now), zones, RULES) == seconds


def test_the_next_days_slot_is_one_of_the_organisations_next_day() -> None:
    now = utc("2026-06-04T15:00+08:00")
    assert sending.next_day_slot(now, SHANGHAI, RULES) == utc("2026-06-05T09:00+08:00")
    assert sending.next_day_slot(now, NEW_YORK, RULES) == utc("2026-06-05T00:00+08:00")
    assert sending.next_day_slot(utc("2026-06-18T12:00+08:00"), SHANGHAI, RULES) == utc(
        "2026-06-22T09:00+08:00"
    )


def test_a_rulebook_of_holidays_without_end_still_has_an_end() -> None:
    days = [(date(2026, 6, 1) + timedelta(days=number)).isoformat() for number in range(400)]
    rules = resting(*days)
    found = sending.next_slot(utc("2026-06-04T12:00+08:00"), SHANGHAI, rules)
    assert found > utc("2026-09-01T00:00+08:00")


COUNTRIES = ("CN", "HK", "TW", "US", "GB", "AU", "CA", "BR", "RU", "FR", "MX", "IN", "KZ", "CL")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    instant=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 # hypothesis adds the zone
    country=st.sampled_from(COUNTRIES),
    salt=st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}"),
)
def test_every_invitation_comes_in_the_hours_of_all_zones_of_the_country(
    instant: datetime, country: str, salt: str
) -> None:
    zones = zones_of(country)
    due = sending.first_slot(instant, zones, RULES, salt)
    assert due > instant
    opens, closes = RULES.sending_hours
    for zone in zones:
        local = due.astimezone(ZoneInfo(zone))
        assert opens <= local.time() < closes, (zone, local)
        assert local.date() not in RULES.calendar.holidays
    assert sending.next_slot(due, zones, RULES) == due
    assert sending.last_slot(instant, zones, RULES) > due
