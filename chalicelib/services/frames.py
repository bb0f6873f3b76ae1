"""Builds the frame of a draw from the stored visits."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.core import calendar, signals
from chalicelib.core.cells import Framed
from chalicelib.core.draws import Draw, Standing, enters
from chalicelib.core.frame import FrameLine
from chalicelib.core.people import Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Visit, VisitKey, leading
from chalicelib.services.signal_facts import FactsOf

MONTHS_BACK: Final = 2
"""Months before the present one that may still have visits to settle; later ones are marked."""

DAYS_TO_SETTLE: Final = 30
"""A late visit is settled, answered or not, long before so many days have passed."""

_ROW: Final = ("settled_at", "received_at", "changed_at")


class Visits(Protocol):
    def month(
        self, unit: str, month: str, attributes: Sequence[str], cursor: str = ""
    ) -> Iterator[Mapping[str, object]]: ...
    def get(self, key: VisitKey) -> Visit | None: ...


class People(Protocol):
    def units(self) -> list[Unit]: ...
    def late_months(self) -> Sequence[tuple[str, str, datetime]]: ...


class Signals(Protocol):
    def opened(self, units: Iterable[str]) -> FactsOf: ...


class Frames:
    """Finds the visits that a draw chooses from; each visit enters exactly one frame."""

    def __init__(self, visits: Visits, people: People, signals: Signals, rules: Rulebook) -> None:
        """Reads every unit's recent months and those that got late visits."""
        self._visits = visits
        self._people = people
        self._signals = signals
        self._rules = rules

    def framed(self, draw: Draw, earlier: Sequence[Draw]) -> Iterator[Framed]:
        """The visits of the frame of `draw`; `earlier` are the draws before it, in order."""
        late = self._people.late_months()
        units = self._people.units()
        facts_of = self._signals.opened(unit.unit_id for unit in units)
        for unit in units:
            news = {month for month, of, at in late if of == unit.unit_id and _is_news(at, draw)}
            for key in self._entering(unit.unit_id, news, draw, earlier):
                visit = self._visits.get(key)
                if visit is not None:
                    yield Framed(_line(visit, facts_of), visit.month)

    def _entering(
        self, unit: str, news: Collection[str], draw: Draw, earlier: Sequence[Draw]
    ) -> Iterator[VisitKey]:
        """The visits of a unit that enter; `news` are months long closed that had some."""
        for month in sorted({*self._recent_months(draw), *news}):
            for row in self._visits.month(unit, month, _ROW):
                if enters(_standing(row, month), draw, earlier):
                    yield VisitKey(unit, month, str(row["visit_id"]))

    def _recent_months(self, draw: Draw) -> Iterator[str]:
        if draw.due_at is None:
            return
        month = calendar.month_of(draw.due_at, self._rules)
        for _ in range(MONTHS_BACK + 1):
            yield month
            month = calendar.previous_month(month)


def _line(visit: Visit, facts_of: FactsOf) -> FrameLine:
    """The visit with its reasons; silent unless it has a form that was not found void."""
    facts = visit.facts
    reasons = signals.reasons(facts_of(visit), ())
    answered = leading(visit.answers) is not None
    return FrameLine(facts.visit_id, facts.unit, facts.technician, answered, reasons)


def _standing(row: Mapping[str, object], month: str) -> Standing:
    received = _instant(row["received_at"])
    if received is None:
        raise LookupError(f"{row['visit_id']} has no instant of receipt")
    changed = _instant(row.get("changed_at"))
    return Standing(month, received, _instant(row.get("settled_at")), changed)


def _instant(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _is_news(at: datetime, draw: Draw) -> bool:
    """Whether a late visit may still be unframed, or changed since the draw before."""
    return draw.since is None or at >= draw.since - timedelta(days=DAYS_TO_SETTLE)
