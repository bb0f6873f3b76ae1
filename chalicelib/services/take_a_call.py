"""Who is calling: what the desk sees of a number while its telephone rings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core.call_records import CallEntry
from chalicelib.core.cases import Case
from chalicelib.core.phones import Phone
from chalicelib.core.visits import Visit, VisitKey

CALLS_SHOWN: Final = 10


class Visits(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


class Cases(Protocol):
    def of_number(self, number: str) -> list[Case]: ...


class Calls(Protocol):
    def of_number(self, number: str) -> list[CallEntry]: ...


@dataclass(frozen=True, slots=True)
class VisitOfCaller:
    """A visit at the caller's number, without a word of how it was graded.

    The same visit may be picked for a verification call, whose caller must not know (DESIGN 3).
    """

    visit_id: str
    unit: str
    technician: str
    completed_at: datetime
    customer_name: str
    appliance: str
    language: str


@dataclass(frozen=True, slots=True)
class CallerFile:
    """All that belongs to a number: visits and cases the latest first, its last calls."""

    number: str
    opted_out_at: datetime | None = None
    visits: Sequence[VisitOfCaller] = ()
    cases: Sequence[Case] = ()
    calls: Sequence[CallEntry] = ()


class TakeACall:
    """Looks a caller up for the desk."""

    def __init__(self, visits: Visits, phones: Phones, cases: Cases, calls: Calls) -> None:
        """Read only."""
        self._visits = visits
        self._phones = phones
        self._cases = cases
        self._calls = calls

    def of_number(self, number: str) -> CallerFile:
        """The file of a number in E.164; of a withheld one ("") there is none, ever."""
        if not number:
            return CallerFile("")
        phone = self._phones.get(number)
        keys = {key for key in (phone.current, phone.last) if key is not None}
        visits = [visit for visit in map(self._visits.get, keys) if visit is not None]
        visits.sort(key=lambda visit: visit.facts.completed_at, reverse=True)
        cases = sorted(self._cases.of_number(number), key=lambda case: case.received_at)
        return CallerFile(
            number,
            phone.opted_out_at,
            tuple(_shown(visit) for visit in visits),
            tuple(reversed(cases)),
            tuple(reversed(self._calls.of_number(number)))[:CALLS_SHOWN],
        )


def _shown(visit: Visit) -> VisitOfCaller:
    facts = visit.facts
    return VisitOfCaller(
        facts.visit_id,
        facts.unit,
        facts.technician,
        facts.completed_at,
        facts.customer_name,
        facts.appliance,
        facts.language,
    )
