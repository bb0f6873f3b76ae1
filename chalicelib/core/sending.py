"""When a text may arrive: in the sending hours of the customer's zone, never on a holiday."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chalicelib.core.rules import Rulebook

SPREAD: Final = 3 * 3600
"""Invitations spread over so many seconds after `invite_at`, by the visit's own salt."""

LONGEST_VALIDITY: Final = 36_000
"""Seconds; the most that Twilio takes as ValidityPeriod."""

_LOOK_AHEAD: Final = 60


def first_slot(
    completed_at: datetime, zones: Sequence[str], rules: Rulebook, salt: str
) -> datetime:
    """The day after completion at `invite_at` of the customer's first zone, plus 0–3 h by salt."""
    zone = ZoneInfo(zones[0])
    day = completed_at.astimezone(zone).date() + timedelta(days=1)
    start = datetime.combine(day, rules.invite_at, zone) + timedelta(seconds=int(salt, 16) % SPREAD)
    return next_slot(start, zones, rules)


def next_slot(instant: datetime, zones: Sequence[str], rules: Rulebook) -> datetime:
    """The first instant from `instant` on at which it is sending time in all `zones` at once.

    Zones so far apart that no such instant exists fall back to the first of them.
    """
    candidate = instant
    for _ in range(_LOOK_AHEAD):
        moved = max(_allowed_from(candidate, ZoneInfo(zone), rules) for zone in zones)
        if moved == candidate:
            return candidate
        candidate = moved
    return next_slot(instant, zones[:1], rules)


def validity(now: datetime, zones: Sequence[str], rules: Rulebook) -> int:
    """Seconds for which a text sent now may still be delivered: to the end of sending hours."""
    ends = [
        datetime.combine(now.astimezone(zone).date(), rules.sending_hours[1], zone)
        for zone in map(ZoneInfo, zones)
    ]
    return max(60, min(LONGEST_VALIDITY, int((min(ends) - now).total_seconds())))


def _allowed_from(instant: datetime, zone: ZoneInfo, rules: Rulebook) -> datetime:
    local = instant.astimezone(zone)
    opens, closes = rules.sending_hours
    if local.date() in rules.calendar.holidays or local.time() >= closes:
        return _opening(local, 1, opens, zone)
    return _opening(local, 0, opens, zone) if local.time() < opens else instant


def _opening(local: datetime, days: int, opens: time, zone: ZoneInfo) -> datetime:
    day = local.date() + timedelta(days=days)
    return datetime.combine(day, opens, zone).astimezone(local.tzinfo)
