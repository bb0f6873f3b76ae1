"""The month's report as a workbook with native charts, from documents and what they rest on.

One workbook for one unit, as supervision or the unit itself reads it, or for all units of an
offline month. What is not known of a unit is left out, and so is a sheet that nobody has rows for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from chalicelib.core.disclosure import of_unit
from chalicelib.core.grades import ITEMS
from chalicelib.core.tallies import FORM_POINTS, SILENT
from chalicelib.report_charts import charts
from chalicelib.report_parts import Part, by_technician, mean_of, shown, sums, text_column
from chalicelib.report_summary import summary
from chalicelib.sheet_pages import Cell, Column, Page, Table, without_blank_columns
from chalicelib.spreadsheets import workbook
from chalicelib.texts import Say

METHOD: Final = (
    "forms", "visits", "mean", "change", "all_best", "all_worst", "complaints", "weighted",
    "sanction", "late", "void", "match", "bounds", "adjusted", "evidence", "response", "clocks",
    "fluctuation", "trial",
)  # fmt: skip
"""What the last page explains, each in two sentences."""

WORDS: Final[Mapping[str, str]] = {
    **{group: f"page.unit.{group}" for group in ("kind", "severity", "standing")},
    "category": "page.category",
}
"""Words of cases that the unit's own pages use as well; all others are the workbooks'."""

HASHES: Final = ("rulebook_sha256", "facts_sha256", "previous_hash")


def report(
    parts: Sequence[Part], month: str, say: Say, mark: str = "", notices: Sequence[str] = ()
) -> bytes:
    """The report of a month as an XLSX file, supervision's edition unless its parts are a unit's.

    `mark` and `notices` are for every reader: that it is a trial, that a file was read otherwise.
    """
    first = summary(parts, month, say, notices)
    others = [
        charts(parts, month, say),
        _forms(parts, say),
        _cases(parts, say),
        _technicians(parts, say),
        _weeks(parts, say),
    ]
    known = [page for page in others if page.charts or any(table.rows for table in page.tables)]
    return workbook([*first, *known, _method(parts, say)], mark)


def unit_edition(part: Part) -> Part:
    """The part as its unit may see it: no single form, nor its week, nor where a case came in.

    Of its figures it has what `disclosure.of_unit` lets it read.
    """
    facts = part.facts and replace(
        part.facts,
        visits=(),
        cases=tuple(case._replace(number="", channel="") for case in part.facts.cases),
    )
    return replace(part, entry=of_unit(part.entry), facts=facts)


# The sheets


def _forms(parts: Sequence[Part], say: Say) -> Page:
    items = [text_column(say, item, 11) for item in ITEMS]
    columns = [
        text_column(say, "unit", 16),
        text_column(say, "visit", 22),
        text_column(say, "technician", 18),
        *items,
        Column(say("workbook.column.points"), 9),
        text_column(say, "week", 11),
        *(
            text_column(say, what, 13)
            for what in ("channel", "evidence", "late", "outcome", "void")
        ),
    ]
    rows: list[list[Cell]] = [
        [
            part.unit,
            visit.visit_id,
            part.names.get(visit.technician, visit.technician),
            *("" if letter == "-" else letter for letter in visit.letters),
            FORM_POINTS[visit.letters],
            visit.week,
            _word(say, "channel", visit.channel),
            _word(say, "evidence", visit.evidence),
            say("workbook.yes") if visit.late else "",
            _word(say, "outcome", visit.outcome),
            _word(say, "void", visit.void),
        ]
        for part in parts
        for visit in part.visits
        if visit.letters != SILENT
    ]
    title = say("workbook.page.forms")
    return Page(title, title, (), [without_blank_columns(Table(columns, rows))])


def _cases(parts: Sequence[Part], say: Say) -> Page:
    words = ("kind", "severity", "standing", "category", "channel")
    clocks = ("forwarded", "answered", "solved")
    columns = [
        text_column(say, "unit", 16),
        text_column(say, "reference", 18),
        *(text_column(say, what, 19) for what in words),
        *(text_column(say, what, 11) for what in clocks),
        Column(say("workbook.column.repeats"), 10),
    ]
    rows: list[list[Cell]] = [
        [
            part.unit,
            case.reference,
            *(_word(say, what, getattr(case, what)) for what in words),
            *(_word(say, "clock", getattr(case, what)) for what in clocks),
            case.repeats or None,
        ]
        for part in parts
        for case in (part.facts.cases if part.facts else ())
    ]
    title = say("workbook.page.cases")
    return Page(title, title, (), [without_blank_columns(Table(columns, rows))])


def _technicians(parts: Sequence[Part], say: Say) -> Page:
    columns = [
        text_column(say, "unit", 16),
        text_column(say, "technician", 22),
        *(Column(say(f"workbook.column.{what}"), 10) for what in ("visits", "forms", "points")),
        Column(say("workbook.column.mean_forms"), 10, "mean"),
        *(Column(say(f"workbook.column.{what}"), 12) for what in ("verified", "differs")),
    ]
    rows: list[list[Cell]] = []
    for part in parts:
        for one in part.entry.get("technicians") or by_technician(part.visits):
            rows.append(
                [
                    part.unit,
                    part.names.get(one["technician"], one["technician"]),
                    *(one["visits"], one["forms"], one["points"]),
                    shown(one["mean"]),
                    *(one.get("verified"), one.get("differs")),
                ]
            )
    title = say("workbook.page.technicians")
    return Page(title, title, (), [without_blank_columns(Table(columns, rows))])


def _weeks(parts: Sequence[Part], say: Say) -> Page:
    columns = [
        text_column(say, "unit", 16),
        text_column(say, "week", 12),
        *(Column(say(f"workbook.column.{what}"), 10) for what in ("visits", "forms", "points")),
        Column(say("workbook.column.mean_forms"), 10, "mean"),
    ]
    rows = [
        [part.unit, week, visits, forms, points, mean_of(points, forms)]
        for part in parts
        for week, (visits, forms, points) in sums(part.visits, "week").items()
    ]
    title = say("workbook.page.weeks")
    return Page(title, title, [say("workbook.weeks_by_completion")], [Table(columns, rows)])


def _method(parts: Sequence[Part], say: Say) -> Page:
    columns = [text_column(say, "number", 26), text_column(say, "meaning", 110)]
    rows = [
        [say(f"workbook.method.{what}.name"), say(f"workbook.method.{what}.text")]
        for what in METHOD
    ]
    hashes = [
        [f"{part.unit} · {say(f'workbook.hash.{what}')}", str(part.entry[what])]
        for part in parts
        for what in HASHES
        if part.entry.get(what)
    ]
    tables = [Table(columns, rows)]
    if hashes:
        tables.append(
            Table([text_column(say, "hash", 26), text_column(say, "sha256", 110)], hashes)
        )
    title = say("workbook.page.method")
    return Page(title, title, (), tables)


def _word(say: Say, group: str, word: str) -> str:
    return say(f"{WORDS.get(group, f'workbook.{group}')}.{word}") if word else ""
