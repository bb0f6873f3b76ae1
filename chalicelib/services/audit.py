"""A day after a document was made: does it have every fact that came in time (DESIGN 9)?

The month is read again, row by row and whole, and compared with the facts that were frozen. What
the document lacks becomes a proposal to read it anew; what the tables lack is told to the leads.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.core import closing
from chalicelib.core.amendments import Amendment
from chalicelib.core.cases import Case
from chalicelib.core.documents import StoredDocument
from chalicelib.core.effects import Effect
from chalicelib.core.facts import CaseFact, Facts, VisitFact
from chalicelib.core.grades import letters
from chalicelib.core.people import Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere
from chalicelib.core.visits import Visit, merged

log = logging.getLogger(__name__)

AFTER: Final = timedelta(days=1)
"""So long after it was made a document is looked at once more."""


class Visits(Protocol):
    def whole_month(
        self, unit: str, month: str, cursor: str = ""
    ) -> Iterator[tuple[Visit, str]]: ...


class Cases(Protocol):
    def ever_of_month(self, unit: str, month: str) -> list[Case]: ...


class Documents(Protocol):
    def of_month(self, unit: str, month: str) -> StoredDocument | None: ...
    def entry(self, unit: str, sequence: int) -> StoredDocument | None: ...


class Frozen(Protocol):
    def facts_of(self, document: StoredDocument) -> Facts: ...


class Amendments(Protocol):
    def of_unit(self, unit: str, month: str = "") -> list[Amendment]: ...


class Proposals(Protocol):
    def of_visit(
        self, visit: Visit, cause: str, reason: str, kin: Sequence[str], now: datetime
    ) -> Sequence[Amendment]: ...
    def of_case(
        self,
        before: Case,
        after: Case,
        cause: str,
        reason: str,
        kin: Sequence[str],
        now: datetime,
    ) -> Sequence[Amendment]: ...


class Units(Protocol):
    def units(self) -> list[Unit]: ...


class Runs(Protocol):
    def get(self, job: str, period: str) -> RunMark: ...
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class Audit:
    """Compares each month with the facts that were frozen of it, once."""

    def __init__(
        self,
        visits: Visits,
        cases: Cases,
        documents: Documents,
        frozen: Frozen,
        amendments: Amendments,
        proposals: Proposals,
        units: Units,
        runs: Runs,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`frozen` reads the facts that a document rests on; `lease` names each run anew."""
        self._visits = visits
        self._cases = cases
        self._documents = documents
        self._frozen = frozen
        self._amendments = amendments
        self._proposals = proposals
        self._units = units
        self._runs = runs
        self._commit = commit
        self._rules = rules
        self._lease = lease

    def run(self, now: datetime, has_time: Callable[[], bool] = lambda: True) -> int:
        """Look at every document that is a day old and was not looked at; how many were.

        One unit's failure holds up no other. A unit that was not done is done by the next run.
        """
        months = closing.closable(now - AFTER, self._rules)
        return sum(self._month(month, now, has_time) for month in months)

    def _month(self, month: str, now: datetime, has_time: Callable[[], bool]) -> int:
        if not has_time():
            return 0
        mark = self._runs.take("audit", month, now, self._lease())
        if mark is None:
            return 0
        done = [
            self._unit(unit.unit_id, month, now) if has_time() else None
            for unit in self._units.units()
        ]
        if None not in done and self._runs.get("close", month).state == "done":
            self._runs.finish(mark)
        return sum(1 for looked in done if looked)

    def _unit(self, unit: str, month: str, now: datetime) -> bool | None:
        """Whether the unit's month was looked at now; None if it waits."""
        try:
            holding = self._documents.of_month(unit, month)
            if holding is None:
                return False
            first = self._first(holding)
            if now < first.closed_at + AFTER:
                return None
            mark = self._runs.take("audit", f"{month}~{unit}", now, self._lease())
            if mark is None:
                return False if self._is_done(month, unit) else None
            self._look(first, now)
            self._runs.finish(mark)
        except Exception:
            log.exception("not audited", extra={"unit": unit, "month": month})
            return None
        return True

    def _is_done(self, month: str, unit: str) -> bool:
        return self._runs.get("audit", f"{month}~{unit}").state == "done"

    def _first(self, document: StoredDocument) -> StoredDocument:
        """The document that was made at the close, whatever has taken its place."""
        while before := json.loads(document.body)["supersedes"]:
            found = self._documents.entry(document.unit, before["sequence"])
            if found is None:
                raise LookupError(f"entry {before['sequence']} of {document.unit}")
            document = found
        return document

    def _look(self, document: StoredDocument, now: datetime) -> None:
        known = self._frozen.facts_of(document)
        named = self._named(document)
        visits, proposed = self._visits_of(document, known, named, now)
        cases, others = self._cases_of(document, known, named, now)
        lost = {fact.visit_id for fact in known.visits} - visits
        lost |= {fact.number for fact in known.cases} - cases
        proposed += others
        if proposed or lost:
            self._tell(document, len(proposed), len(lost), now)
        for amendment in proposed:
            with suppress(AlreadyThere):
                self._commit([amendment], [])

    def _named(self, document: StoredDocument) -> set[str]:
        """What an amendment has named since: somebody knows of it."""
        found = self._amendments.of_unit(document.unit, document.month)
        return {subject for amendment in found for subject in amendment.subjects}

    def _visits_of(
        self, document: StoredDocument, known: Facts, named: set[str], now: datetime
    ) -> tuple[set[str], list[Amendment]]:
        """The visits there are, and what is proposed of those that the document lacks."""
        frozen = {fact.visit_id: fact for fact in known.visits}
        seen: set[str] = set()
        proposed: list[Amendment] = []
        for visit, _ in self._visits.whole_month(document.unit, document.month):
            name = visit.facts.visit_id
            seen.add(name)
            if f"visit {name}" not in named and _lacks(frozen.get(name), visit):
                proposed += self._proposals.of_visit(visit, f"audit~{name}", "swept", (), now)
        return seen, proposed

    def _cases_of(
        self, document: StoredDocument, known: Facts, named: set[str], now: datetime
    ) -> tuple[set[str], list[Amendment]]:
        """The same of cases; those that have become another unit's since are there."""
        seen: set[str] = set()
        proposed: list[Amendment] = []
        frozen = {fact.number: fact for fact in known.cases}
        for case in self._cases.ever_of_month(document.unit, document.month):
            seen.add(case.number)
            if f"case {case.number}" not in named:
                was, here = _as_frozen(case, frozen.get(case.number), document.unit)
                cause = f"audit~{case.number}"
                proposed += self._proposals.of_case(was, here, cause, "swept", (), now)
        return seen, proposed

    def _tell(self, document: StoredDocument, missing: int, lost: int, now: datetime) -> None:
        told = {"unit": document.unit, "month": document.month}
        log.error("a month and its facts differ", extra=told)
        numbers = {"missing": str(missing), "lost": str(lost)}
        cause = f"audit~{document.month}~{document.unit}"
        with suppress(AlreadyThere):
            self._commit([Effect(cause, 0, "mail", "facts_missing", now, told | numbers)], [])


def _lacks(fact: VisitFact | None, visit: Visit) -> bool:
    """Whether the frozen facts have not what the visit says in time; voids are made afterwards."""
    if visit.late_upload:
        return False
    if fact is None:
        return True
    in_time = letters(merged(visit.answers, with_late=False))
    return fact.void not in ("form", "visit") and fact.letters != in_time


def _as_frozen(case: Case, fact: CaseFact | None, unit: str) -> tuple[Case, Case]:
    """The case as the document has it, and as it is; nobody's where it is not this unit's.

    What is done to a case while its document is being made finds no document to amend.
    """
    here = case if case.unit == unit else replace(case, unit="")
    if fact is None:
        return replace(case, unit=""), here
    labelled = replace(case, kind=fact.kind, severity=fact.severity, standing=fact.standing)
    return replace(labelled, unit=unit), here
