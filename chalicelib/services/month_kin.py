"""Who had a hand in what a month rests on, and so neither rules nor decides on it (DESIGN 8)."""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from chalicelib.core import amendments
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.visits import Visit, VisitKey

CASES_LINE: Final = "complaints"


class Visits(Protocol):
    def key_of(self, visit_id: str) -> VisitKey | None: ...
    def get(self, key: VisitKey) -> Visit | None: ...
    def whole_month(self, unit: str, month: str) -> Iterator[tuple[Visit, str]]: ...


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...
    def events(self, number: str) -> list[CaseEvent]: ...
    def of_month(self, unit: str, month: str) -> list[Case]: ...


class MonthKin:
    """Finds the members who called about visits or handled cases, by their mail addresses."""

    def __init__(self, visits: Visits, cases: Cases) -> None:
        """The visits and cases of all units."""
        self._visits = visits
        self._cases = cases

    def of_subjects(self, subjects: Iterable[str]) -> set[str]:
        """Of an amendment's subjects: who called about the visits, who handled the cases."""
        found: set[str] = set()
        for subject in subjects:
            what, _, name = subject.partition(" ")
            found |= self._of_visit(name) if what == "visit" else set()
            found |= self.of_case(name) if what == "case" else set()
        return found

    def of_line(self, unit: str, month: str, line: str) -> set[str]:
        """Of a line: who handled one of the month's cases, or called about one of its visits."""
        if line != CASES_LINE:
            visits = (visit for visit, _ in self._visits.whole_month(unit, month))
            return {member for visit in visits for member in _callers(visit)}
        cases = self._cases.of_month(unit, month)
        return {member for case in cases for member in self.of_case(case.number)}

    def of_case(self, number: str) -> set[str]:
        """Who did anything about a case, and who sees it through."""
        case = self._cases.get(number)
        doers = [event.by for event in self._cases.events(number)]
        return set(amendments.people_among([*doers, case.owner if case else ""]))

    def _of_visit(self, visit_id: str) -> set[str]:
        key = self._visits.key_of(visit_id)
        visit = self._visits.get(key) if key else None
        return _callers(visit) if visit else set()


def _callers(visit: Visit) -> set[str]:
    called = visit.verification
    doers = [called.by, called.noted_by, called.void_by] if called else []
    return set(amendments.people_among(doers))
