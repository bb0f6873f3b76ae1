"""Whose turn it is on a number: one visit is asked about at a time, and none waits for ever.

The newest visit goes first. But whoever uploads the visits could put a newer one before an
awkward one again and again; so the oldest of those that wait is remembered on the phone, and once
another was asked about meanwhile, or comes in later, it is the next.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.phones import Phone
from chalicelib.core.questions import open_until
from chalicelib.core.visits import SENDABLE, Visit, VisitKey

AFTER_REMINDER: Final = timedelta(hours=2)
"""A reminder is left so much time to be answered before the number is asked about another visit."""

WAITING: Final = ("scheduled", "waiting")


def rivals_of(visit: Visit, phone: Phone) -> tuple[VisitKey, ...]:
    """The other visits on the phone that decide whether this one may be asked about now."""
    known = (phone.current, phone.last, phone.waiting)
    return tuple(sorted({key for key in known if key is not None and key != visit.key}))


def has_to_wait(visit: Visit, phone: Phone, rivals: Sequence[Visit], now: datetime) -> bool:
    """Whether another visit is asked about before this one; `rivals` are those of `rivals_of`."""
    if any(rival.key == phone.current and _is_waited_for(rival, now) for rival in rivals):
        return True
    entitled = _entitled(visit, phone, rivals)
    if entitled is not None:
        return entitled.key != visit.key
    return any(_is_newer_and_due(rival, visit, phone, now) for rival in rivals)


def in_line(visit: Visit, phone: Phone, rivals: Sequence[Visit], now: datetime) -> Phone | None:
    """The phone with this visit remembered as its oldest that waits; None if it stays as it is."""
    remembered = next((each for each in (visit, *rivals) if each.key == phone.waiting), None)
    if remembered is not None and _waits(remembered, phone) and not _is_older(visit, remembered):
        return None
    return replace(phone, waiting=visit.key, waiting_since=now)


def claimed(visit: Visit, phone: Phone) -> Phone:
    """The phone that is asked about this visit from now on."""
    if phone.waiting != visit.key:
        return replace(phone, current=visit.key)
    return replace(phone, current=visit.key, waiting=None, waiting_since=None)


def _entitled(visit: Visit, phone: Phone, rivals: Sequence[Visit]) -> Visit | None:
    """The visit that waited for its turn, where it goes before `visit` or is it."""
    since = phone.waiting_since
    waiting = next((each for each in (visit, *rivals) if each.key == phone.waiting), None)
    if waiting is None or since is None or not _waits(waiting, phone):
        return None
    asked = [rival.survey.invited_at for rival in rivals if rival.key == phone.current]
    passed_over = any(at is not None and at > since for at in asked)
    return waiting if passed_over or visit.received_at > since else None


def _is_newer_and_due(rival: Visit, visit: Visit, phone: Phone, now: datetime) -> bool:
    """Whether the newer visit goes first: it is due within a day, and no later comer."""
    survey = rival.survey
    newer = rival.facts.completed_at > visit.facts.completed_at
    soon = survey.due_at is not None and survey.due_at <= now + timedelta(days=1)
    since = phone.waiting_since if phone.waiting == visit.key else None
    later = since is not None and rival.received_at > since
    return newer and soon and not later and rival.key != phone.current and _waits(rival, phone)


def _waits(visit: Visit, phone: Phone) -> bool:
    return visit.survey.state in WAITING and visit.facts.phone == phone.number


def _is_older(visit: Visit, other: Visit) -> bool:
    return visit.facts.completed_at < other.facts.completed_at


def _is_waited_for(rival: Visit, now: datetime) -> bool:
    """Whether the visit asked about now keeps the number: until answered or its reminder passed.

    And for as long as a question of ours about it is open: one open question per number.
    """
    survey = rival.survey
    until = open_until(rival.conversation)
    if until is not None and now < until:
        return True
    if survey.state not in SENDABLE:
        return False
    if survey.outbox is not None and survey.outbox.state in ("leased", "unknown"):
        return True
    passed = survey.reminded_at is not None and now >= survey.reminded_at + AFTER_REMINDER
    return survey.state == "invited" and not passed
