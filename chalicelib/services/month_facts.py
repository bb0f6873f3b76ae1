"""Reads the facts of a unit's month, and writes them as the file that its document rests on."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from gzip import GzipFile
from hashlib import sha256
from io import BytesIO
from typing import Final, NamedTuple, Protocol

from chalicelib.core import calendar, case_facts, facts, visit_facts
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.counted import Counted
from chalicelib.core.draws import UNDER_WAY, Draw
from chalicelib.core.facts import CellFact, Facts, Previous, Usual
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import COUNTING_KINDS
from chalicelib.core.visit_facts import Weeks
from chalicelib.core.witness import Heard, answer_line
from chalicelib.services.witness import WeekWitness

log = logging.getLogger(__name__)

CELLS_KEPT: Final = 16
"""Draws whose cells are kept in memory: those of a month and its close are fewer."""

LINES_KEPT: Final = 4096
"""Lines of a facts file that are packed at once."""

_LATE_ROW: Final = ("late_upload", "received_at")


class Visits(Protocol):
    def month(
        self, unit: str, month: str, attributes: Sequence[str], cursor: str = ""
    ) -> Iterator[Mapping[str, object]]: ...


class Cases(Protocol):
    def of_month(self, unit: str, month: str) -> list[Case]: ...
    def events(self, number: str) -> list[CaseEvent]: ...


class Draws(Protocol):
    def all(self) -> list[Draw]: ...


class People(Protocol):
    def late_months(self) -> Sequence[tuple[str, str, datetime]]: ...


class Blobs(Protocol):
    def put(self, key: str, content: bytes) -> None: ...
    def get(self, key: str) -> bytes | None: ...


Cells = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Unit → month → cell → visits."""


class OutOfOrderError(Exception):
    """Lines came in another order than a facts file has them."""


class FactsFile:
    """A facts file in the making: hashed and packed some thousand lines at a time."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._packed = BytesIO()
        self._gzip = GzipFile(fileobj=self._packed, mode="wb", mtime=0)
        self._last = ""
        self._lines: list[str] = []

    def add(self, line: str) -> None:
        """One more line, with its line feed; each sorts after the one before it.

        Code points sort as their UTF-8 bytes do, so the texts themselves are compared.
        """
        if line <= self._last:
            raise OutOfOrderError(line)
        self._last = line
        self._lines.append(line)
        if len(self._lines) == LINES_KEPT:
            self._write()

    @property
    def sha256(self) -> str:
        """Over the lines, each with its line feed, in UTF-8."""
        self._write()
        return self._hash.hexdigest()

    def packed(self) -> bytes:
        """The lines in gzip, without a name or time; nothing is added afterwards."""
        self._write()
        self._gzip.close()
        return self._packed.getvalue()

    def _write(self) -> None:
        written = "".join(self._lines).encode()
        self._hash.update(written)
        self._gzip.write(written)
        self._lines.clear()


@dataclass(frozen=True, slots=True)
class Gathered:
    """A month's facts as they were written: all but the visits, which were counted, and the file.

    `sha256` is over the file's lines, `packed` their gzip.
    """

    facts: Facts
    counted: Counted
    sha256: str
    packed: bytes


class Before(NamedTuple):
    """What earlier documents tell: last month's figures, up to when late uploads were told, and
    what all units had last month."""

    previous: Previous | None
    counted_until: datetime | None
    usual: Usual | None


def late_until(at: datetime) -> datetime:
    """Up to when a document as of `at` tells late uploads: later ones may still be stored."""
    return at - UNDER_WAY


class MonthFacts:
    """Reads a unit's month from the tables, once, a page at a time."""

    def __init__(
        self,
        visits: Visits,
        cases: Cases,
        draws: Draws,
        people: People,
        witness: WeekWitness,
        blobs: Blobs,
        rules: Rulebook,
    ) -> None:
        """`blobs` has the cells of each draw; `witness` what was mailed of each week."""
        self._visits = visits
        self._cases = cases
        self._draws = draws
        self._people = people
        self._witness = witness
        self._blobs = blobs
        self._rules = rules
        self._cells_of: dict[str, Cells] = {}

    def gather(
        self,
        unit: str,
        month: str,
        cases: Sequence[Case],
        before: Before,
        at: datetime,
    ) -> Gathered:
        """The facts of a month; its clocks as they stood `at` its close.

        `cases` are those that ever were the unit's. Late uploads are counted up to
        `late_until(at)`.
        """
        events = {case.number: self._cases.events(case.number) for case in cases}
        mine = [case for case in cases if case.unit == unit]
        head = Facts(
            unit,
            month,
            cases=tuple(
                case_facts.fact_of(case, events[case.number], at, self._rules) for case in mine
            ),
            cells=self._cells(unit, month, at),
            previous=before.previous,
            late_uploads=self._late_uploads(unit, before.counted_until, late_until(at)),
            unassigned=self._unassigned(month),
            usual=before.usual,
        )
        file = FactsFile()
        for line in sorted(map(facts.line, facts.heads(head)), key=str.encode):
            file.add(line)
        return self._written(head, file, cases, events, at)

    def _cells(self, unit: str, month: str, at: datetime) -> tuple[CellFact, ...]:
        """The cells of the unit's month in every frame due since it began and until `at`."""
        since = calendar.start_of_month(month, self._rules)
        found = [
            CellFact(cell, size)
            for draw in self._draws.all()
            if draw.frame_sha256 and draw.due_at is not None and since <= draw.due_at < at
            for cell, size in self._cells_of_draw(draw).get(unit, {}).get(month, {}).items()
        ]
        return tuple(sorted(found, key=facts.line))

    def _cells_of_draw(self, draw: Draw) -> Cells:
        key = f"draws/{draw.key}/{draw.frame_sha256}/cells.json"
        if key not in self._cells_of:
            content = self._blobs.get(key)
            if content is None:
                log.warning("a draw has no cells", extra={"draw": draw.key})
                return {}
            while len(self._cells_of) >= CELLS_KEPT:
                del self._cells_of[next(iter(self._cells_of))]
            self._cells_of[key] = json.loads(content)
        return self._cells_of[key]

    def _late_uploads(self, unit: str, counted_until: datetime | None, until: datetime) -> int:
        """Visits of closed months that came in from `counted_until` on and before `until`."""
        months = {
            month
            for month, of, at in self._people.late_months()
            if of == unit and (counted_until is None or at >= counted_until)
        }
        received = [
            datetime.fromisoformat(str(row["received_at"]))
            for month in sorted(months)
            for row in self._visits.month(unit, month, _LATE_ROW)
            if row.get("late_upload")
        ]
        return sum((counted_until is None or counted_until <= at) and at < until for at in received)

    def _unassigned(self, month: str) -> int:
        return sum(case.kind in COUNTING_KINDS for case in self._cases.of_month("", month))

    def _written(
        self,
        head: Facts,
        file: FactsFile,
        cases: Sequence[Case],
        events: Mapping[str, Sequence[CaseEvent]],
        at: datetime,
    ) -> Gathered:
        counted, weeks = Counted(), Weeks(head.month, self._rules)
        heard = {name: Heard() for name in weeks.names}
        for row in self._visits.month(head.unit, head.month, visit_facts.ROW):
            for micros, digest in visit_facts.heard(row):
                heard[weeks.of_micros(micros)].add(
                    answer_line(str(row["visit_id"]), micros, digest)
                )
            if not row.get("late_upload"):
                fact = visit_facts.fact_of_row(row, weeks)
                counted.add(fact)
                file.add(facts.line(fact))
        found = self._witness.compared(head.unit, head.month, weeks, heard, cases, events, at)
        for week in found:
            file.add(facts.line(week))
        whole = replace(head, weeks=tuple(found))
        return Gathered(whole, counted, file.sha256, file.packed())
