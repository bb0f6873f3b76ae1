"""Reads a week's workbook that callers filled in: rows with the cells they stand in, and flaws.

Rows are known by their hidden marks. Whatever is not where we put it, is a formula, or would not
be read is a flaw with its cell: no word is taken for another, and none is lost in silence.
"""

import io
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from chalicelib.core import calendar
from chalicelib.core.call_rows import CallRow
from chalicelib.core.grades import ITEMS
from chalicelib.core.rules import Rulebook
from chalicelib.core.sheet_marks import INFORMATION, SheetMark, mark_of, parsed
from chalicelib.core.verification import Attempt, Told
from chalicelib.services.call_columns import ATTEMPTS, COLUMNS, HEAD_ROW, OURS, PLACES, Column
from chalicelib.services.call_columns import heading as heading_of
from chalicelib.texts import LOCALES, translator
from tools.call_sheet_cells import choice_in, day_in, is_blank, text_in, time_in

if TYPE_CHECKING:
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

T = TypeVar("T")

MOST_ROWS: Final = 5_000
"""More rows than any caller's week: the file is another one."""

MOST_COLUMNS: Final = 256
"""Cells beyond are no notes beside the table; each row would be as wide as the farthest of them."""

LARGEST_UNPACKED: Final = 200_000_000
"""Bytes of all parts of a workbook; a few kilobytes can be packed that fill any memory."""

_FILLED: Final = tuple(column for column in COLUMNS if column.holds not in OURS)
_TOLD: Final = ("answered", "work", "paid", "slip", "helped", "settlement", "remark", "complaint")


class UnreadableError(Exception):
    """The file is no workbook that can be read; its text is the reason."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a cell is refused: a code and the facts of its sentence."""

    sheet: str
    cell: str
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row in which a caller wrote something: `cells` has the cell of each field of CallRow."""

    sheet: str
    draw: str
    call: CallRow
    cells: Mapping[str, str]


@dataclass(slots=True)
class Read:
    """What a workbook says. With any flaw nothing of it may be taken."""

    rows: list[FilledRow] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    sheets: int = 0
    seen: dict[str, str] = field(default_factory=dict)


def read_calls(data: bytes, rules: Rulebook) -> Read:
    """What the workbook in `data` says; times are those of the organisation's zone."""
    found = Read()
    book = _opened(data)
    for sheet in book.worksheets:
        _read_sheet(sheet, book.epoch, rules, found)
    if not found.sheets and not found.flaws:
        found.flaws.append(Flaw("", "", "no_sheets"))
    return found


def _opened(data: bytes) -> Any:  # noqa: ANN401 # openpyxl's, imported only where it is needed
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            _check_size(data)
            return openpyxl.load_workbook(io.BytesIO(data))
        except Exception as error:
            raise UnreadableError(f"{type(error).__name__}: {error}") from None


def _check_size(data: bytes) -> None:
    """Return if the workbook unpacks to no more than LARGEST_UNPACKED bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > LARGEST_UNPACKED:
        raise UnreadableError(f"> {LARGEST_UNPACKED} bytes unpacked")


def _read_sheet(sheet: "Worksheet", epoch: datetime, rules: Rulebook, found: Read) -> None:
    first = sheet.cell(1, 1)
    mark = parsed(str(first.value))
    if mark is None:
        if first.value != INFORMATION and not _is_empty(sheet):
            found.flaws.append(Flaw(sheet.title, "A1", "unknown_sheet"))
        return
    found.sheets += 1
    flaws = [*_wrong_headings(sheet), *_outside(sheet)]
    if flaws:
        found.flaws += flaws
        return
    ids = []
    for cells in sheet.iter_rows(min_row=HEAD_ROW + 2, max_col=len(COLUMNS)):
        row = _Row(sheet.title, cells, epoch, rules)
        if visit_id := row.read(mark, found):
            ids.append(visit_id)
    if mark_of(mark.draw, mark.caller, ids) != mark:
        facts = {"count": str(mark.count), "found": str(len(ids))}
        found.flaws.append(Flaw(sheet.title, "A1", "rows_changed", facts))


def _is_empty(sheet: "Worksheet") -> bool:
    far, wide = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS)
    rows = sheet.iter_rows(max_row=far, max_col=wide, values_only=True)
    return all(is_blank(value) for row in rows for value in row)


def _wrong_headings(sheet: "Worksheet") -> Iterator[Flaw]:
    for place, column in enumerate(COLUMNS, start=1):
        cell = sheet.cell(HEAD_ROW + 1, place)
        names = [heading_of(column, translator(language)) for language in LOCALES]
        if str(cell.value).strip() not in names:
            yield Flaw(sheet.title, cell.coordinate, "heading", {"expected": " / ".join(names)})


def _outside(sheet: "Worksheet") -> Iterator[Flaw]:
    """What stands beside or far below the table, where nothing is read."""
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        far = sheet.cell(min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS))
        yield Flaw(sheet.title, far.coordinate, "outside")
        return
    for row in sheet.iter_rows(min_row=HEAD_ROW + 1, min_col=len(COLUMNS) + 1):
        for cell in row:
            if not is_blank(cell.value):
                yield Flaw(sheet.title, cell.coordinate, "outside")


class _Row:
    """One row below the headings."""

    def __init__(
        self, sheet: str, cells: "Sequence[Cell | MergedCell]", epoch: datetime, rules: Rulebook
    ) -> None:
        self._sheet = sheet
        self._cells = cells
        self._epoch = epoch
        self._rules = rules
        self._flaws: list[Flaw] = []
        self._places: dict[str, str] = {}

    def read(self, mark: SheetMark, found: Read) -> str:
        """Put what the row says into `found`; the visit it is about, "" where it is none."""
        visit_id = self._visit(mark, found)
        if visit_id:
            call = self._call(visit_id)
            if call.attempts or call.told:
                self._places[""] = self._at("job")
                found.rows.append(FilledRow(self._sheet, mark.draw, call, self._places))
        found.flaws += self._flaws
        return visit_id

    def _visit(self, mark: SheetMark, found: Read) -> str:
        if all(is_blank(cell.value) for cell in self._cells):
            return ""
        hidden, job = self._value("id"), self._value("job")
        draw, _, visit_id = str(hidden or "").partition("/")
        if is_blank(hidden):
            self._wrong("no", "row_added")
        elif draw != mark.draw:
            self._wrong("id", "other_draw", draw=draw)
        elif str(job or "").strip() != visit_id:
            self._wrong("job", "id_changed", job=str(job or ""))
        elif visit_id in found.seen:
            self._wrong("job", "row_twice", visit=visit_id, where=found.seen[visit_id])
        else:
            found.seen[visit_id] = f"{self._sheet}!{self._at('job')}"
            return visit_id
        return ""

    def _call(self, visit_id: str) -> CallRow:
        for column in _FILLED:
            if self._cell(column.name).data_type == "f":
                self._wrong(column.name, "formula")
        if self._flaws:
            return CallRow(visit_id)
        made = [self._attempt(number) for number in ATTEMPTS]
        attempts = tuple(attempt for attempt in made if attempt)
        return CallRow(visit_id, attempts, self._told())

    def _attempt(self, number: int) -> Attempt | None:
        names = [f"{name}_{number}" for name in ("date", "time", "reached")]
        blank = [name for name in names if is_blank(self._value(name))]
        if blank:
            if len(blank) < len(names):
                self._wrong(blank[0], "attempt_part")
            return None
        day = self._taken(names[0], lambda value: day_in(value, self._epoch), "date")
        clock = self._taken(names[1], time_in, "time")
        reached = self._choice(names[2])
        if day is None or clock is None or reached is None:
            return None
        place = sum(1 for key in self._places if key.endswith(".at"))
        for name, key in zip(names, ("at", "by", "reached"), strict=True):
            self._places[f"attempts.{place}.{key}"] = self._at(name)
        return Attempt(calendar.at(day, clock, self._rules), "", reached)

    def _told(self) -> Told | None:
        names = [name for name in (*ITEMS, *_TOLD) if not is_blank(self._value(name))]
        said = {name: self._said(COLUMNS[PLACES[name]]) for name in names}
        self._places |= {f"told.{name}": self._at(name) for name in _TOLD}
        self._places["told.grades"] = self._at(ITEMS[0])
        grades = "".join(said.get(item) or "-" for item in ITEMS)
        told = {name: said[name] or "" for name in _TOLD if name in said}
        return Told(grades, **told) if said else None

    def _said(self, column: Column) -> str | None:
        if column.holds == "text":
            return self._taken(column.name, text_in, "text")
        return self._choice(column.name)

    def _choice(self, name: str) -> str | None:
        holds = COLUMNS[PLACES[name]].holds
        return self._taken(name, lambda value: choice_in(holds, value), "choice")

    def _taken(self, name: str, take: Callable[[object], T | None], code: str) -> T | None:
        """The value of a cell as `take` reads it; where it reads nothing, a flaw."""
        value = self._value(name)
        taken = take(value)
        if taken is None:
            self._wrong(name, code, text=str(value)[:40])
        return taken

    def _cell(self, name: str) -> "Cell | MergedCell":
        return self._cells[PLACES[name]]

    def _value(self, name: str) -> object:
        return self._cell(name).value

    def _at(self, name: str) -> str:
        return self._cell(name).coordinate

    def _wrong(self, name: str, code: str, **facts: str) -> None:
        self._flaws.append(Flaw(self._sheet, self._at(name), code, facts))
