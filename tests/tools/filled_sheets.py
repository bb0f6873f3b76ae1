"""Workbooks as callers hand them in: made as the week's mail makes them, then written into."""

import io
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import date, time
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from chalicelib.core.draws import Pick
from chalicelib.core.people import Member
from chalicelib.core.visits import Facts
from chalicelib.services import call_sheets
from chalicelib.services.call_columns import HEAD_ROW, PLACES
from tests.services.draws import MONDAY

KEY = "2026-W24"
SUN = "sun@supervision.example"
WEN = "wen@supervision.example"

CALLED = {"date_1": date(2026, 6, 9), "time_1": time(14, 5), "reached_1": "接通"}
ANSWERED = {"answered": "是", "timeliness": "A", "quality": "B", "attitude": "A", "work": "换阀"}


def week_of(ids: Mapping[str, str], language: str = "zh") -> bytes:
    """The workbook of visit → caller, in this language."""
    calls = []
    for rank, (visit_id, caller) in enumerate(ids.items(), start=1):
        facts = Facts(visit_id, "U1", "Li", MONDAY, "王", "+8613800138000")
        place = (KEY, "U1", rank, visit_id, "2026-06", "U1/Li/silent", f"0.{rank}", "random")
        calls.append(call_sheets.Call(Pick(*place, caller=caller), facts, "East", "2026-06-03"))
    week = call_sheets.Week(KEY, "2026-06-14", calls, [])
    members = [Member(m, m, "supervisor", language=language) for m in sorted(set(ids.values()))]
    return call_sheets.workbook(week, call_sheets.sheets(week, members, language), ("zh", "en"))


def changed(content: bytes, change: Callable[[Workbook], None]) -> bytes:
    """The workbook after `change`, saved by another program than made it."""
    book = load_workbook(io.BytesIO(content))
    change(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def row_of(sheet: Worksheet, visit_id: str) -> int:
    ids = [sheet.cell(row, PLACES["job"] + 1).value for row in range(1, sheet.max_row + 1)]
    return ids.index(visit_id) + 1


def write(sheet: Worksheet, visit_id: str, **values: object) -> None:
    for name, value in values.items():
        sheet.cell(row_of(sheet, visit_id), PLACES[name] + 1).value = value


def filled(content: bytes, visit_id: str = "V-1", **values: object) -> bytes:
    """The workbook with these cells of one visit filled in."""

    def change(book: Workbook) -> None:
        for sheet in book.worksheets[:-2]:
            if any(cell.value == visit_id for cell in sheet[_letter("job")][HEAD_ROW + 1 :]):
                write(sheet, visit_id, **values)

    return changed(content, change)


def cell_of(name: str, row: int = HEAD_ROW + 2) -> str:
    """The coordinate of a column in a row, by default the first visit's."""
    return f"{_letter(name)}{row}"


def _letter(name: str) -> str:
    return str(Workbook().create_sheet().cell(1, PLACES[name] + 1).column_letter)


def resaved(content: bytes, folder: Path, by_way_of: str = "xlsx") -> bytes:
    """The workbook opened and saved by LibreOffice; skips where there is none."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    path = folder / "week.xlsx"
    path.write_bytes(content)
    for kind in dict.fromkeys([by_way_of, "xlsx"]):
        out = folder / kind
        profile = f"-env:UserInstallation=file://{folder}/profile"
        subprocess.run(  # noqa: S603 # found above
            [office, profile, "--headless", "--convert-to", kind, "--outdir", str(out), str(path)],
            check=True,
            capture_output=True,
            timeout=120,
        )
        path = out / f"week.{kind}"
    return path.read_bytes()
