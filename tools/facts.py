"""The facts of a month from files: visits by month and unit, complaints by unit.

A row of visits without any grade is a visit whose customer stayed silent: it is in `visits`, not
in `forms`. Rows of other months are checked like all others, then ignored and counted.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from chalicelib.core import facts as core_facts
from chalicelib.core.calendar import local_day, month_of_day, previous_month, week_key, zone
from chalicelib.core.grades import ITEMS
from chalicelib.core.people import technician_code
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import SILENT, ComplaintTally, Sort, Tally
from tools.columns import COMPLAINT_COLUMNS, VISIT_COLUMNS, Row, read_rows
from tools.sheet import InputError, Notice, Sheet, read_sheet

MOST_ERRORS: Final = 20
"""So many bad rows of a file are named; the rest are counted."""

Fact = TypeVar("Fact")
Watch = Callable[[Sheet, Iterable[Row]], Iterable[Row]]
"""Rows pass through it on their way, so that somebody can count them."""

MonthVisits = dict[str, dict[str, Tally]]
"""Month → unit → its visits."""


class BadRowsError(Exception):
    """Rows of a file cannot be used; the text has a line for each, `file:line: column: reason`."""


@dataclass(frozen=True)
class VisitRead:
    """What of a visit's row the assessment needs, and where it stands."""

    visit_id: str
    unit: str
    technician: str
    month: str
    week: str
    letters: str
    row: Row


@dataclass(frozen=True)
class CaseRead:
    """What of a case's row the assessment needs; a case without a unit has ""."""

    case_id: str
    unit: str
    month: str
    sort: Sort


@dataclass
class Facts:
    """A month's visits and the ones before by unit, complaints (None: no file), and notices.

    `visits` and `cases` are the single ones of the month, for the workbook and the notices.
    """

    now: dict[str, Tally]
    before: dict[str, Tally]
    complaints: dict[str, ComplaintTally] | None
    without_unit: int | None
    notices: list[Notice] = field(default_factory=list)
    visits: dict[str, list[VisitRead]] = field(default_factory=dict)
    cases: dict[str, list[CaseRead]] = field(default_factory=dict)

    def units(self) -> list[str]:
        """Everybody with a visit in one of the two months or a case in this one, sorted."""
        return sorted({*self.now, *self.before, *(self.complaints or ())})

    def of_unit(self, unit: str, month: str) -> core_facts.Facts:
        """A unit's facts as the service has them, as far as files tell; in no order of the rows."""
        visits = sorted(self.visits.get(unit, ()), key=lambda read: read.visit_id)
        cases = sorted(self.cases.get(unit, ()), key=lambda read: read.case_id)
        return core_facts.Facts(
            unit,
            month,
            visits=tuple(_visit_fact(read) for read in visits),
            cases=tuple(_case_fact(read) for read in cases),
        )

    def names(self) -> dict[str, str]:
        """The technicians' names by their codes."""
        found = {(read.unit, read.technician) for reads in self.visits.values() for read in reads}
        return {technician_code(unit, name): name for unit, name in sorted(found)}


def _visit_fact(read: VisitRead) -> core_facts.VisitFact:
    """A visit of which nobody knows how its answer came in."""
    silent = read.letters == SILENT
    return core_facts.VisitFact(
        visit_id=read.visit_id,
        technician=technician_code(read.unit, read.technician),
        letters=read.letters,
        state="expired" if silent else "answered",
        delivery="",
        evidence="",
        channel="",
        late=False,
        void="",
        outcome="",
        cell="",
        form="",
        told="",
        week=read.week,
    )


def _case_fact(read: CaseRead) -> core_facts.CaseFact:
    """A case; its own number is all the reference that a file has."""
    sort = read.sort
    return core_facts.CaseFact(
        number=read.case_id,
        reference=read.case_id,
        kind=sort.kind,
        severity=sort.severity,
        standing=sort.standing,
        channel=sort.channel,
        category="",
        forwarded="",
        answered="",
        solved="",
        repeats=0,
    )


def read_facts(
    visits: Path,
    complaints: Path | None,
    previous: Path | None,
    month: str,
    rules: Rulebook,
    watch: Watch,
) -> Facts:
    """The facts in the files; a duplicate id or a bad row is an InputError or BadRowsError.

    Last month is taken from `previous` if it is given, and then from nowhere else.
    """
    last = previous_month(month)
    counted: dict[str, str] = {}
    wanted = (month,) if previous else (month, last)
    months, single, notices = _read_visits(visits, wanted, counted, rules, watch)
    if not months[month]:
        notices.append(("notice_no_visits", {"file": visits.name, "month": month}))
    if previous:
        earlier, _, more = _read_visits(previous, (last,), counted, rules, watch)
        months, notices = months | earlier, notices + more
    facts = Facts(months[month], months[last], None, None, notices, single)
    if complaints:
        _add_complaints(facts, complaints, month, rules, watch)
    else:
        notices.append(("notice_without_complaints", {}))
    return facts


def _read_visits(
    path: Path, wanted: Collection[str], counted: dict[str, str], rules: Rulebook, watch: Watch
) -> tuple[MonthVisits, dict[str, list[VisitRead]], list[Notice]]:
    """The visits of the months `wanted`, those of the first also one by one, by unit.

    None that `counted` (id → place) has may come again.
    """
    sheet = read_sheet(path)
    first, *_ = wanted
    months: MonthVisits = {month: {} for month in wanted}
    single: dict[str, list[VisitRead]] = {}
    others = 0
    for read in _facts(watch(sheet, read_rows(sheet, VISIT_COLUMNS)), _visit_reader(rules)):
        if read.month not in months:
            others += 1
            continue
        if read.visit_id in counted:
            raise read.row.refuse("visit_id", f"counts in {counted[read.visit_id]} already")
        counted[read.visit_id] = f"{path}:{read.row.line}"
        if read.month == first:
            single.setdefault(read.unit, []).append(read)
        tally = months[read.month].setdefault(read.unit, Tally())
        if read.letters == SILENT:
            tally.add_silent()
        else:
            tally.add_form(read.letters)
    return months, single, sheet.notices + _counted("notice_other_months", path, others)


def _add_complaints(facts: Facts, path: Path, month: str, rules: Rulebook, watch: Watch) -> None:
    """Add the month's cases by unit, and how many had none; an empty file has no cases."""
    sheet = read_sheet(path)
    facts.complaints = {}
    others = without_unit = 0
    rows = read_rows(sheet, COMPLAINT_COLUMNS) if sheet.header else ()
    for read in _facts(watch(sheet, rows), _case_reader(rules)):
        if read.month != month:
            others += 1
        elif not read.unit:
            without_unit += 1
        else:
            facts.complaints.setdefault(read.unit, ComplaintTally()).add(read.sort)
            facts.cases.setdefault(read.unit, []).append(read)
    facts.without_unit = without_unit
    facts.notices += sheet.notices
    facts.notices += _counted("notice_other_months", path, others)
    facts.notices += _counted("notice_no_unit", path, without_unit)


def _counted(message: str, path: Path, rows: int) -> list[Notice]:
    return [(message, {"file": path.name, "rows": rows})] if rows else []


def _visit_reader(rules: Rulebook) -> Callable[[Row], VisitRead]:
    here, ids = zone(rules), dict[str, int]()

    def read(row: Row) -> VisitRead:
        row.check_width()
        visit_id = _once(row, "visit_id", row.identifier("visit_id"), ids)
        unit = row.identifier("unit")
        technician = row.name("technician")
        month, week = _of_day(local_day(row.instant("completed_at", here), rules))
        letters = "".join([row.grade(item) for item in ITEMS])
        return VisitRead(visit_id, unit, technician, month, week, letters, row)

    return read


@cache
def _of_day(day: date) -> tuple[str, str]:
    """The month and the ISO week of a day, each worked out once."""
    return month_of_day(day), week_key(day)


def _case_reader(rules: Rulebook) -> Callable[[Row], CaseRead]:
    here, ids = zone(rules), dict[str, int]()

    def read(row: Row) -> CaseRead:
        row.check_width()
        case_id = _once(row, "case_id", row.name("case_id"), ids)
        unit = row.identifier("unit") if row.text("unit") else ""
        month = month_of_day(local_day(row.instant("received_at", here), rules))
        return CaseRead(case_id, unit, month, Sort(*(row.word(what) for what in Sort._fields)))

    return read


def _once(row: Row, column: str, value: str, lines: dict[str, int]) -> str:
    """`value`, unless an earlier row of the file has it."""
    if value in lines:
        raise row.refuse(column, f"{value} stands in line {lines[value]} already")
    lines[value] = row.line
    return value


def _facts(rows: Iterable[Row], read: Callable[[Row], Fact]) -> Iterator[Fact]:
    """What `read` makes of each row; after the last one BadRowsError for those it refused."""
    refused: list[InputError] = []
    for row in rows:
        try:
            yield read(row)
        except InputError as error:
            refused.append(error)
    if refused:
        named = [str(error) for error in refused[:MOST_ERRORS]]
        more = len(refused) - len(named)
        raise BadRowsError("\n".join(named + ([f"and {more} more rows"] if more else [])))
