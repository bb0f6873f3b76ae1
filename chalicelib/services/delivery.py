"""What became of a text: the provider's refusals and status callbacks, applied to the visit."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.core import delivery, survey, text_ids
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import Stale
from chalicelib.core.visits import Visit, VisitKey

log = logging.getLogger(__name__)

TRIES: Final = 8
ONCE_MORE_AFTER: Final = timedelta(hours=2)
MOST_ATTEMPTS: Final = 2


class Changing(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...
    def save(self, visit: Visit) -> Visit: ...


class Visits(Changing, Protocol):
    def note_delivery(self, key: VisitKey, rank: int, status: str) -> bool: ...


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


def failed(visit: Visit, code: int, now: datetime, rules: Rulebook) -> Visit:
    """The visit after its text failed with this code: tried once more, or undeliverable."""
    outbox = visit.survey.outbox
    if code == delivery.SUPPRESSED:
        return survey.on_opted_out(visit, now)
    if code in delivery.TRANSIENT and outbox and outbox.attempts < MOST_ATTEMPTS:
        return survey.on_failed_once(visit, now + ONCE_MORE_AFTER)
    return survey.on_undeliverable(visit, str(code), now)


class Deliveries:
    """Takes status callbacks."""

    def __init__(self, visits: Visits, rules: Rulebook) -> None:
        """The visits whose texts are followed."""
        self._visits = visits
        self._rules = rules

    def note(self, text_id: str, sid: str, status: str, code: int, now: datetime) -> None:
        """Apply one callback; any order, any number of copies, end alike."""
        key = text_ids.visit_of(text_id)
        rank = delivery.RANKS.get(status, 0)
        if key is None or not rank:
            log.info("status not followed", extra={"text_id": text_id, "status": status})
            return
        news = self._visits.note_delivery(key, rank, status)
        if news and status in delivery.FAILED:
            change(self._visits, key, lambda visit: self._failed(visit, sid, code, now))

    def _failed(self, visit: Visit, sid: str, code: int, now: datetime) -> Visit | None:
        outbox = visit.survey.outbox
        if outbox is None or (outbox.sid and outbox.sid != sid):
            return None
        return failed(visit, code, now, self._rules)
