"""Amendments that the program finds by looking once a day, each proposed in a commit of its own."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from chalicelib.core import calendar
from chalicelib.core.amendments import Amendment
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class DailyProposals:
    """Looks once a day for what is to be proposed, whatever crashes in between."""

    def __init__(
        self,
        runs: Runs,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`lease` gives a fresh random name for each run."""
        self._runs = runs
        self._commit = commit
        self._rules = rules
        self._lease = lease

    def run(self, job: str, now: datetime, find: Callable[[datetime], Iterable[Amendment]]) -> int:
        """Propose what `find` finds, if `job` was not done today; how many amendments were."""
        today = calendar.local_day(now, self._rules).isoformat()
        mark = self._runs.take(job, today, now, self._lease())
        if mark is None:
            return 0
        found = list(find(now))
        for amendment in found:
            with suppress(AlreadyThere):
                self._commit([amendment], [])
        self._runs.finish(mark)
        return len(found)
