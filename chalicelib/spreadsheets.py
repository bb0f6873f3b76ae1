"""Pages of tables and native charts, written as an XLSX file.

Texts stay texts whatever they look like, numbers are values and never formulas, and the same pages
make the same bytes. XlsxWriter is imported when a workbook is made.
"""

import io
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from chalicelib.cell_texts import fitting, lines_of
from chalicelib.sheet_pages import Cell, Chart, Column, Kind, Page, Table

MADE_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in a workbook as its date, so that the same rows make the same bytes."""

OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""What customers and units wrote stays text in every cell."""

_NUMBERS: Final = {"text": "@", "count": "0", "mean": "0.00", "money": "+#,##0;-#,##0;0"}
_RIGHT: Final = {"align": "right"}
_A4: Final = 9
_CHART: Final = {"width": 640, "height": 300}
_CHART_ROWS, _CHART_COLUMNS = 17, 11
"""Rows and columns of the usual size that a chart covers, and one more."""

_LINE: Final = 15
"""Points that a line of text is high."""

_MOST_LINES: Final = 26
"""Excel makes no row higher than 409 points."""

_COLOURS: Final = ("#1b6ca8", "#7fb3d5", "#b8b8b8", "#e59866", "#a93226", "#5b2c6f")
"""Told apart also by those who see red and green alike, the first to the fifth as A to E."""

_MARK: Final = "#8a1f11"
_HEAD: Final = "#e8eef4"


def workbook(pages: Sequence[Page], mark: str = "") -> bytes:
    """The pages as an XLSX file; `mark` stands on each of them, on the screen and in print."""
    import xlsxwriter  # type: ignore[import-untyped] # it has no types

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        book.set_properties({"created": MADE_AT})
        styles = _Styles(book)
        for page in pages:
            _Sheet(book, page, styles).write(mark)
    return file.getvalue()


class _Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 # XlsxWriter has no types
        line = {"border": 1, "border_color": "#9a9a9a", "valign": "vcenter"}
        self.title = book.add_format({"bold": True, "font_size": 15})
        self.mark = book.add_format({"bold": True, "font_color": _MARK})
        self.caption = book.add_format({"bold": True, "font_size": 12})
        head = {**line, "bold": True, "bg_color": _HEAD, "text_wrap": True}
        self.heads = {
            kind: book.add_format({**head, **({"indent": 1} if kind == "text" else _RIGHT)})
            for kind in _NUMBERS
        }
        self.cells = {
            (kind, strong): book.add_format(
                {
                    **line,
                    "num_format": number,
                    **({"text_wrap": True, "indent": 1} if kind == "text" else {}),
                    "bold": strong,
                    **({"top": 2} if strong else {}),
                }
            )
            for kind, number in _NUMBERS.items()
            for strong in (False, True)
        }


class _Sheet:
    """One page on its way into the workbook, row by row."""

    def __init__(self, book: Any, page: Page, styles: _Styles) -> None:  # noqa: ANN401 # untyped
        self._book = book
        self._page = page
        self._styles = styles
        self._sheet = book.add_worksheet(page.name)
        self._widths = _widths(page)
        self._row = 0

    def write(self, mark: str) -> None:
        self._set_up(mark)
        self._line(self._page.title, self._styles.title)
        if mark:
            self._line(mark, self._styles.mark)
        for text in self._page.lines:
            self._line(text)
        for table in self._page.tables:
            self._row += 1
            self._table(table)
        if len(self._page.tables) == 1 and not self._page.charts:
            self._keep_heading(self._page.tables[0])
        for chart in self._page.charts:
            self._row += 1
            self._charted(chart)
        if self._page.charts:
            self._sheet.print_area(0, 0, self._row, len(self._widths) + _CHART_COLUMNS)

    def _set_up(self, mark: str) -> None:
        sheet = self._sheet
        sheet.set_paper(_A4)
        if not self._page.charts:
            sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        sheet.fit_to_pages(1, 1 if self._page.charts else 0)
        sheet.hide_gridlines(2)
        plain = f"{self._page.title}  {mark}".replace("&", "&&")
        sheet.set_header(f"&L{plain[:200]}")
        sheet.set_footer("&R&P / &N")
        for place, width in enumerate(self._widths):
            sheet.set_column(place, place, width)

    def _line(self, text: str, style: object = None) -> None:
        self._sheet.write_string(self._row, 0, fitting(text), style)
        self._row += 1

    def _table(self, table: Table) -> int:
        """Write a table; the row of its headings."""
        if table.title:
            self._line(table.title, self._styles.caption)
        top = self._row
        self._heighten(table, [column.head for column in table.columns])
        for place, column in enumerate(table.columns):
            self._sheet.write_string(top, place, column.head, self._styles.heads[column.kind])
        for row in table.rows:
            self._row += 1
            self._cells(table, row, strong=False)
        if table.total:
            self._row += 1
            self._cells(table, table.total, strong=True)
        self._row += 1
        return top

    def _cells(self, table: Table, row: Sequence[Cell], *, strong: bool) -> None:
        self._heighten(table, row)
        for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            style = self._styles.cells[_kind(column, cell), strong]
            if cell is None:
                self._sheet.write_blank(self._row, place, None, style)
            elif isinstance(cell, str):
                self._sheet.write_string(self._row, place, fitting(cell), style)
            else:
                self._sheet.write_number(self._row, place, cell, style)

    def _heighten(self, table: Table, row: Sequence[Cell]) -> None:
        """Make room for the longest text: not every program does so by itself."""
        widths = zip(self._widths, row, strict=False)
        lines = max((lines_of(cell, width) for width, cell in widths), default=1)
        if lines > 1:
            self._sheet.set_row(self._row, _LINE * min(lines, _MOST_LINES) + 2)

    def _keep_heading(self, table: Table) -> None:
        """The headings of a page's only table stay in sight, in print on each sheet of paper."""
        top = self._row - len(table.rows) - bool(table.total) - 1
        self._sheet.freeze_panes(top + 1, 0)
        self._sheet.repeat_rows(top)

    def _charted(self, chart: Chart) -> None:
        start = self._row
        top = self._table(chart.table)
        last = top + len(chart.table.rows)
        kinds = {"line": ("line", ""), "column": ("column", ""), "stacked": ("column", "stacked")}
        kind, subtype = kinds[chart.kind]
        drawn = self._book.add_chart(
            {"type": kind, "subtype": subtype} if subtype else {"type": kind}
        )
        for place, column in enumerate(chart.shown):
            drawn.add_series(self._series(chart, column, place, (top + 1, last)))
        drawn.set_title({"name": chart.table.title, "name_font": {"size": 12}, "overlay": False})
        drawn.set_legend({"position": "bottom", "none": len(chart.shown) == 1})
        drawn.set_x_axis({"label_position": "low"})
        grid = {"visible": True, "line": {"color": "#d9d9d9"}}
        drawn.set_y_axis({"major_gridlines": grid, **_scale(chart)})
        drawn.set_size(_CHART)
        beside = len(self._widths) + 1
        self._sheet.insert_chart(start, beside, drawn, {"object_position": 2})
        self._row = max(self._row, start + _CHART_ROWS)

    def _series(
        self, chart: Chart, column: int, place: int, rows: tuple[int, int]
    ) -> dict[str, object]:
        name, colour = self._page.name, _COLOURS[place % len(_COLOURS)]
        first, last = rows
        series: dict[str, object] = {
            "name": [name, first - 1, column],
            "categories": [name, first, 0, last, 0],
            "values": [name, first, column, last, column],
            "gap": 60,
            "data_labels": {"value": chart.kind != "stacked"},
        }
        if chart.kind == "line":
            marker = {"type": "circle", "size": 6, "fill": {"color": colour}}
            labels = {"data_labels": {"value": True, "position": "above"}}
            return series | labels | {"line": {"color": colour, "width": 2}, "marker": marker}
        return series | {"fill": {"color": colour}, "border": {"color": "#ffffff"}}


def _widths(page: Page) -> list[int]:
    """The width of each column: the widest that a table of the page asks for."""
    tables = [*page.tables, *(chart.table for chart in page.charts)]
    most = max((len(table.columns) for table in tables), default=0)
    return [
        max(table.columns[place].width for table in tables if place < len(table.columns))
        for place in range(most)
    ]


def _kind(column: Column, cell: Cell) -> Kind:
    """How a cell is shown: a column of texts may also hold numbers of either kind."""
    if column.kind != "text" or cell is None or isinstance(cell, str):
        return column.kind
    return "mean" if isinstance(cell, Decimal) else "count"


def _scale(chart: Chart) -> dict[str, object]:
    """Means stand on a scale of whole points with room around: none looks like a leap."""
    cells = [row[column] for row in chart.table.rows for column in chart.shown]
    means = [cell for cell in cells if isinstance(cell, Decimal)]
    if not means:
        return {"min": 0}
    lowest, highest = math.floor(min(means)) - 1, math.ceil(max(means)) + 1
    if chart.kind != "line":  # a bar is as long as its number only from 0 on
        lowest, highest = min(lowest, 0), max(highest, 0)
    return {"min": lowest, "max": highest, "major_unit": 1, "num_format": "0"}
