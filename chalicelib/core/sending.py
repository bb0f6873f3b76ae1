"""When a text may arrive: in the sending hours of the customer's zone, never on a holiday."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chalicelib.core import calendar
from chalicelib.core.rules import Rulebook

SPREAD: Final = 3 * 3600
"""Invitations spread over so many seconds after `invite_at`, by the visit's own salt."""

LONGEST_VALIDITY: Final = 36_000
"""Seconds; the most that Twilio takes as ValidityPeriod."""

_LOOK_AHEAD: Final = 120


def first_slot(
    completed_at: datetime, zones: Sequence[str], rules: Rulebook, salt: str
) -> datetime:
    """The day after completion at `invite_at` of the customer's first zone, plus 0–3 h by salt.

    Where holidays or other zones hold it up, the spread is kept: after a week of holidays the
    texts do not all go out in the first minute.
    """
    spread = timedelta(seconds=int(salt, 16) % SPREAD)
    wanted = _day_after(completed_at, zones, rules) + spread
    opened = next_slot(wanted, zones, rules)
    if opened == wanted:
        return wanted
    day = opened.astimezone(ZoneInfo(zones[0])).date()
    for later in (_at(day, rules.invite_at, zones[0]) + spread, opened + spread):
        if later >= opened and next_slot(later, zones, rules) == later:
            return later
    return opened


def last_slot(completed_at: datetime, zones: Sequence[str], rules: Rulebook) -> datetime:
    """The instant after which a visit is too old to be asked about.

    `expire_after_d` after completion, and as much later as holidays hold up its invitation.
    """
    wanted = _day_after(completed_at, zones, rules)
    held_up = next_slot(wanted, zones, rules) - wanted
    return completed_at.astimezone(UTC) + timedelta(days=rules.expire_after_d) + held_up


def next_slot(instant: datetime, zones: Sequence[str], rules: Rulebook) -> datetime:
    """The first instant from `instant` on, in UTC, at which it is sending time in all `zones`.

    Zones so far apart that no such instant exists fall back to the first of them.
    """
    candidate = instant.astimezone(UTC)
    for _ in range(_LOOK_AHEAD):
        moved = max(_allowed_from(candidate, zone, rules) for zone in zones)
        if moved == candidate:
            return candidate
        candidate = moved
    return next_slot(instant, zones[:1], rules) if len(zones) > 1 else candidate


def next_day_slot(instant: datetime, zones: Sequence[str], rules: Rulebook) -> datetime:
    """The first sending time of the organisation's next day: what a day's budget is put off to."""
    tomorrow = calendar.local_day(instant, rules) + timedelta(days=1)
    return next_slot(calendar.at(tomorrow, time(0), rules), zones, rules)


def validity(now: datetime, zones: Sequence[str], rules: Rulebook) -> int:
    """Seconds for which a text sent now may still be delivered: to the end of sending hours."""
    closes = rules.sending_hours[1]
    ends = min(_at(now.astimezone(ZoneInfo(zone)).date(), closes, zone) for zone in zones)
    return max(60, min(LONGEST_VALIDITY, int((ends - now).total_seconds())))


def _allowed_from(instant: datetime, zone: str, rules: Rulebook) -> datetime:
    """`instant` itself if it is sending time in the zone, else when it is so next."""
    local = instant.astimezone(ZoneInfo(zone))
    opens, closes = rules.sending_hours
    if local.date() in rules.calendar.holidays or local.time() >= closes:
        return _at(local.date() + timedelta(days=1), opens, zone)
    return _at(local.date(), opens, zone) if local.time() < opens else instant


def _day_after(completed_at: datetime, zones: Sequence[str], rules: Rulebook) -> datetime:
    day = completed_at.astimezone(ZoneInfo(zones[0])).date() + timedelta(days=1)
    return _at(day, rules.invite_at, zones[0])


def _at(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
