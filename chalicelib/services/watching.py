"""Watches what nobody may forget: silent duty phones, clocks that ran out, unread cases."""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

from chalicelib.core import bundles, calendar, closing
from chalicelib.core.acts import ActError
from chalicelib.core.case_clocks import OF_THE_UNIT, breaches, mailed_as
from chalicelib.core.case_steps import Act, Step
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.effects import Effect
from chalicelib.core.people import Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere
from chalicelib.services.case_writer import CaseWriter, by_number
from chalicelib.services.paging import Paging

log = logging.getLogger(__name__)

MOST_A_BUNDLE: Final = 1000
"""Cases looked at for one mail; more wait for the next."""

Row = dict[str, str]
"""A broken clock as the mail names it: case, reference, unit, step, clock, due_at."""


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...
    def events(self, number: str) -> list[CaseEvent]: ...
    def due(self, now: datetime, limit: int) -> list[str]: ...
    def unread_of(self, unit: str, month: str) -> list[Case]: ...


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...


class Units(Protocol):
    def units(self) -> list[Unit]: ...


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class Watched(NamedTuple):
    """What a run did: pages looked at, broken clocks mailed, unread cases told of."""

    pages: int
    breaches: int
    unread: int


class Watching:
    """One run a minute: pages at once, breaches in bundles, unread cases once a day."""

    def __init__(
        self,
        cases: Cases,
        effects: Effects,
        units: Units,
        runs: Runs,
        paging: Paging,
        writer: CaseWriter,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`lease` gives a fresh random name for each run."""
        self._cases = cases
        self._effects = effects
        self._units = units
        self._runs = runs
        self._paging = paging
        self._commit = commit
        self._writer = writer
        self._rules = rules
        self._lease = lease

    def run(self, now: datetime) -> Watched:
        """Do what is due at `now`; one part's failure holds up no other."""
        return Watched(
            self._tried("pages", self._paging.run, now),
            self._tried("breaches", self._bundles, now),
            self._tried("unread", self._unread, now),
        )

    def _tried(self, what: str, part: Callable[[datetime], int], now: datetime) -> int:
        try:
            return part(now)
        except Exception:
            log.exception("not watched", extra={"what": what})
            return 0

    # --- broken clocks ----------------------------------------------------------------------

    def _bundles(self, now: datetime) -> int:
        return sum(self._bundle(at, now) for at in bundles.last_bundles(now, self._rules))

    def _bundle(self, at: datetime, now: datetime) -> int:
        """Mail what was broken by `at`, then mark each, so that no step is mailed twice.

        The list is stored before anything is marked: whoever goes on after a crash finds it.
        """
        mark = self._runs.take("breaches", _named(at), now, self._lease())
        if mark is None:
            return 0
        rows = self._listed(at, now)
        for mail in _unit_mails(f"breaches.{_named(at)}", rows, now):
            self._add(mail)
        for number in dict.fromkeys(row["case"] for row in rows):
            self._marked(number, [row["clock"] for row in rows if row["case"] == number], now)
        self._runs.finish(mark)
        return len(rows)

    def _listed(self, at: datetime, now: datetime) -> list[Row]:
        """The rows of the bundle of `at`: those stored with its mail, or those there are now."""
        cause = f"breaches.{_named(at)}"
        stored = self._effects.get(cause, 0)
        if stored is None and (rows := self._broken(at)):
            values = {"rows": json.dumps(rows)}
            self._add(Effect(cause, 0, "mail", "breaches", now, values))
            stored = self._effects.get(cause, 0)
        found: list[Row] = json.loads(stored.values["rows"]) if stored else []
        return found

    def _add(self, mail: Effect) -> None:
        try:
            self._commit([mail], [])
        except AlreadyThere:
            log.info("a mail was stored before", extra={"cause": mail.cause})

    def _broken(self, at: datetime) -> list[Row]:
        rows = []
        for number in self._cases.due(at, MOST_A_BUNDLE):
            case = self._cases.get(number)
            if case is not None:
                for clock in breaches(case, self._cases.events(number), at, self._rules):
                    rows.append(
                        {
                            "case": number,
                            "reference": case.reference,
                            "unit": case.unit,
                            "step": clock.step,
                            "clock": mailed_as(clock),
                            "due_at": clock.due_at.isoformat(),
                        }
                    )
        return sorted(rows, key=lambda row: (row["unit"], row["due_at"], row["case"]))

    def _marked(self, number: str, broken: Sequence[str], now: datetime) -> None:
        """The case with one event for each of its broken clocks that has none yet."""

        def decide(case: Case, events: Sequence[CaseEvent], act: Act) -> Step:
            step = Step(case)
            told = {event.values["clock"] for event in events if event.what == "breached"}
            for clock in broken:
                if clock not in told:
                    step = step.then("breached", act, {"clock": clock})
            return step

        try:
            self._writer.change(
                lambda: by_number(self._cases, number), decide, Act("clock", now, "watch")
            )
        except ActError:
            log.error("a case that was due is not there", extra={"case": number})

    # --- unread cases -----------------------------------------------------------------------

    def _unread(self, now: datetime) -> int:
        if now < bundles.alarm_at(now, self._rules):
            return 0
        months = bundles.held_months(now, self._rules)
        return sum(self._alarm(month, now) for month in months)

    def _alarm(self, month: str, now: datetime) -> int:
        """Once a day, while unread cases hold up documents of the month: who is to read them."""
        day = calendar.local_day(now, self._rules).isoformat()
        mark = self._runs.take("unread", f"{month}.{day}", now, self._lease())
        if mark is None:
            return 0
        units = [unit.unit_id for unit in self._units.units()]
        unread = {unit: [c.number for c in self._cases.unread_of(unit, month)] for unit in units}
        rows = [(unit, numbers) for unit, numbers in unread.items() if numbers]
        if rows:
            until = closing.held_until(month, self._rules).isoformat()
            values = {"month": month, "until": until, "rows": json.dumps(rows)}
            self._add(Effect(f"unread.{month}.{day}", 0, "mail", "unread_held", now, values))
        self._runs.finish(mark)
        return sum(len(numbers) for _, numbers in rows)


def _named(at: datetime) -> str:
    """The name of a bundle, which stands in the ids of its mails.

    >>> _named(datetime(2026, 6, 4, 3, 0, tzinfo=UTC))
    '20260604T0300Z'
    """
    return at.astimezone(UTC).strftime("%Y%m%dT%H%MZ")


def _unit_mails(cause: str, rows: Sequence[Row], now: datetime) -> list[Effect]:
    """One mail to each unit about its own terms, by its own references."""
    mails = []
    for unit in sorted({row["unit"] for row in rows if row["step"] in OF_THE_UNIT}):
        mine = [
            {name: row[name] for name in ("reference", "step", "due_at")}
            for row in rows
            if row["unit"] == unit and row["step"] in OF_THE_UNIT
        ]
        values = {"unit": unit, "rows": json.dumps(sorted(mine, key=_by_term))}
        mails.append(Effect(f"{cause}.{unit}", 0, "mail", "unit_breaches", now, values))
    return mails


def _by_term(row: Row) -> tuple[str, str]:
    return row["due_at"], row["reference"]
