"""The facts of a month from files: visits by month and unit, complaints by unit.

A row of visits without any grade is a visit whose customer stayed silent: it is in `visits`, not
in `forms`. Rows of other months are checked like all others, then ignored and counted.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from chalicelib.core.calendar import month_of, previous_month, zone
from chalicelib.core.grades import ITEMS
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
class VisitFact:
    """What of a visit's row the assessment needs, and where it stands."""

    visit_id: str
    unit: str
    month: str
    letters: str
    row: Row


@dataclass(frozen=True)
class CaseFact:
    """What of a case's row the assessment needs; a case without a unit has ""."""

    unit: str
    month: str
    sort: Sort


@dataclass
class Facts:
    """A month's visits and the ones before by unit, complaints (None: no file), and notices."""

    now: dict[str, Tally]
    before: dict[str, Tally]
    complaints: dict[str, ComplaintTally] | None
    without_unit: int | None
    notices: list[Notice] = field(default_factory=list)

    def units(self) -> list[str]:
        """Everybody with a visit in one of the two months or a case in this one, sorted."""
        return sorted({*self.now, *self.before, *(self.complaints or ())})


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
    months, notices = _read_visits(visits, wanted, counted, rules, watch)
    if not months[month]:
        notices.append(("notice_no_visits", {"file": visits.name, "month": month}))
    if previous:
        earlier, more = _read_visits(previous, (last,), counted, rules, watch)
        months, notices = months | earlier, notices + more
    cases, without_unit = None, None
    if complaints:
        cases, without_unit, more = _read_complaints(complaints, month, rules, watch)
        notices += more
    else:
        notices.append(("notice_without_complaints", {}))
    return Facts(months[month], months[last], cases, without_unit, notices)


def _read_visits(
    path: Path, wanted: Collection[str], counted: dict[str, str], rules: Rulebook, watch: Watch
) -> tuple[MonthVisits, list[Notice]]:
    """The visits of the months `wanted`; none that `counted` (id → place) has may come again."""
    sheet = read_sheet(path)
    months: MonthVisits = {month: {} for month in wanted}
    others = 0
    for fact in _facts(watch(sheet, read_rows(sheet, VISIT_COLUMNS)), _visit_reader(rules)):
        if fact.month not in months:
            others += 1
            continue
        if fact.visit_id in counted:
            raise fact.row.refuse("visit_id", f"counts in {counted[fact.visit_id]} already")
        counted[fact.visit_id] = f"{path}:{fact.row.line}"
        tally = months[fact.month].setdefault(fact.unit, Tally())
        if fact.letters == SILENT:
            tally.add_silent()
        else:
            tally.add_form(fact.letters)
    return months, sheet.notices + _counted("notice_other_months", path, others)


def _read_complaints(
    path: Path, month: str, rules: Rulebook, watch: Watch
) -> tuple[dict[str, ComplaintTally], int, list[Notice]]:
    """The month's cases by unit, and how many had none; an empty file has no cases."""
    sheet = read_sheet(path)
    cases: dict[str, ComplaintTally] = {}
    others = without_unit = 0
    rows = read_rows(sheet, COMPLAINT_COLUMNS) if sheet.header else ()
    for fact in _facts(watch(sheet, rows), _case_reader(rules)):
        if fact.month != month:
            others += 1
        elif not fact.unit:
            without_unit += 1
        else:
            cases.setdefault(fact.unit, ComplaintTally()).add(fact.sort)
    notices = _counted("notice_other_months", path, others)
    notices += _counted("notice_no_unit", path, without_unit)
    return cases, without_unit, sheet.notices + notices


def _counted(message: str, path: Path, rows: int) -> list[Notice]:
    return [(message, {"file": path.name, "rows": rows})] if rows else []


def _visit_reader(rules: Rulebook) -> Callable[[Row], VisitFact]:
    here, ids = zone(rules), dict[str, int]()

    def read(row: Row) -> VisitFact:
        row.check_width()
        visit_id = _once(row, "visit_id", row.identifier("visit_id"), ids)
        unit = row.identifier("unit")
        row.name("technician")
        month = month_of(row.instant("completed_at", here), rules)
        letters = "".join([row.grade(item) for item in ITEMS])
        return VisitFact(visit_id, unit, month, letters, row)

    return read


def _case_reader(rules: Rulebook) -> Callable[[Row], CaseFact]:
    here, ids = zone(rules), dict[str, int]()

    def read(row: Row) -> CaseFact:
        row.check_width()
        _once(row, "case_id", row.name("case_id"), ids)
        unit = row.identifier("unit") if row.text("unit") else ""
        month = month_of(row.instant("received_at", here), rules)
        return CaseFact(unit, month, Sort(*(row.word(what) for what in Sort._fields)))

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
