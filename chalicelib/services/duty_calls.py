"""Calls to the duty phones: somebody may be in danger, and key 1 says that it is taken over.

To ring twice does no harm where to ring not at all may: a call is at least once, unless the page
has been acknowledged meanwhile.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.core import ivr_prompts
from chalicelib.core.call_records import Call, CallFact
from chalicelib.core.effects import Effect
from chalicelib.core.ivr_documents import Document
from chalicelib.core.paging import ACKNOWLEDGES, STILL_OURS, Page
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere, Busy, Stale
from chalicelib.services.paging import Paging

log = logging.getLogger(__name__)

MOST_A_RUN: Final = 50
AGAIN: Final = timedelta(minutes=1)
MOST_ATTEMPTS: Final = 4
"""Of one call; after five minutes the next phone is told anyway."""

RING: Final = "ring."
"""What the cause of a call begins with, before that of its page."""


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...
    def save(self, effect: Effect) -> Effect: ...
    def due(self, kind: str, now: datetime, limit: int) -> Sequence[tuple[str, int]]: ...


class Pages(Protocol):
    def since(self, opened_at: datetime) -> Sequence[Page]: ...


class Calls(Protocol):
    def with_fact(self, sid: str, name: str) -> tuple[Call | None, CallFact | None]: ...


class Provider(Protocol):
    def ring(self, to: str, url: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class DutyAnswer:
    """Somebody picked up a duty phone, or pressed `keys` on it; `page` is the page's cause."""

    sid: str
    page: str
    turn: int
    called: str
    keys: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the request is stored under: the same for every copy."""
        return f"page#{self.turn}.{self.keys}"


class DutyCalls:
    """Rings duty phones and hears their keys."""

    def __init__(
        self,
        effects: Effects,
        pages: Pages,
        paging: Paging,
        calls: Calls,
        provider: Callable[[], Provider],
        address: Callable[[str, int], str],
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
    ) -> None:
        """`address` is where the provider asks what to say of a page, the call being its n-th."""
        self._effects = effects
        self._pages = pages
        self._paging = paging
        self._calls = calls
        self._provider = provider
        self._address = address
        self._commit = commit
        self._rules = rules

    def run(self, now: datetime) -> int:
        """Make the calls that are due at `now`; how many were looked at."""
        keys = self._effects.due("page", now, MOST_A_RUN)
        for cause, number in keys:
            try:
                self._one(cause, number, now)
            except (Stale, Busy):
                log.info("others are at it", extra={"cause": cause})
            except Exception:
                log.exception("duty phone not rung", extra={"cause": cause})
        return len(keys)

    def _one(self, cause: str, number: int, now: datetime) -> None:
        effect = self._effects.get(cause, number)
        if effect is None or effect.due_at is None or effect.due_at > now:
            return
        page = cause.removeprefix(RING)
        attempts = effect.outbox.attempts + 1
        outbox = replace(effect.outbox, attempts=attempts, leased_at=now, state="leased")
        later = now + AGAIN if attempts < MOST_ATTEMPTS else None
        taken = self._effects.save(replace(effect, outbox=outbox, due_at=later))
        open_page = self._open(page, now)
        if open_page is None or self._provider().ring(
            effect.values["to"], self._address(page, number)
        ):
            done = replace(taken.outbox, state="sent" if open_page else "held")
            self._effects.save(replace(taken, outbox=done, due_at=None))

    def answer(
        self, said: DutyAnswer, now: datetime, answer: Callable[[Document, Call], str]
    ) -> str:
        """What to say to a duty phone; key 1 takes the page over."""
        _, fact = self._calls.with_fact(said.sid, said.name)
        if fact is not None:
            return fact.answer
        body = answer(self._document(said, now), self._own(said.sid, now))
        kept = CallFact(said.sid, said.name, now, said.parameters, body)
        try:
            self._commit([kept], [])
        except AlreadyThere:
            _, fact = self._calls.with_fact(said.sid, said.name)
        return fact.answer if fact else body

    def _document(self, said: DutyAnswer, now: datetime) -> Document:
        if said.keys == ACKNOWLEDGES:
            taken = self._paging.take_over(said.page, said.called, now, via="call")
            return ivr_prompts.duty_taken(taken=taken > 0)
        page = self._open(said.page, now)
        if page is None:
            return ivr_prompts.duty_taken(taken=False)
        return ivr_prompts.duty_called(page.cause, said.turn, page.caller)

    def _own(self, sid: str, now: datetime) -> Call:
        """The call as far as it has to be known to speak in the organisation's language."""
        return Call(sid, now, language=self._rules.languages[0])

    def _open(self, cause: str, now: datetime) -> Page | None:
        found = [page for page in self._pages.since(now - STILL_OURS) if page.cause == cause]
        return found[-1] if found and found[-1].is_open else None
