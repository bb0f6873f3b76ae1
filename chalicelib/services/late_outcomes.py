"""Outcomes between a month's close and its document: their amendments are proposed afterwards.

From the close on what a customer tells on a call is late, but a month may wait days for its
document, and before it there is nothing to amend.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from chalicelib.core import calendar
from chalicelib.core.amendments import Amendment
from chalicelib.core.called import Called
from chalicelib.core.draws import Draw
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere
from chalicelib.core.visits import Visit, merged, voided
from chalicelib.services.call_outcomes import CHANNEL, kin, proposed_by


class CalledVisits(Protocol):
    def latest_draws(self) -> Sequence[Draw]: ...
    def of_draw(self, draw: Draw) -> list[Called]: ...


class Proposals(Protocol):
    def of_visit(
        self, visit: Visit, cause: str, reason: str, kin: Iterable[str], now: datetime
    ) -> Sequence[Amendment]: ...


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class LateOutcomes:
    """Looks once a day for late answers of calls that nobody has proposed to count."""

    def __init__(
        self,
        called: CalledVisits,
        proposals: Proposals,
        runs: Runs,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`proposals` makes nothing twice and nothing before there is a document."""
        self._called = called
        self._proposals = proposals
        self._runs = runs
        self._commit = commit
        self._rules = rules
        self._lease = lease

    def run(self, now: datetime) -> int:
        """Propose what is to be proposed today; how many amendments were."""
        day = calendar.local_day(now, self._rules).isoformat()
        mark = self._runs.take("late_outcomes", day, now, self._lease())
        if mark is None:
            return 0
        found = [
            amendment
            for draw in self._called.latest_draws()
            for called in self._called.of_draw(draw)
            for amendment in self._of(called, now)
        ]
        for amendment in found:
            with suppress(AlreadyThere):
                self._commit([amendment], [])
        self._runs.finish(mark)
        return len(found)

    def _of(self, called: Called, now: datetime) -> Sequence[Amendment]:
        visit, checked = called.visit, called.verification
        if checked is None or not _changes_form_late(visit):
            return ()
        cause = proposed_by(checked.outcome, visit, checked)
        return self._proposals.of_visit(visit, cause, "outcome", kin(checked), now)


def _changes_form_late(visit: Visit) -> bool:
    """Whether a call said something that does not count in the month as it was closed."""
    if voided(visit) or not any(each.channel == CHANNEL and each.late for each in visit.answers):
        return False
    return merged(visit.answers, with_late=True) != merged(visit.answers, with_late=False)
