"""The month's report as a page and as a workbook, from documents alone.

Jinja2 and XlsxWriter are imported when a report is made, not when the program starts.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chalicelib.core.grades import ITEMS, POINTS
from chalicelib.texts import LOCALES, Say

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).parent / "templates"

MADE_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in a workbook as its date, so that the same documents make the same bytes."""

COLUMNS: Final = (
    "unit", "forms", "visits", "points", "mean", "last_mean",
    "line_change", "line_all_best", "line_all_worst", "line_complaints", "sum",
    "count", "weighted", "tier", "sanction", "why", "notes",
)  # fmt: skip
"""Columns of the sheet, each headed by the text `report_…`."""

_WIDE: Final = {"unit": 18, "why": 90, "notes": 60}


def page(month: Mapping[str, Any], say: Say, notices: Sequence[str] = ()) -> str:
    """The report of a month as one HTML page that needs no other file.

    `month` is an `assessment.json`; every value in it is escaped.
    """
    template = _environment().get_template("report.html")
    return template.render(
        document=month,
        lang=LOCALES[month["language"]].replace("_", "-"),
        mark=mark(month, say),
        notices=notices,
        items=ITEMS,
        grades=tuple(POINTS),
        say=say,
        signed=signed,
    )


def workbook(month: Mapping[str, Any], say: Say) -> bytes:
    """The report of a month as a workbook of one sheet, a row for each unit.

    Texts stay texts whatever they look like; the same documents make the same bytes.
    """
    import xlsxwriter  # type: ignore[import-untyped] # it has no types

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": MADE_AT})
        sheet = book.add_worksheet(month["month"])
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
        rows = [
            [say("report_title", month=month["month"])],
            [mark(month, say)],
            [say(f"report_{column}") for column in COLUMNS],
        ]
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, _WIDE.get(column, 12), wrapped)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row, bold)
        for number, entry in enumerate(month["units"], len(rows)):
            sheet.write_row(number, 0, _row(entry, say), wrapped)
        sheet.freeze_panes(len(rows), 1)
    return file.getvalue()


def mark(month: Mapping[str, Any], say: Say) -> str:
    """What stands on every page: made offline, or a trial, or "" in earnest."""
    if month.get("offline"):
        return say("report_offline")
    return say("report_trial") if month["mode"] == "trial" else ""


def signed(amount: int) -> str:
    """
    >>> signed(1000), signed(0), signed(-3000)
    ('+1000', '0', '-3000')
    """
    return f"{amount:+}" if amount else "0"


def _row(entry: Mapping[str, Any], say: Say) -> list[int | str | None]:
    amounts = {line["code"]: line["amount"] for line in entry["lines"]}
    previous, complaints = entry["previous"] or {}, entry["complaints"] or {}
    return [
        entry["unit"],
        entry["forms"],
        entry["visits"],
        entry["points"],
        entry["mean"],
        previous.get("mean"),
        amounts["change"],
        amounts["all_best"],
        amounts["all_worst"],
        amounts.get("complaints"),
        entry["amount"],
        complaints.get("count"),
        complaints.get("weighted"),
        complaints.get("tier"),
        say("report_yes") if entry["sanction"] else None,
        "\n".join(line["sentence"] for line in entry["lines"]),
        "\n".join(entry["notes"]),
    ]


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
