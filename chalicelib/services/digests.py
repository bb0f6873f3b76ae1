"""The digest of Friday noon: a week's answers, complaints and terms beside the eight before it."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from chalicelib.core import calendar
from chalicelib.core.callers_figures import CallerFigures, callers_figures
from chalicelib.core.case_clocks import clocks
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.digests import Figures, Week, last_week, weeks_to
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.effects import Effect
from chalicelib.core.people import Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere
from chalicelib.core.tallies import SILENT, Sort
from chalicelib.core.verification import Verification
from chalicelib.core.visits import Visit, VisitKey

log = logging.getLogger(__name__)

MAIL: Final = "digest"

SETTLES_WITHIN: Final = timedelta(days=45)
"""A visit settles, and the terms of a case run out, so long after its month at the latest."""

CALLED_WITHIN: Final = timedelta(days=35)
"""Calls of draws older than this have long come to an end."""

_ROW: Final = ("fact", "settled_at")
_LETTERS: Final = 1
"""Where the form stands among the columns of a row's `fact` (core/visit_facts.py)."""

_STEPS: Final = ("forward", "answer", "solve")

ByUnit = dict[str, dict[str, int]]
"""Unit → figure → number."""


class Visits(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...
    def month(
        self, unit: str, month: str, attributes: Sequence[str], cursor: str = ""
    ) -> Iterator[Mapping[str, object]]: ...


class Cases(Protocol):
    def of_month(self, unit: str, month: str) -> list[Case]: ...
    def events(self, number: str) -> list[CaseEvent]: ...


class Draws(Protocol):
    def all(self) -> list[Draw]: ...
    def picks(self, key: str) -> list[Pick]: ...


class Units(Protocol):
    def units(self) -> list[Unit]: ...


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class Stores(NamedTuple):
    """What a digest is gathered from."""

    visits: Visits
    cases: Cases
    draws: Draws
    units: Units
    effects: Effects


class Digests:
    """Plans one mail for each week, with its figures in it: later weeks are compared with them."""

    def __init__(
        self,
        stores: Stores,
        runs: Runs,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`lease` gives a fresh random name for each run."""
        self._stores = stores
        self._runs = runs
        self._commit = commit
        self._rules = rules
        self._lease = lease

    def run(self, now: datetime) -> bool:
        """Plan the digest of the last Friday noon, unless it was planned before.

        Of several that were missed only the last one is mailed: it shows the others beside it.
        """
        week = last_week(now, self._rules)
        mark = self._runs.take(MAIL, week.key, now, self._lease())
        if mark is None:
            return False
        told = self._figures(week, now)
        if any(told.values()):
            self._plan(week, told, now)
        self._runs.finish(mark)
        return any(told.values())

    def _plan(self, week: Week, told: Mapping[str, ByUnit], now: datetime) -> None:
        values = {
            "week": week.key,
            "ends": week.ends.isoformat(),
            "figures": json.dumps(told),
            "callers": json.dumps([_caller(each) for each in self._callers(week)]),
        }
        try:
            self._commit([Effect(_cause(week.key), 0, "mail", MAIL, now, values)], [])
        except AlreadyThere:
            log.info("the digest was planned before", extra={"week": week.key})

    # --- answers, complaints, terms ---------------------------------------------------------

    def _figures(self, week: Week, now: datetime) -> dict[str, ByUnit]:
        """Week → unit → figures; the weeks before as their own digests had them, if there were."""
        weeks = weeks_to(week, self._rules)
        known = {each.key: found for each in weeks if (found := self._stored(each)) is not None}
        unknown = [each for each in weeks if each.key not in known]
        figures = Figures(unknown)
        for month in self._months(unknown[0], now):
            self._add_month(figures, month, now)
        return {
            each.key: known[each.key] if each.key in known else figures.of(each) for each in weeks
        }

    def _stored(self, week: Week) -> ByUnit | None:
        """What the digest of a week said of it."""
        effect = self._stores.effects.get(_cause(week.key), 0)
        found: ByUnit | None = json.loads(effect.values["figures"])[week.key] if effect else None
        return found

    def _months(self, week: Week, now: datetime) -> list[str]:
        month = calendar.month_of(week.begins - SETTLES_WITHIN, self._rules)
        months = [month]
        while months[-1] < calendar.month_of(now, self._rules):
            months.append(calendar.next_month(months[-1]))
        return months

    def _add_month(self, figures: Figures, month: str, now: datetime) -> None:
        units = [unit.unit_id for unit in self._stores.units.units()]
        for unit in units:
            for row in self._stores.visits.month(unit, month, _ROW):
                if row.get("settled_at"):
                    settled_at = datetime.fromisoformat(str(row["settled_at"]))
                    figures.add_visit(unit, settled_at, _letters(row))
        for unit in [*units, ""]:
            for case in self._stores.cases.of_month(unit, month):
                self._add_case(figures, case, now)

    def _add_case(self, figures: Figures, case: Case, now: datetime) -> None:
        sort = Sort(case.kind, case.severity, case.standing, case.channel)
        counts = case.standing == "counts" and sort.may_count(self._rules)
        figures.add_case(case.unit, case.received_at, counts=counts)
        if events := self._stores.cases.events(case.number):
            found = clocks(case, events, self._rules)
            figures.add_clocks(case.unit, [clock for clock in found if clock.step in _STEPS], now)

    # --- callers ----------------------------------------------------------------------------

    def _callers(self, week: Week) -> list[CallerFigures]:
        """Those who finished a call in the week."""
        since = week.begins - CALLED_WITHIN
        draws = [
            draw for draw in self._stores.draws.all() if draw.drawn_at and draw.drawn_at >= since
        ]
        picks = [pick for draw in draws for pick in self._stores.draws.picks(draw.key)]
        return callers_figures(self._finished(picks, week))

    def _finished(self, picks: Sequence[Pick], week: Week) -> Iterator[tuple[Pick, Verification]]:
        for pick in picks:
            if not pick.attempts and pick.told is None:
                continue
            visit = self._stores.visits.get(VisitKey(pick.unit, pick.month, pick.visit_id))
            done = visit.verification if visit else None
            if (
                done is not None
                and done.draw == pick.draw
                and done.at is not None
                and week.begins <= done.at < week.ends
            ):
                yield pick, done


def _letters(row: Mapping[str, object]) -> str:
    """The counted form of a visit's row, "" where there is none."""
    found = str(row["fact"]).split("\t")[_LETTERS]
    return "" if found == SILENT else found


def _cause(week: str) -> str:
    return f"digest~{week}"


def _caller(figures: CallerFigures) -> dict[str, object]:
    return {
        "caller": figures.caller,
        "calls": figures.calls,
        "attempts": figures.attempts,
        "proven": figures.proven,
        "up": figures.up,
        "down": figures.down,
        "recalls": figures.recalls,
        "agreed": figures.agreed,
    }
