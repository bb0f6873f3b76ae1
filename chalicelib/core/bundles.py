"""When what has gone wrong is mailed: bundled, at the rulebook's hours of every day."""

from datetime import datetime, timedelta

from chalicelib.core import calendar
from chalicelib.core.closing import AFTER_CLOSE, closes_at, held_until, next_close
from chalicelib.core.rules import Rulebook


def last_bundles(now: datetime, rules: Rulebook) -> list[datetime]:
    """The last two instants of `clocks.mail_at` up to `now`, the earlier first.

    The earlier one is looked at again because its run may have been killed on the way.
    """
    today = calendar.local_day(now, rules)
    days = (today - timedelta(days=2), today - timedelta(days=1), today)
    instants = [calendar.at(day, clock, rules) for day in days for clock in rules.clocks.mail_at]
    return sorted(instant for instant in instants if instant <= now)[-2:]


def next_bundle(now: datetime, rules: Rulebook) -> datetime:
    """The first instant of `clocks.mail_at` after `now`."""
    today = calendar.local_day(now, rules)
    days = (today, today + timedelta(days=1))
    instants = [calendar.at(day, clock, rules) for day in days for clock in rules.clocks.mail_at]
    return min(instant for instant in instants if instant > now)


def next_quarter(instant: datetime) -> datetime:
    """The first full quarter of an hour after `instant`.

    >>> str(next_quarter(datetime(2026, 6, 4, 3, 15)))
    '2026-06-04 03:30:00'
    """
    begun = instant.replace(minute=instant.minute // 15 * 15, second=0, microsecond=0)
    return begun + timedelta(minutes=15)


def alarm_at(now: datetime, rules: Rulebook) -> datetime:
    """The instant of today's alarm about unread cases: when documents would be made."""
    return calendar.at(calendar.local_day(now, rules), calendar.CLOSE_HOUR, rules) + AFTER_CLOSE


def next_day_alarm(now: datetime, rules: Rulebook) -> datetime:
    """The first instant after `now` at which what is overdue is told."""
    at = alarm_at(now, rules)
    return at if at > now else alarm_at(now + timedelta(days=1), rules)


def next_alarm(now: datetime, rules: Rulebook) -> datetime:
    """The first instant after `now` at which an alarm about unread cases may be due."""
    following = next_day_alarm(now, rules)
    return following if held_months(following, rules) else next_close(now, rules)


def held_months(now: datetime, rules: Rulebook) -> list[str]:
    """The months whose documents unread cases may hold up at `now`."""
    month = calendar.month_of(now, rules)
    before = [
        calendar.previous_month(month),
        calendar.previous_month(calendar.previous_month(month)),
    ]
    return [each for each in before if closes_at(each, rules) <= now < held_until(each, rules)]
