"""The survey as a pure machine: what happened + what is known + now → what is known + what to do.

Timers are events like texts. Nothing here sends: a turn names what is to be sent or kept, the
services carry it out in the same transaction that stores the new state.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core import sending, waiting
from chalicelib.core.outbox import expiry, reminder_passed
from chalicelib.core.phones import Phone, talk_of
from chalicelib.core.questions import continued, open_question, open_until
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Facts, Survey, Visit, ended, surveyed

MAX_CONTACTS: Final = 3
WAIT: Final = timedelta(hours=1)

STILL_HEARD: Final = timedelta(hours=24)
"""So long after an answer the customer may still be writing about its visit."""

A_PERSON_CALLS: Final = frozenset({"call_me", "asked_in_vain"})
"""Remarks after which somebody calls, and no text reminds."""


@dataclass(frozen=True, slots=True)
class DueTurn:
    """What a timer led to: the visit, the phone if that has changed too, what to send ("")."""

    visit: Visit
    phone: Phone | None = None
    send: str = ""


def planned(
    facts: Facts, salt: str, zones: Sequence[str], now: datetime, rules: Rulebook
) -> Survey:
    """The survey of a visit that has just come in: scheduled, or uninvitable with the reason."""
    reason = _uninvitable(facts, zones, now, rules)
    if reason:
        return Survey(state="uninvitable", reason=reason, settled_at=now)
    first = sending.first_slot(facts.completed_at, zones, rules, salt)
    return Survey(due_at=max(first, sending.next_slot(now, zones, rules)))


def _uninvitable(facts: Facts, zones: Sequence[str], now: datetime, rules: Rulebook) -> str:
    if not facts.phone:
        return "no_phone"
    if not facts.mobile:
        return "no_mobile"
    return "too_old" if now > sending.last_slot(facts.completed_at, zones, rules) else ""


def on_due(
    visit: Visit,
    phone: Phone,
    rivals: Sequence[Visit],
    zones: Sequence[str],
    now: datetime,
    rules: Rulebook,
) -> DueTurn:
    """A timer of the visit has come: wait, invite, remind, settle or expire.

    `rivals` are the visits of `waiting.rivals_of`.
    """
    survey = visit.survey
    if survey.state in ("scheduled", "waiting"):
        return _invite(visit, phone, rivals, zones, now, rules)
    if survey.state != "invited":
        return DueTurn(surveyed(visit, due_at=None))
    if now >= expiry(visit, rules):
        return DueTurn(ended(visit, "expired", "", now))
    if survey.reminded_at is None:
        return _remind(visit, phone, zones, now, rules)
    return DueTurn(
        surveyed(visit, settled_at=survey.settled_at or now, due_at=expiry(visit, rules))
    )


def _invite(
    visit: Visit,
    phone: Phone,
    rivals: Sequence[Visit],
    zones: Sequence[str],
    now: datetime,
    rules: Rulebook,
) -> DueTurn:
    if phone.opted_out_at:
        return DueTurn(ended(visit, "opted_out", "", now))
    too_old = now > sending.last_slot(visit.facts.completed_at, zones, rules)
    if too_old or visit.survey.contacts >= MAX_CONTACTS:
        crowded = visit.survey.state == "waiting"
        reason = "crowded_out" if crowded else "never_sent"
        return DueTurn(ended(visit, "uninvitable", reason, now))
    slot = sending.next_slot(now, zones, rules)
    if slot > now:
        return DueTurn(put_off(visit, slot))
    asked_already = phone.current is None and open_question(phone.conversation, now)
    if asked_already or waiting.has_to_wait(visit, phone, rivals, now):
        waits = surveyed(visit, state="waiting", due_at=_next_hour(now))
        return DueTurn(waits, waiting.in_line(visit, phone, rivals, now))
    return _claimed(visit, phone, rivals, now)


def _claimed(visit: Visit, phone: Phone, rivals: Sequence[Visit], now: datetime) -> DueTurn:
    """The number asked about this visit from now on; what was said on it goes along."""
    if phone.current == visit.key:
        return DueTurn(visit, phone, "invitation")
    before = next((rival for rival in rivals if rival.key == phone.current), None)
    talk = continued(visit.conversation, talk_of(before, phone))
    superseded = now if before is not None and _is_open(before, now) else None
    claimed = waiting.claimed(visit, phone)
    taken = surveyed(replace(visit, conversation=talk), superseded_at=superseded)
    return DueTurn(taken, claimed, "invitation")


def _is_open(visit: Visit, now: datetime) -> bool:
    """Whether a text may still be meant for this visit although another is asked about."""
    heard = any(now < answer.at + STILL_HEARD for answer in visit.answers)
    return heard or visit.survey.state in ("invited", "partial")


def _remind(
    visit: Visit, phone: Phone, zones: Sequence[str], now: datetime, rules: Rulebook
) -> DueTurn:
    if phone.opted_out_at:
        return DueTurn(ended(visit, "opted_out", "", now))
    needless = phone.current != visit.key or not A_PERSON_CALLS.isdisjoint(visit.remarks)
    if needless or visit.survey.contacts >= MAX_CONTACTS:
        return DueTurn(reminder_passed(visit, now, rules))
    asked_until = open_until(visit.conversation)
    slot = sending.next_slot(max(now, asked_until or now), zones, rules)
    if slot >= expiry(visit, rules):
        return DueTurn(surveyed(visit, reminded_at=now, due_at=expiry(visit, rules)))
    if slot > now:
        return DueTurn(put_off(visit, slot))
    return DueTurn(visit, None, "reminder")


def put_off(visit: Visit, until: datetime) -> Visit:
    """The visit looked at again at `until`, all else as it is."""
    return surveyed(visit, due_at=until)


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + WAIT
