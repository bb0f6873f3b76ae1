"""Closes months: reads what came in time, freezes one document for each unit, has it mailed."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.core import calendar, closing
from chalicelib.core.cases import Case
from chalicelib.core.documents import StoredDocument
from chalicelib.core.people import Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.services.month_maker import Made

log = logging.getLogger(__name__)


class Visits(Protocol):
    def month(
        self, unit: str, month: str, attributes: Sequence[str], cursor: str = ""
    ) -> Iterator[Mapping[str, object]]: ...


class Cases(Protocol):
    def ever_of_month(self, unit: str, month: str) -> list[Case]: ...


class Documents(Protocol):
    def of_month(self, unit: str, month: str) -> StoredDocument | None: ...


class Units(Protocol):
    def units(self) -> list[Unit]: ...


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class Maker(Protocol):
    def first(self, unit: Unit, month: str, cases: Sequence[Case], now: datetime) -> Made: ...


class Closing:
    """Closes each month once for each unit, whatever crashes in between."""

    def __init__(
        self,
        visits: Visits,
        cases: Cases,
        documents: Documents,
        units: Units,
        runs: Runs,
        maker: Maker,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`maker` makes each document; `lease` gives a fresh random name for each run."""
        self._visits = visits
        self._cases = cases
        self._documents = documents
        self._units = units
        self._runs = runs
        self._maker = maker
        self._commit = commit
        self._rules = rules
        self._lease = lease

    def run(self, now: datetime, has_time: Callable[[], bool] = lambda: True) -> int:
        """Close every month whose time has come, the oldest first; the documents made.

        No further unit is begun once `has_time` says no: the next run goes on with those that have
        no document yet.
        """
        months = closing.closable(now, self._rules)
        return sum(self._month(month, months, now, has_time) for month in months)

    def _month(
        self, month: str, months: Sequence[str], now: datetime, has_time: Callable[[], bool]
    ) -> int:
        if not has_time():
            return 0
        mark = self._runs.take("close", month, now, self._lease())
        if mark is None:
            return 0
        before = calendar.previous_month(month)
        due = before if before in months else ""
        done = [
            self._unit(unit, month, due, now) if has_time() else None
            for unit in self._units.units()
        ]
        if None not in done:
            self._runs.finish(mark)
        return sum(1 for made in done if made)

    def _unit(self, unit: Unit, month: str, due_before: str, now: datetime) -> bool | None:
        """Whether the unit's document was made now; None if it waits. It holds up no other.

        `due_before` is the month before if that is to be closed as well: what is compared with it
        waits for it.
        """
        try:
            if self._is_done(unit, month):
                return False
            cases = self._cases.ever_of_month(unit.unit_id, month)
            if self._is_unread(unit, cases, month, now):
                log.warning("unread cases hold up", extra={"unit": unit.unit_id, "month": month})
                return None
            if not self._is_done(unit, due_before):
                log.warning("held up by the month before", extra={"unit": unit.unit_id})
                return None
            self._close(unit, month, cases, now)
        except Exception:
            log.exception("not closed", extra={"unit": unit.unit_id, "month": month})
            return None
        return True

    def _is_done(self, unit: Unit, month: str) -> bool:
        """Whether the unit has its document of this month, or gets none."""
        if not month or self._documents.of_month(unit.unit_id, month) is not None:
            return True
        return not self._is_assessed(unit, month)

    def _is_assessed(self, unit: Unit, month: str) -> bool:
        """From the month in which it was named, and before that where visits came in in time."""
        if unit.since and unit.since <= month:
            return True
        rows = self._visits.month(unit.unit_id, month, ("late_upload",))
        return any(not row.get("late_upload") for row in rows)

    def _is_unread(self, unit: Unit, cases: Sequence[Case], month: str, now: datetime) -> bool:
        """Whether a case waits to be read, and there is still time for that."""
        unread = any(case.kind == "unread" for case in cases if case.unit == unit.unit_id)
        return unread and now < closing.held_until(month, self._rules)

    def _close(self, unit: Unit, month: str, cases: Sequence[Case], now: datetime) -> None:
        made = self._maker.first(unit, month, cases, now)
        self._commit(made.adds, made.saves)
