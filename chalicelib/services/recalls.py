"""Has one finished call of each caller and draw made once more, by somebody else (DESIGN 3)."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.core import calendar, recalls
from chalicelib.core.called import Called
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere, Stale

log = logging.getLogger(__name__)

AFTER: Final = timedelta(days=7)
"""A draw's calls are a week's work: before it has passed nobody knows which will be finished."""

WITHIN_DAYS: Final = 3
"""Working days for a re-call, while the customer still knows whom he spoke to."""


class CalledVisits(Protocol):
    def latest_draws(self) -> Sequence[Draw]: ...
    def of_draw(self, draw: Draw) -> list[Called]: ...


class People(Protocol):
    def members(self) -> list[Member]: ...


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class Recalls:
    """Chooses re-calls once a day."""

    def __init__(
        self,
        called: CalledVisits,
        people: People,
        runs: Runs,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`lease` gives a fresh name for a run."""
        self._called = called
        self._people = people
        self._runs = runs
        self._commit = commit
        self._rules = rules
        self._lease = lease

    def run(self, now: datetime) -> int:
        """Choose whatever can be chosen at `now`; how many calls are to be made again."""
        day = calendar.local_day(now, self._rules).isoformat()
        mark = self._runs.take("recalls", day, now, self._lease())
        if mark is None:
            return 0
        chosen = [pick for draw in self._called.latest_draws() for pick in self._of(draw, now)]
        saved = sum(self._saved(pick, now) for pick in chosen)
        self._runs.finish(mark)
        return saved

    def _of(self, draw: Draw, now: datetime) -> list[Pick]:
        if draw.drawn_at is None or now < draw.drawn_at + AFTER:
            return []
        called = self._called.of_draw(draw)
        picks = [each.pick for each in called]
        finished = [each.pick for each in called if each.verification is not None]
        return recalls.chosen(picks, finished, self._people.members())

    def _saved(self, pick: Pick, now: datetime) -> bool:
        """Whether it was chosen now; what somebody else changes meanwhile is chosen tomorrow."""
        try:
            self._commit([self._mail(pick, now)], [replace(pick, recall_by=pick.recall_by.lower())])
        except (Stale, AlreadyThere):
            log.info("a re-call waits for tomorrow", extra={"draw": pick.draw})
            return False
        return True

    def _mail(self, pick: Pick, now: datetime) -> Effect:
        today = calendar.local_day(now, self._rules)
        day = calendar.working_days_after(today, WITHIN_DAYS, self._rules).isoformat()
        told = {
            "visit_id": pick.visit_id,
            "unit": pick.unit,
            "member": pick.recall_by.lower(),
            "day": day,
        }
        return Effect(f"recall~{pick.draw}~{pick.visit_id}", 0, "mail", "call_again", now, told)
