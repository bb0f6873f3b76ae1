"""The records of a frozen month: the document that holds, where it stands, what is proposed."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from chalicelib.core import proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.amendments import Amendment
from chalicelib.core.cases import Case
from chalicelib.core.documents import StoredDocument
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.visits import VisitKey


class Documents(Protocol):
    def of_month(self, unit: str, month: str) -> StoredDocument | None: ...


class Proceedings(Protocol):
    def get(self, unit: str, sequence: int) -> Proceeding | None: ...
    def of_unit(self, unit: str) -> list[Proceeding]: ...


class Amendments(Protocol):
    def of_unit(self, unit: str, month: str = "") -> list[Amendment]: ...


class Visits(Protocol):
    def key_of(self, visit_id: str) -> VisitKey | None: ...


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...


class UnitMonth(NamedTuple):
    """One month of one unit."""

    unit: str
    month: str

    @property
    def named(self) -> str:
        """As people write it: "U1/2026-05"."""
        return f"{self.unit}/{self.month}"


class Held(NamedTuple):
    """The document that holds for a month, and its proceeding."""

    document: StoredDocument
    proceeding: Proceeding


class MonthRecords:
    """Reads what there is of a unit's month."""

    def __init__(
        self,
        documents: Documents,
        proceedings: Proceedings,
        amendments: Amendments,
        visits: Visits,
        cases: Cases,
    ) -> None:
        """Where each of them is stored."""
        self._documents = documents
        self._proceedings = proceedings
        self._amendments = amendments
        self._visits = visits
        self._cases = cases

    def held(self, at: UnitMonth) -> Held:
        """The document that holds and where it stands. ActError "no_document" (facts month)."""
        document = self._documents.of_month(*at)
        proceeding = self._proceedings.get(at.unit, document.sequence) if document else None
        if document is None or proceeding is None:
            raise ActError("no_document", month=at.named)
        return Held(document, proceeding)

    def amendments(self, at: UnitMonth) -> list[Amendment]:
        """All amendments of the month."""
        return self._amendments.of_unit(*at)

    def open_amendments(self, at: UnitMonth) -> list[Amendment]:
        """Those on which nobody has decided."""
        return [each for each in self.amendments(at) if each.state == "proposed"]

    def objections(self, at: UnitMonth) -> list[Mapping[str, str]]:
        """What the unit has said against any document of the month."""
        mine = [each for each in self._proceedings.of_unit(at.unit) if each.month == at.month]
        return [matter.step.values for each in mine for matter in proceedings.objections(each)]

    def check_subjects(self, at: UnitMonth, subjects: Sequence[str]) -> None:
        """Return if each is a fact that this month can rest on.

        ActError: "no_subject", "unknown_subject" (facts subject).
        """
        if not subjects:
            raise ActError("no_subject")
        for subject in subjects:
            if not self._is_of(at, subject):
                raise ActError("unknown_subject", subject=subject)

    def _is_of(self, at: UnitMonth, subject: str) -> bool:
        what, _, name = subject.partition(" ")
        if what == "visit":
            return self._visits.key_of(name) == VisitKey(at.unit, at.month, name)
        if what == "case":
            case = self._cases.get(name)
            return case is not None and case.month == at.month
        return subject == "previous"
