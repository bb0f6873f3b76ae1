"""Read a table from a file: CSV in UTF-8 or GB18030, or the first sheet of a workbook.

Whether a file is a workbook is told by its first bytes, not by its name.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Notice = tuple[str, dict[str, object]]
"""Something the reader of the result should know: message id and values."""

Numbered = tuple[int, Sequence[object]]
"""A row and its line in the file."""

UNCOMPUTED: Final = object()
"""In place of a formula's value where the workbook does not hold it."""

_MOST_TITLES: Final = 3
"""Lines above the header that may be titles; a file with more of them is one column wide."""

_LONGEST_TITLE: Final = 60

_DELIMITERS: Final = ",;\t"
_HEAD: Final = 1 << 16
"""Characters in which the header is looked for."""

_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


class InputError(Exception):
    """The file cannot be used as it is; the text is `file:line: column: reason`."""

    def __init__(self, path: Path, line: int, column: str, reason: str) -> None:
        super().__init__(f"{path}:{line}: {column}: {reason}")


@dataclass(frozen=True)
class Sheet:
    """A table: its header and the rows below it, each with its line in the file.

    Cells are what the file holds: text in CSV; text, numbers, dates or None in a workbook. `about`
    is roughly the number of rows, for a progress bar, if known. An empty file has no header.
    """

    path: Path
    header: Sequence[object]
    header_line: int
    rows: Iterator[Numbered]
    about: int | None
    notices: list[Notice]


def read_sheet(path: Path) -> Sheet:
    """The table in the file at `path`; InputError when it holds none, or when its rows end so."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(path, 1, "file", f"cannot be read: {error.strerror}") from None
    if data.startswith(_OLD_EXCEL):
        reason = "an Excel 97 workbook, or one with a password: save it as plain .xlsx or as CSV"
        raise InputError(path, 1, "file", reason)
    notices: list[Notice] = []
    if data.startswith(_ZIP):
        rows = _untitled(path, _filled(_workbook(path, data, notices)), notices)
        line, header = next(rows, (1, ()))
        return Sheet(path, header, line, _fitted(rows, len(header)), None, notices)
    text = _decoded(path, data, notices)
    rows = _untitled(path, _filled(_csv(path, text)), notices)
    line, header = next(rows, (1, ()))
    return Sheet(path, header, line, rows, text.count("\n"), notices)


def _filled(rows: Iterator[Numbered]) -> Iterator[Numbered]:
    return ((line, row) for line, row in rows if not all(is_blank(cell) for cell in row))


def _untitled(path: Path, rows: Iterator[Numbered], notices: list[Notice]) -> Iterator[Numbered]:
    """The rows without titles above the header: single cells, with more in the row below."""
    above: list[Numbered] = []
    for line, row in rows:
        if sum(not is_blank(cell) for cell in row) > 1:
            titles = [_title(cell) for _, one in above for cell in one if not is_blank(cell)]
            if titles:
                notices.append(("notice_titles", {"file": path.name, "titles": "; ".join(titles)}))
            above = [(line, row)]
            break
        above.append((line, row))
        if len(above) > _MOST_TITLES:
            break
    yield from above
    yield from rows


def _title(cell: object) -> str:
    """A title on one line, not endless, without what would steer the terminal it is shown on."""
    words = " ".join(str(cell).split())
    return "".join(sign for sign in words if sign.isprintable())[:_LONGEST_TITLE]


def _fitted(rows: Iterator[Numbered], width: int) -> Iterator[Numbered]:
    """Rows as wide as the header: a workbook leaves empty cells out, and has notes at its side."""
    for line, row in rows:
        yield line, (*row[:width], *[None] * (width - len(row)))


def is_blank(cell: object) -> bool:
    """Whether a cell holds nothing a person could see."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _decoded(path: Path, data: bytes, notices: list[Notice]) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(path, line, "file", "neither UTF-8 nor GB18030") from None
    notices.append(("notice_gb18030", {"file": path.name}))
    return text


def _csv(path: Path, text: str) -> Iterator[Numbered]:
    """Rows with the line on which each begins; a cell in quotes may go over several."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(path, line, "row", f"{error}: are its quotes in pairs?") from None
        yield line, row
        line = reader.line_num + 1


def _delimiter(text: str) -> str:
    """What stands most often in the first line that has any: a title above it has none."""
    for line in text[:_HEAD].splitlines()[: _MOST_TITLES + 1]:
        if any(sign in line for sign in _DELIMITERS):
            return max(_DELIMITERS, key=line.count)
    return _DELIMITERS[0]


def _workbook(path: Path, data: bytes, notices: list[Notice]) -> Iterator[Numbered]:
    with _reading(path):
        rows = _cells(path, data, notices)
        if _has_formulas(data):
            rows = map(_marked, rows, _cells(path, data, [], formulas=True))
        yield from enumerate(rows, 1)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """A broken workbook fails in openpyxl in as many ways as it has parts: all are InputError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except Exception as error:
            reason = f"cannot be read as a workbook: {error}"
            raise InputError(path, 1, "file", reason) from None


def _cells(
    path: Path, data: bytes, notices: list[Notice], *, formulas: bool = False
) -> Iterator[Sequence[object]]:
    """The rows of the first visible sheet, with formulas or with their results.

    The size a workbook states is not believed: some programs write "A1" into it.
    """
    import openpyxl  # only where a workbook is read: it takes a quarter of a second

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=not formulas)
    first, *others = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if others:
        notices.append(("notice_other_sheets", {"file": path.name, "sheets": len(others)}))
    first.reset_dimensions()
    yield from first.iter_rows(values_only=True)


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        return any(b"<f>" in parts.read(name) or b"<f " in parts.read(name) for name in sheets)


def _marked(values: Sequence[object], formulas: Sequence[object]) -> Sequence[object]:
    return tuple(
        UNCOMPUTED if value is None and formula is not None else value
        for value, formula in zip(values, formulas, strict=True)
    )
