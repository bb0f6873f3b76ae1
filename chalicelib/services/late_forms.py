"""Late uploads that got a form: an amendment of their month is proposed (DESIGN 2)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.core import calendar, visit_facts
from chalicelib.core.amendments import Amendment
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere
from chalicelib.core.visits import Visit, VisitKey

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


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class LateForms:
    """Looks for forms of late uploads, once a day; each is proposed once."""

    def __init__(
        self,
        visits: Visits,
        people: People,
        proposals: Proposals,
        runs: Runs,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`people` know which months got late uploads; `lease` names each run anew."""
        self._visits = visits
        self._people = people
        self._proposals = proposals
        self._runs = runs
        self._commit = commit
        self._rules = rules
        self._lease = lease

    def run(self, now: datetime) -> int:
        """Propose what is to be proposed today; how many amendments were."""
        today = calendar.local_day(now, self._rules).isoformat()
        mark = self._runs.take("late_forms", today, now, self._lease())
        if mark is None:
            return 0
        found = [
            amendment
            for month, unit, at in self._people.late_months()
            if now < at + NEWS
            for amendment in self._of(unit, month, now)
        ]
        for amendment in found:
            with suppress(AlreadyThere):
                self._commit([amendment], [])
        self._runs.finish(mark)
        return len(found)

    def _of(self, unit: str, month: str, now: datetime) -> Iterator[Amendment]:
        for row in self._visits.month(unit, month, _ROW):
            if row.get("late_upload") and visit_facts.heard(row):
                visit_id = str(row["visit_id"])
                visit = self._visits.get(VisitKey(unit, month, visit_id))
                if visit is not None:
                    cause = f"late_form~{visit_id}"
                    yield from self._proposals.of_visit(visit, cause, "late_form", (), now)
