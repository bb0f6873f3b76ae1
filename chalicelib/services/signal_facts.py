"""Gathers what the reasons to call look at, from what is stored of a visit."""

from collections.abc import Collection
from datetime import datetime

from chalicelib.core import sending
from chalicelib.core.grades import Grades
from chalicelib.core.rules import Rulebook
from chalicelib.core.signals import SignalFacts
from chalicelib.core.visits import Visit, merged
from chalicelib.services import phone_numbers


def signal_facts(visit: Visit, technician_phones: Collection[str], rules: Rulebook) -> SignalFacts:
    """The facts of one visit as they stand now; `technician_phones` are its unit's, in E.164."""
    facts = visit.facts
    zones = phone_numbers.zones_of(facts.country) or (rules.timezone,)
    first = min(visit.answers, key=lambda answer: answer.at, default=None)
    channels = {answer.channel for answer in visit.answers}
    return SignalFacts(
        grades=merged(visit.answers, with_late=True),
        forms={channel: _given_on(channel, visit) for channel in channels},
        not_me="not_me" in visit.remarks,
        phone=facts.phone,
        technician_phones=technician_phones,
        changed_fields={change.field for change in visit.changes},
        uploaded_at=visit.received_at,
        invitation_due_at=sending.first_slot(facts.completed_at, zones, rules, visit.salt),
        asked_at=_asked_at(visit, first.at) if first else None,
        answered_at=first.at if first else None,
    )


def _given_on(channel: str, visit: Visit) -> Grades:
    return merged([a for a in visit.answers if a.channel == channel], with_late=True)


def _asked_at(visit: Visit, answered_at: datetime) -> datetime | None:
    asked = (visit.survey.invited_at, visit.survey.reminded_at)
    return max((at for at in asked if at is not None and at <= answered_at), default=None)
