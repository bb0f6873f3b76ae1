"""The survey as a pure machine: what happened + what is known + now → what is known + what to do.

Timers are events like texts. Nothing here sends: a turn names what is to be sent or kept, the
services carry it out in the same transaction that stores the new state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core import calendar, sending
from chalicelib.core.phones import Phone
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Conversation, Facts, Outbox, Said, Survey, Visit, VisitKey

LEASE: Final = timedelta(minutes=2)
"""How long a dispatcher may take for one text before others may ask what became of it."""

MAX_CONTACTS: Final = 3
SETTLE_AFTER_REMINDER: Final = timedelta(hours=24)
WAIT: Final = timedelta(hours=1)
LOOKUP_AFTER: Final = timedelta(minutes=5)
SEND_AGAIN_AFTER: Final = timedelta(minutes=10)
_SENDABLE: Final = ("scheduled", "waiting", "invited")


@dataclass(frozen=True, slots=True)
class DueTurn:
    """What a timer led to: the visit, the claimed phone if it was claimed, what to send ("")."""

    visit: Visit
    phone: Phone | None = None
    send: str = ""


def planned(
    facts: Facts, salt: str, zones: Sequence[str], now: datetime, rules: Rulebook
) -> Survey:
    """The survey of a visit that has just come in: scheduled, or uninvitable with the reason."""
    reason = _uninvitable(facts, now, rules)
    if reason:
        return Survey(state="uninvitable", reason=reason, settled_at=now)
    first = sending.first_slot(facts.completed_at, zones, rules, salt)
    return Survey(due_at=max(first, sending.next_slot(now, zones, rules)))


def _uninvitable(facts: Facts, now: datetime, rules: Rulebook) -> str:
    if not facts.phone:
        return "no_phone"
    if not facts.mobile:
        return "no_mobile"
    return "too_old" if now > _never_after(facts, rules) else ""


def _never_after(facts: Facts, rules: Rulebook) -> datetime:
    return facts.completed_at + timedelta(days=rules.expire_after_d)


def on_due(
    visit: Visit,
    phone: Phone,
    rivals: Sequence[Visit],
    zones: Sequence[str],
    now: datetime,
    rules: Rulebook,
) -> DueTurn:
    """A timer of the visit has come: wait, invite, remind, settle or expire.

    `rivals` are the visit the phone is asked about and the one completed last on it, where they
    are others than this one.
    """
    survey = visit.survey
    if survey.state in ("scheduled", "waiting"):
        return _invite(visit, phone, rivals, zones, now, rules)
    if survey.state != "invited":
        return DueTurn(_with(visit, due_at=None))
    if survey.reminded_at is None:
        return _remind(visit, phone, zones, now, rules)
    if survey.settled_at is None:
        return DueTurn(_with(visit, settled_at=now, due_at=_expiry(survey, rules)))
    return DueTurn(_with(visit, state="expired", due_at=None))


def _invite(
    visit: Visit,
    phone: Phone,
    rivals: Sequence[Visit],
    zones: Sequence[str],
    now: datetime,
    rules: Rulebook,
) -> DueTurn:
    if phone.opted_out_at:
        return DueTurn(_ended(visit, "opted_out", "", now))
    if now > _never_after(visit.facts, rules):
        return DueTurn(_ended(visit, "uninvitable", "never_sent", now))
    slot = sending.next_slot(now, zones, rules)
    if slot > now:
        return DueTurn(_with(visit, due_at=slot))
    if any(_goes_first(rival, visit, phone, now) for rival in rivals):
        return DueTurn(_with(visit, state="waiting", due_at=_next_hour(now)))
    superseded = now if phone.current and phone.current != visit.key else None
    claimed = replace(phone, current=visit.key)
    return DueTurn(_with(visit, superseded_at=superseded), claimed, "invitation")


def _goes_first(rival: Visit, visit: Visit, phone: Phone, now: datetime) -> bool:
    """Whether `rival` keeps `visit` from being asked about now: it is open, or newer and due."""
    survey = rival.survey
    if rival.key == phone.current:
        on_its_way = survey.outbox is not None and survey.outbox.state in ("leased", "unknown")
        return on_its_way or (survey.state == "invited" and survey.reminded_at is None)
    newer = rival.facts.completed_at > visit.facts.completed_at
    soon = survey.due_at is not None and survey.due_at <= now + timedelta(days=1)
    return newer and soon and survey.state in ("scheduled", "waiting")


def _remind(
    visit: Visit, phone: Phone, zones: Sequence[str], now: datetime, rules: Rulebook
) -> DueTurn:
    if phone.opted_out_at:
        return DueTurn(_ended(visit, "opted_out", "", now))
    if phone.current != visit.key or visit.survey.contacts >= MAX_CONTACTS:
        return DueTurn(_with(visit, reminded_at=now, due_at=now + SETTLE_AFTER_REMINDER))
    slot = sending.next_slot(now, zones, rules)
    if slot > now:
        return DueTurn(_with(visit, due_at=slot))
    return DueTurn(visit, None, "reminder")


def leased(visit: Visit, message: str, lease: str, now: datetime) -> Visit:
    """The visit with its text taken by one dispatcher; after LEASE others look it up.

    It stays due as it was: moving its timer for these seconds would cost two writes of the index.
    """
    before = visit.survey.outbox
    attempts = before.attempts if before and before.message == message else 0
    outbox = Outbox(message, "leased", lease, now, now + LEASE, attempts=attempts + 1)
    return _with(visit, outbox=outbox)


def on_sent(visit: Visit, sid: str, now: datetime, rules: Rulebook) -> Visit:
    """The provider has taken the text: the next timer runs from now."""
    survey = visit.survey
    if survey.outbox is None:
        return visit
    outbox = replace(survey.outbox, state="sent", sid=sid, lease="", lease_until=None)
    sent = replace(survey, outbox=outbox, contacts=survey.contacts + 1)
    if outbox.message.startswith("reminder"):
        due = now + SETTLE_AFTER_REMINDER
        sent = replace(sent, reminded_at=now, due_at=due if survey.state == "invited" else None)
    else:
        sent = replace(sent, invited_at=now, due_at=None)
        if survey.state in ("scheduled", "waiting"):
            due = now + timedelta(hours=rules.reminder_after_h)
            sent = replace(sent, state="invited", due_at=due)
    said = Said(outbox.message, about(visit, rules))
    return replace(visit, survey=sent, conversation=remembered(visit.conversation, said))


def about(visit: Visit, rules: Rulebook) -> Mapping[str, str]:
    """What our texts say of the visit: its local day and the appliance."""
    day = calendar.local_day(visit.facts.completed_at, rules)
    return {"day": day.isoformat(), "appliance": visit.facts.appliance}


def remembered(conversation: Conversation, said: Said) -> Conversation:
    """The conversation with one more message of ours; the last three are kept."""
    return replace(conversation, ours=(*conversation.ours, said)[-3:])


def on_unsure(visit: Visit, now: datetime) -> Visit:
    """Nobody knows whether the text went out: look before anything is sent again."""
    outbox = visit.survey.outbox
    if outbox is None:
        return visit
    unsure = replace(outbox, state="unknown", lease="", lease_until=None)
    return _with(visit, outbox=unsure, due_at=now + LOOKUP_AFTER)


def on_looked_up(visit: Visit, sid: str, now: datetime, rules: Rulebook) -> Visit:
    """The provider's list was searched: the text is there (`sid`), or may be sent once more.

    Not found at first may mean that it is still on its way: only SEND_AGAIN_AFTER its lease
    began is it believed.
    """
    outbox = visit.survey.outbox
    if outbox is None:
        return visit
    if sid:
        return on_sent(visit, sid, now, rules)
    if outbox.leased_at and now < outbox.leased_at + SEND_AGAIN_AFTER:
        return on_unsure(visit, now)
    return on_postponed(visit, now)


def on_failed_once(visit: Visit, until: datetime) -> Visit:
    """The text did not reach the phone but may later: the same step is taken again at `until`."""
    survey = visit.survey
    outbox = survey.outbox
    if outbox is None or survey.state not in _SENDABLE:
        return visit
    if outbox.message.startswith("reminder"):
        again = replace(survey, reminded_at=None)
    else:
        again = replace(survey, state="scheduled", invited_at=None)
    again = replace(again, outbox=replace(outbox, state="planned", sid=""), due_at=until)
    return replace(visit, survey=again)


def on_postponed(visit: Visit, until: datetime) -> Visit:
    """The text certainly did not go out and may be tried again from `until` on."""
    outbox = visit.survey.outbox
    waiting = replace(outbox, state="planned", lease="", lease_until=None) if outbox else None
    return _with(visit, outbox=waiting, due_at=until)


def put_off(visit: Visit, until: datetime) -> Visit:
    """The visit looked at again at `until`, all else as it is."""
    return _with(visit, due_at=until)


def on_undeliverable(visit: Visit, reason: str, now: datetime) -> Visit:
    """The number cannot be texted: the visit settles as silent, an answer by other ways counts."""
    if visit.survey.state not in _SENDABLE:
        return visit
    return _ended(visit, "undeliverable", reason, now)


def on_opted_out(visit: Visit, now: datetime) -> Visit:
    """The customer wants no more texts: nothing more is sent; what was answered stays."""
    if visit.survey.state not in _SENDABLE:
        return visit
    return _ended(visit, "opted_out", "", now)


def _ended(visit: Visit, state: str, reason: str, now: datetime) -> Visit:
    settled = visit.survey.settled_at or now
    return _with(visit, state=state, reason=reason, settled_at=settled, due_at=None)


def _with(visit: Visit, **changes: object) -> Visit:
    return replace(visit, survey=replace(visit.survey, **changes))  # type: ignore[arg-type]


def _expiry(survey: Survey, rules: Rulebook) -> datetime:
    invited = survey.invited_at
    assert invited is not None  # noqa: S101 - only an invited survey expires
    return invited + timedelta(days=rules.expire_after_d)


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + WAIT


def rivals_of(visit: Visit, phone: Phone) -> tuple[VisitKey, ...]:
    """The other visits on the phone that decide whether this one may be asked about now."""
    keys = {key for key in (phone.current, phone.last) if key is not None and key != visit.key}
    return tuple(sorted(keys))
