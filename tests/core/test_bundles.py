"""When breaches and unread cases are mailed."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from chalicelib.core import bundles
from tests.core.lives import RULES, ZONE, at

BUNDLES = {
    "before the first of the day": ("2026-06-04 10:59", ["06-03 11:00", "06-03 16:00"]),
    "at the first": ("2026-06-04 11:00", ["06-03 16:00", "06-04 11:00"]),
    "between": ("2026-06-04 15:59", ["06-03 16:00", "06-04 11:00"]),
    "at the second": ("2026-06-04 16:00", ["06-04 11:00", "06-04 16:00"]),
    "on Sunday": ("2026-06-07 12:00", ["06-06 16:00", "06-07 11:00"]),
}


def shown(instant: datetime) -> str:
    return f"{instant.astimezone(ZONE):%m-%d %H:%M}"


@pytest.mark.parametrize(("now", "expected"), BUNDLES.values(), ids=BUNDLES)
def test_breaches_are_bundled_at_eleven_and_four(now: str, expected: list[str]) -> None:
    assert [shown(each) for each in bundles.last_bundles(at(now), RULES)] == expected


def test_a_rulebook_with_one_hour_bundles_once_a_day() -> None:
    once = replace(RULES, clocks=replace(RULES.clocks, mail_at=(time(9),)))
    found = bundles.last_bundles(at("2026-06-04 08:00"), once)
    assert [shown(each) for each in found] == ["06-02 09:00", "06-03 09:00"]
    assert shown(bundles.next_bundle(at("2026-06-04 09:00"), once)) == "06-05 09:00"


@pytest.mark.parametrize(
    ("now", "months"),
    [
        ("2026-06-10 09:14", []),
        ("2026-06-10 09:15", ["2026-05"]),
        ("2026-06-14 12:00", ["2026-05"]),
        ("2026-06-15 23:58", ["2026-05"]),
        ("2026-06-15 23:59", []),
        ("2026-07-05 12:00", []),
    ],
)
def test_a_month_is_held_from_its_close_for_three_working_days(now: str, months: list[str]) -> None:
    assert bundles.held_months(at(now), RULES) == months


@pytest.mark.parametrize(
    ("now", "following"),
    [
        ("2026-06-09 10:00", "06-10 09:15"),
        ("2026-06-10 09:15", "06-11 09:15"),
        ("2026-06-15 09:14", "06-15 09:15"),
        ("2026-06-15 09:15", "07-10 09:15"),
    ],
)
def test_an_alarm_is_daily_while_a_month_is_held(now: str, following: str) -> None:
    assert shown(bundles.next_alarm(at(now), RULES)) == following
