"""Outcomes between a month's close and its document: their amendments are proposed afterwards.

From the close on what a customer tells on a call is late, but a month may wait days for its
document, and before it there is nothing to amend.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.core.amendments import Amendment
from chalicelib.core.called import Called
from chalicelib.core.draws import Draw
from chalicelib.core.visits import Visit, merged, voided
from chalicelib.services.call_outcomes import CHANNEL, kin, proposed_by
from chalicelib.services.daily_proposals import DailyProposals


class CalledVisits(Protocol):
    def latest_draws(self) -> Sequence[Draw]: ...
    def of_draw(self, draw: Draw) -> list[Called]: ...


class Proposals(Protocol):
    def of_visit(
        self, visit: Visit, cause: str, reason: str, kin: Iterable[str], now: datetime
    ) -> Sequence[Amendment]: ...


class LateOutcomes:
    """Looks once a day for late answers of calls that nobody has proposed to count."""

    def __init__(self, called: CalledVisits, proposals: Proposals, daily: DailyProposals) -> None:
        """`proposals` makes nothing twice and nothing before there is a document."""
        self._called = called
        self._proposals = proposals
        self._daily = daily

    def run(self, now: datetime) -> int:
        """Propose what is to be proposed today; how many amendments were."""
        return self._daily.run("late_outcomes", now, self._found)

    def _found(self, now: datetime) -> Iterator[Amendment]:
        for draw in self._called.latest_draws():
            for called in self._called.of_draw(draw):
                yield from self._of(called, now)

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
