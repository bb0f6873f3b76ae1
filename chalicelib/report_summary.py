"""The first sheets of a report: figures, the four lines with their sentences, the notes."""

from collections.abc import Sequence

from chalicelib.report_parts import LINES, Part, amounts_of, shown, text_column
from chalicelib.sheet_pages import Cell, Column, Page, Table, without_blank_columns
from chalicelib.texts import Say


def summary(parts: Sequence[Part], month: str, say: Say, notices: Sequence[str]) -> list[Page]:
    """One sheet for one unit; for several, one with a row for each and one with all sentences."""
    title = say("workbook.title", month=month)
    name = say("workbook.page.summary")
    currency = [say("workbook.amounts_in", currency=parts[0].entry["currency"])] if parts else []
    top = [*currency, *notices]
    if len(parts) == 1:
        of = f"{title} · {parts[0].name or parts[0].unit}"
        return [Page(name, of, top, [_turned(_figures(parts, say), say), _lines(parts, say)])]
    lines = say("workbook.page.lines")
    return [
        Page(name, title, top, [_figures(parts, say)]),
        Page(lines, lines, (), [_lines(parts, say)]),
    ]


def _figures(parts: Sequence[Part], say: Say) -> Table:
    """A row for each unit, and their sums."""
    counts = [Column(say(f"workbook.column.{what}"), 9) for what in ("forms", "visits", "points")]
    means = [
        Column(say(f"workbook.column.{what}"), 9, "mean")
        for what in ("mean_forms", "mean_visits", "last_mean")
    ]
    columns = [
        text_column(say, "unit", 16),
        text_column(say, "name", 18),
        *counts,
        *means,
        *(Column(say(f"workbook.line.{code}"), 11, "money") for code in LINES),
        Column(say("workbook.column.amount"), 11, "money"),
        *(Column(say(f"workbook.column.{what}"), 12) for what in ("count", "weighted")),
        text_column(say, "tier", 9),
        text_column(say, "sanction", 11),
    ]
    rows = [_figures_of(part, say) for part in parts]
    total = _total(parts, say) if len(parts) > 1 else ()
    return without_blank_columns(Table(columns, rows, "", total))


def _figures_of(part: Part, say: Say) -> list[Cell]:
    entry = part.entry
    amounts = amounts_of(entry)
    previous, complaints = entry["previous"] or {}, entry["complaints"] or {}
    return [
        part.unit,
        part.name,
        *(entry[what] for what in ("forms", "visits", "points")),
        shown(entry["mean_forms"]),
        shown(entry["mean_visits"]),
        shown(previous.get("mean")),
        *(amounts.get(code) for code in LINES),
        entry["amount"],
        *(complaints.get(what) for what in ("count", "weighted", "tier")),
        say("workbook.sanction") if entry["sanction"] else "",
    ]


def _total(parts: Sequence[Part], say: Say) -> list[Cell]:
    """The sums of what can be summed: a mean of all units would invite to compare with it."""
    entries = [part.entry for part in parts]
    lines = [amounts_of(entry) for entry in entries]
    counted = [entry["complaints"] for entry in entries if entry["complaints"]]
    return [
        say("workbook.total"),
        "",
        *(sum(entry[what] for entry in entries) for what in ("forms", "visits", "points")),
        *(None, None, None),
        *(sum(line.get(code, 0) for line in lines) for code in LINES),
        sum(entry["amount"] for entry in entries),
        *(sum(each[what] for each in counted) for what in ("count", "weighted")),
        *("", ""),
    ]


def _turned(figures: Table, say: Say) -> Table:
    """The one row of figures as a column; its amounts stand among the lines."""
    columns = [text_column(say, "number", 16), text_column(say, "value", 18)]
    (row,) = figures.rows
    pairs = zip(figures.columns, row, strict=True)
    return Table(columns, [[column.head, cell] for column, cell in pairs if column.kind != "money"])


def _lines(parts: Sequence[Part], say: Say) -> Table:
    """Each line and note with its sentence: why it is this sum."""
    columns = [
        text_column(say, "unit", 16),
        text_column(say, "line", 18),
        Column(say("workbook.column.amount"), 12, "money"),
        text_column(say, "why", 90),
    ]
    rows: list[list[Cell]] = []
    for part in parts:
        for line in part.entry["lines"]:
            word = say(f"workbook.line.{line['code']}")
            rows.append([part.unit, word, line["amount"], line["sentence"]])
        rows.append([part.unit, say("workbook.column.sum"), part.entry["amount"], ""])
        rows += [[part.unit, say("workbook.note"), None, note] for note in part.entry["notes"]]
    return Table(columns, rows)
