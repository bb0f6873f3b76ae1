"""Pages the duty phones in turn until somebody acknowledges, by text, by key or at the desk."""

import logging
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import paging
from chalicelib.core.case_steps import Act, Step
from chalicelib.core.cases import Case
from chalicelib.core.paging import ACKNOWLEDGES, STILL_OURS, Page
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere, Busy, Stale
from chalicelib.core.visits import Said
from chalicelib.services import alerts

log = logging.getLogger(__name__)

ACKNOWLEDGED: Final = Said("danger_acknowledged")
"""What a duty phone hears that has taken a page over."""

MOST_A_RUN: Final = 100
TRIES: Final = 8

EVERYTHING: Final = "all"


class Pages(Protocol):
    def since(self, opened_at: datetime) -> list[Page]: ...
    def due(self, now: datetime, limit: int) -> list[Page]: ...


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Pages taken over, as records to commit together with what took them over."""

    pages: int
    adds: tuple[object, ...]
    saves: tuple[object, ...]


class Paging:
    """Open pages: the next phone when the last one was silent, and who answers."""

    def __init__(
        self,
        pages: Pages,
        cases: Cases,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
    ) -> None:
        """Pages are opened by `Intake`."""
        self._pages = pages
        self._cases = cases
        self._commit = commit
        self._rules = rules

    def run(self, now: datetime) -> int:
        """Tell the next phone of each page that nobody has acknowledged; the pages due."""
        found = self._pages.due(now, MOST_A_RUN)
        for page in found:
            turn = paging.on_silent(page, self._rules.duty_numbers, now)
            if turn is None:
                continue
            try:
                self._commit(alerts.of(turn, now, self._rules), [turn.page])
            except (Stale, AlreadyThere, Busy):
                log.info("others are at it", extra={"cause": page.cause})
        return len(found)

    def answered(self, number: str, body: str, via: str, now: datetime) -> TakenOver | None:
        """What a text from a duty phone takes over; None for any other text of anybody.

        It must be the one sign and nothing else, and that phone must have been told of a page
        that is still open: else it is read like any customer's.
        """
        if number not in self._rules.duty_numbers or not is_acknowledgement(body):
            return None
        mine = [page for page in self._open(now) if number in page.rung]
        return self._taken(mine, Act(number, now, via)) if mine else None

    def take_over(self, cause: str, by: str, now: datetime, via: str = "tools") -> int:
        """Acknowledge the open page of this cause ("all": each) in the name of `by`; how many.

        For key 1 of a call to a duty phone and for the desk. Busy when others keep changing them.
        """
        for _ in range(TRIES):
            pages = [
                page for page in self._open(now) if cause in (page.cause, page.case, EVERYTHING)
            ]
            if not pages:
                return 0
            taken = self._taken(pages, Act(by, now, via))
            try:
                self._commit(taken.adds, taken.saves)
            except (Stale, AlreadyThere):
                continue
            return taken.pages
        raise Busy(cause)

    def _open(self, now: datetime) -> list[Page]:
        return [page for page in self._pages.since(now - STILL_OURS) if page.is_open]

    def _taken(self, pages: Sequence[Page], act: Act) -> TakenOver:
        saves: list[object] = [paging.acknowledged(page, act.by, act.at) for page in pages]
        numbers = dict.fromkeys(page.case for page in pages if page.case)
        steps = [step for number in numbers if (step := self._step(number, act))]
        adds = [event for step in steps for event in step.events]
        return TakenOver(len(pages), tuple(adds), (*saves, *(step.case for step in steps)))

    def _step(self, number: str, act: Act) -> Step | None:
        case = self._cases.get(number)
        return Step(case).then("page_acknowledged", act) if case else None


def is_acknowledgement(body: str) -> bool:
    """Whether a text is the sign alone, in whatever width and with a full stop or not.

    >>> is_acknowledgement(" １。"), is_acknowledgement("1 A 2 B")
    (True, False)
    """
    return unicodedata.normalize("NFKC", body).strip().strip(".。!！").strip() == ACKNOWLEDGES
