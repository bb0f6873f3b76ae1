"""A text of the survey on its way: leased, sent, unsure, failed; what each makes of its visit."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core import calendar, delivery
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import SENDABLE, Conversation, Outbox, Said, Visit, ended, surveyed

LEASE: Final = timedelta(minutes=2)
"""How long a dispatcher may take for one text before others may ask what became of it."""

LOOKUP_AFTER: Final = timedelta(minutes=5)
SEND_AGAIN_AFTER: Final = timedelta(minutes=10)
ONCE_MORE_AFTER: Final = timedelta(hours=2)
OPERATOR: Final = timedelta(days=1)
"""What is filtered on its way is not sent again before somebody may have looked."""

MOST_ATTEMPTS: Final = 2

WITH_LINK: Final = "_link"
WITH_CALL: Final = "_call"
"""How the messages end that carry the survey's link, or ask for a call instead of a reply."""

SETTLE_AFTER_REMINDER: Final = timedelta(hours=24)


def on_leased(visit: Visit, message: str, lease: str, now: datetime) -> Visit:
    """The visit with its text taken by one dispatcher; after LEASE others look it up.

    It stays due as it was: moving its timer for these seconds would cost two writes of the index.
    """
    before = visit.survey.outbox or Outbox(message)
    outbox = Outbox(
        message,
        "leased",
        lease,
        now,
        now + LEASE,
        attempts=(before.attempts if before.message == message else 0) + 1,
        to=visit.facts.phone,
        past_sids=_past(before),
    )
    return surveyed(visit, outbox=outbox)


def _past(outbox: Outbox) -> tuple[str, ...]:
    return (*outbox.past_sids, outbox.sid) if outbox.sid else outbox.past_sids


def on_sent(visit: Visit, sid: str, now: datetime, rules: Rulebook) -> Visit:
    """The provider has taken the text: the next timer runs from now."""
    survey = visit.survey
    if survey.outbox is None:
        return visit
    outbox = replace(survey.outbox, state="sent", sid=sid, lease="", lease_until=None)
    sent = replace(survey, outbox=outbox, contacts=survey.contacts + 1)
    if outbox.message.startswith("reminder"):
        due = _after_reminder(visit, now, rules) if survey.state == "invited" else None
        sent = replace(sent, reminded_at=now, due_at=due)
    else:
        sent = replace(sent, invited_at=now, due_at=None)
        if survey.state in SENDABLE:
            due = now + timedelta(hours=rules.reminder_after_h)
            sent = replace(sent, state="invited", due_at=due)
    said = said_of(visit, outbox.message, rules)
    return replace(visit, survey=sent, conversation=remembered(visit.conversation, said))


def said_of(visit: Visit, message: str, rules: Rulebook) -> Said:
    """A text about a visit; its link stands in it by the visit's id, never by its secret."""
    link = {"link": visit.facts.visit_id} if message.endswith(WITH_LINK) else {}
    return Said(message, {**about(visit, rules), **link})


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
    return surveyed(visit, outbox=unsure, due_at=now + LOOKUP_AFTER)


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


def on_refused(visit: Visit, code: int, now: datetime, rules: Rulebook) -> Visit:
    """The provider did not take the text, or could not deliver it, for this reason.

    What may pass is tried once more; what our own account is to blame for is tried until an
    operator has helped, and is never laid at the customer's door. Else the visit settles as
    silent, and an answer by other ways counts.
    """
    outbox = visit.survey.outbox
    if outbox is None or visit.survey.state not in SENDABLE:
        return visit
    if code == delivery.SUPPRESSED:
        return on_opted_out(visit, now)
    if code in delivery.ALARM:
        return _once_more(visit, outbox, now + OPERATOR)
    if code in delivery.PERMANENT:
        return ended(visit, "undeliverable", str(code), now)
    if outbox.attempts < MOST_ATTEMPTS:
        return _once_more(visit, outbox, now + ONCE_MORE_AFTER)
    if outbox.message.startswith("reminder"):
        return reminder_passed(visit, now, rules)
    return ended(visit, "undeliverable", str(code), now)


def on_failed(
    visit: Visit, number: int, sid: str, code: int, now: datetime, rules: Rulebook
) -> Visit:
    """The text of this `number` and `sid` did not arrive; nothing follows unless it is the last.

    A failure is told in any number of copies, and sometimes before the answer to the sending: the
    lease ends with it. A text that did not arrive is no contact.
    """
    outbox = visit.survey.outbox
    if outbox is None or not _is_told_of(outbox, number, sid):
        return visit
    contacts = visit.survey.contacts - (outbox.state == "sent")
    past = (*outbox.past_sids, sid)
    lost = replace(outbox, state="failed", sid="", lease="", lease_until=None, past_sids=past)
    return on_refused(surveyed(visit, outbox=lost, contacts=contacts), code, now, rules)


def _is_told_of(outbox: Outbox, number: int, sid: str) -> bool:
    """Whether the provider speaks of the text on its way; its failure may come before its sid."""
    if outbox.state in ("leased", "unknown"):
        return number == outbox.number and sid not in outbox.past_sids
    return outbox.state == "sent" and sid == outbox.sid


def reminder_passed(visit: Visit, now: datetime, rules: Rulebook) -> Visit:
    """The survey goes on as if the reminder had been sent now."""
    if visit.survey.state != "invited":
        return visit
    return surveyed(visit, reminded_at=now, due_at=_after_reminder(visit, now, rules))


def expiry(visit: Visit, rules: Rulebook) -> datetime:
    """When we stop asking about an invited visit."""
    invited = visit.survey.invited_at
    assert invited is not None  # noqa: S101 - only an invited survey expires
    return invited + timedelta(days=rules.expire_after_d)


def _after_reminder(visit: Visit, now: datetime, rules: Rulebook) -> datetime:
    return min(now + SETTLE_AFTER_REMINDER, expiry(visit, rules))


def _once_more(visit: Visit, outbox: Outbox, until: datetime) -> Visit:
    again = replace(outbox, state="planned", lease="", lease_until=None)
    if outbox.message.startswith("reminder"):
        return surveyed(visit, outbox=again, reminded_at=None, due_at=until)
    return surveyed(visit, outbox=again, state="scheduled", invited_at=None, due_at=until)


def on_postponed(visit: Visit, until: datetime) -> Visit:
    """The text certainly did not go out, was no attempt, and may be tried from `until` on."""
    outbox = visit.survey.outbox
    if outbox is None:
        return surveyed(visit, due_at=until)
    left = max(0, outbox.attempts - 1)
    waiting = replace(outbox, state="planned", lease="", lease_until=None, attempts=left)
    return surveyed(visit, outbox=waiting, due_at=until)


def readdressed(outbox: Outbox | None) -> Outbox | None:
    """Nothing on its way to a new number yet; what is still told of earlier texts is no news."""
    return Outbox(outbox.message, past_sids=_past(outbox)) if outbox else None


def on_opted_out(visit: Visit, now: datetime) -> Visit:
    """The customer wants no more texts: nothing more is sent; what was answered stays."""
    if visit.survey.state not in SENDABLE:
        return visit
    return ended(visit, "opted_out", "", now)
