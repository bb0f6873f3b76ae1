"""The charts of a report: native ones, each beside the table that it is drawn from."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.core.grades import ITEMS, POINTS
from chalicelib.report_parts import Part, mean_of, shown, sums, text_column
from chalicelib.sheet_pages import Cell, Chart, Column, Page, Table
from chalicelib.texts import Say

MOST_COLUMNS: Final = 40
"""Rows that a chart still shows side by side."""


def charts(parts: Sequence[Part], month: str, say: Say) -> Page:
    """The page of charts; one that would have no row, or too many to be read, is left out."""
    one = parts[0] if len(parts) == 1 else None
    charts = [
        _means_by_month(one, month, say) if one else _means_by_unit(parts, say),
        _means_by_week(parts, say),
        _grades(parts, say),
        _complaints_by_month(one, month, say) if one else _complaints_by_unit(parts, say),
    ]
    title = say("workbook.page.charts")
    drawn = [chart for chart in charts if chart and 0 < len(chart.table.rows) <= MOST_COLUMNS]
    return Page(title, title, (), (), drawn)


def _months(part: Part, month: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The unit's months as far as they are known, this one last."""
    known = [(str(entry["month"]), entry) for entry in part.earlier]
    return [*known, (month, part.entry)]


def _means_by_month(part: Part, month: str, say: Say) -> Chart:
    rows: list[list[Cell]] = [
        [each, shown(entry["mean_forms"]), entry["forms"]] for each, entry in _months(part, month)
    ]
    if not part.earlier and part.entry["previous"]:
        previous = part.entry["previous"]
        rows.insert(0, [say("workbook.last_month"), shown(previous["mean"]), previous["n"]])
    columns = [
        text_column(say, "month", 14),
        Column(say("workbook.column.mean_forms"), 12, "mean"),
        Column(say("workbook.column.forms"), 10),
    ]
    return Chart(Table(columns, rows, say("workbook.chart.means_by_month")), "line", (1,))


def _means_by_unit(parts: Sequence[Part], say: Say) -> Chart:
    columns = [
        text_column(say, "unit", 14),
        Column(say("workbook.column.last_mean"), 12, "mean"),
        Column(say("workbook.column.mean"), 12, "mean"),
    ]
    rows: list[list[Cell]] = [
        [
            part.unit,
            shown((part.entry["previous"] or {}).get("mean")),
            shown(part.entry["mean"]),
        ]
        for part in parts
    ]
    return Chart(Table(columns, rows, say("workbook.chart.means_by_unit")), "column", (1, 2))


def _means_by_week(parts: Sequence[Part], say: Say) -> Chart:
    every = [visit for part in parts for visit in part.visits]
    rows: list[list[Cell]] = [
        [week, mean_of(points, forms), forms]
        for week, (_, forms, points) in sums(every, "week").items()
    ]
    columns = [
        text_column(say, "week", 14),
        Column(say("workbook.column.mean_forms"), 12, "mean"),
        Column(say("workbook.column.forms"), 10),
    ]
    return Chart(Table(columns, rows, say("workbook.chart.means_by_week")), "line", (1,))


def _grades(parts: Sequence[Part], say: Say) -> Chart:
    columns = [text_column(say, "item", 14), *(Column(grade, 8) for grade in POINTS)]
    known = [part.entry["items"] for part in parts if part.entry["forms"] and part.entry["items"]]
    rows: list[list[Cell]] = [
        [
            say(f"workbook.column.{item}"),
            *(sum(items[item]["counts"][grade] for items in known) for grade in POINTS),
        ]
        for item in (ITEMS if known else ())
    ]
    every = tuple(range(1, len(POINTS) + 1))
    return Chart(Table(columns, rows, say("workbook.chart.grades")), "stacked", every)


def _complaints_by_month(part: Part, month: str, say: Say) -> Chart:
    rows: list[list[Cell]] = [
        [each, entry["complaints"]["count"]]
        for each, entry in _months(part, month)
        if entry["complaints"]
    ]
    columns = [text_column(say, "month", 14), Column(say("workbook.column.count"), 12)]
    return Chart(Table(columns, rows, say("workbook.chart.complaints_by_month")), "column", (1,))


def _complaints_by_unit(parts: Sequence[Part], say: Say) -> Chart:
    rows: list[list[Cell]] = [
        [part.unit, part.entry["complaints"]["count"]] for part in parts if part.entry["complaints"]
    ]
    columns = [text_column(say, "unit", 14), Column(say("workbook.column.count"), 12)]
    return Chart(Table(columns, rows, say("workbook.chart.complaints_by_unit")), "column", (1,))
