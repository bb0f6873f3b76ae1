"""Late uploads that got a form: an amendment of their month is proposed (DESIGN 2)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.core import visit_facts
from chalicelib.core.amendments import Amendment
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.services.daily_proposals import DailyProposals

NEWS: Final = timedelta(days=35)
"""So long after the last late upload a month is looked at: every survey is over long before."""

_ROW: Final = ("late_upload", "heard")


class Visits(Protocol):
    def month(
        self, unit: str, month: str, attributes: Sequence[str], cursor: str = ""
    ) -> Iterator[Mapping[str, object]]: ...
    def get(self, key: VisitKey) -> Visit | None: ...


class People(Protocol):
    def late_months(self) -> Sequence[tuple[str, str, datetime]]: ...


class Proposals(Protocol):
    def of_visit(
        self, visit: Visit, cause: str, reason: str, kin: Sequence[str], now: datetime
    ) -> Sequence[Amendment]: ...


class LateForms:
    """Looks for forms of late uploads, once a day; each is proposed once."""

    def __init__(
        self, visits: Visits, people: People, proposals: Proposals, daily: DailyProposals
    ) -> None:
        """`people` know which months got late uploads."""
        self._visits = visits
        self._people = people
        self._proposals = proposals
        self._daily = daily

    def run(self, now: datetime) -> int:
        """Propose what is to be proposed today; how many amendments were."""
        return self._daily.run("late_forms", now, self._found)

    def _found(self, now: datetime) -> Iterator[Amendment]:
        for month, unit, at in self._people.late_months():
            if now < at + NEWS:
                yield from self._of(unit, month, now)

    def _of(self, unit: str, month: str, now: datetime) -> Iterator[Amendment]:
        for row in self._visits.month(unit, month, _ROW):
            if row.get("late_upload") and visit_facts.heard(row):
                visit_id = str(row["visit_id"])
                visit = self._visits.get(VisitKey(unit, month, visit_id))
                if visit is not None:
                    cause = f"late_form~{visit_id}"
                    yield from self._proposals.of_visit(visit, cause, "late_form", (), now)
