"""What became of a text: the provider's refusals and status callbacks, applied to the visit."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import delivery, text_ids
from chalicelib.core.inbound import OptEvent
from chalicelib.core.outbox import on_failed
from chalicelib.core.phones import Phone
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import Stale
from chalicelib.core.text_ids import TextOfVisit
from chalicelib.core.visits import Visit, VisitKey

log = logging.getLogger(__name__)

TRIES: Final = 8


class Changing(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...
    def save(self, visit: Visit) -> Visit: ...


class Visits(Changing, Protocol):
    def note_delivery(self, key: VisitKey, rank: int, status: str) -> bool: ...


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


Commit = Callable[[Sequence[object], Sequence[object]], None]
"""commit(adds, saves): all of it or nothing."""


def change(
    visits: Changing, key: VisitKey, decide: Callable[[Visit], Visit | None]
) -> Visit | None:
    """Read, decide and save one visit, again whenever others were faster; None: nothing to do."""
    for _ in range(TRIES):
        visit = visits.get(key)
        decided = decide(visit) if visit else None
        if decided is None or decided == visit:
            return visit
        try:
            return visits.save(decided)
        except Stale:
            continue
    raise Stale(key)


def suppress(phones: Phones, commit: Commit, number: str, now: datetime) -> None:
    """Keep that the provider refuses to text this number: its owner told it to stop."""
    for _ in range(TRIES):
        phone = phones.get(number)
        if phone.opted_out_at is not None:
            return
        event = OptEvent(number, now, opted_out=True, by="provider", cause=str(delivery.SUPPRESSED))
        try:
            commit([event], [replace(phone, opted_out_at=now)])
        except Stale:
            continue
        return
    raise Stale(number)


class Deliveries:
    """Takes status callbacks."""

    def __init__(self, visits: Visits, phones: Phones, commit: Commit, rules: Rulebook) -> None:
        """The visits whose texts are followed, the phones that may turn out to be suppressed."""
        self._visits = visits
        self._phones = phones
        self._commit = commit
        self._rules = rules

    def note(self, text_id: str, sid: str, status: str, code: int, now: datetime) -> None:
        """Apply one callback; any order, any number of copies, end alike."""
        text = text_ids.visit_of(text_id)
        rank = delivery.RANKS.get(status, 0)
        if text is None or not rank:
            log.info("status not followed", extra={"text_id": text_id, "status": status})
            return
        self._visits.note_delivery(text.visit, rank, status)
        if status in delivery.FAILED:
            self._note_failure(text, sid, code, now)

    def _note_failure(self, text: TextOfVisit, sid: str, code: int, now: datetime) -> None:
        def decide(visit: Visit) -> Visit:
            return on_failed(visit, text.number, sid, code, now, self._rules)

        if code in delivery.ALARM:
            log.error("an operator is needed", extra={"code": code})
        visit = change(self._visits, text.visit, decide)
        outbox = visit.survey.outbox if visit else None
        if outbox is not None and outbox.to and code == delivery.SUPPRESSED:
            suppress(self._phones, self._commit, outbox.to, now)
