"""Workbooks: every figure of the month in its place, text that stays text, the same bytes again."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from chalicelib import workbooks
from chalicelib.cell_texts import LONGEST_TEXT
from chalicelib.core.tallies import SILENT
from chalicelib.report_parts import Part
from chalicelib.sheet_pages import Column, Page, Table
from chalicelib.spreadsheets import workbook
from chalicelib.texts import translator
from tests.catalogues import compile_catalogues
from tests.workbook_samples import CODES, MONTH, NAMES, part

FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", '=HYPERLINK("http://x","y")', "{=1+1}")
MARK = "试算 / trial"


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """Name → rows of each sheet; no cell of any is a formula."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    return {
        sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book
    }


def report(*parts: Part, language: str = "en", mark: str = MARK) -> bytes:
    return workbooks.report(parts, MONTH, translator(language), mark)


def below(rows: list[list[Any]], heading: str) -> Iterator[list[Any]]:
    """The rows of the table in whose headings `heading` stands, up to its end."""
    top = next(number for number, row in enumerate(rows) if heading in row)
    for row in rows[top + 1 :]:
        if row[0] is None:
            return
        yield row


def test_a_report_has_a_sheet_for_each_thing_that_is_known() -> None:
    assert list(sheets(report(part()))) == [
        *("Summary", "Charts", "Forms", "Cases", "Technicians", "Weeks", "Method"),
    ]
    bare = replace(part(), facts=None)
    assert list(sheets(report(bare))) == ["Summary", "Charts", "Technicians", "Method"]


def test_every_form_stands_there_by_its_own_reference_with_grades_and_points() -> None:
    told = part()
    rows = {row[1]: row for row in below(sheets(report(told))["Forms"], "Visit")}
    forms = [visit for visit in told.visits if visit.letters != SILENT]
    assert list(rows) == [visit.visit_id for visit in forms]
    assert sum(row[6] for row in rows.values()) == told.entry["points"]
    first = rows["WO-2605-0005"]
    assert [value or "" for value in first[2:7]] == ["Wu Ying", "A", "", "C", 2]


def test_cases_stand_there_by_the_units_reference_and_never_by_number() -> None:
    told = part()
    rows = list(below(sheets(report(told))["Cases"], "Reference"))
    assert told.facts is not None
    assert [row[1] for row in rows] == [case.reference for case in told.facts.cases]
    content = report(told)
    assert not [case for case in told.facts.cases if contains(content, case.number)]


def contains(content: bytes, text: str) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return any(text.encode() in book.read(name) for name in book.namelist())


def test_technicians_and_weeks_add_up_to_the_month() -> None:
    told = part()
    found = sheets(report(told))
    for name in ("Technicians", "Weeks"):
        rows = list(below(found[name], "Mean per form"))
        for place, figure in ((2, "visits"), (3, "forms"), (4, "points")):
            assert sum(row[place] for row in rows) == told.entry[figure], (name, figure)
    assert [row[1] for row in below(found["Technicians"], "Technician")] == sorted(
        NAMES, key=lambda name: next(code for code, one in CODES.items() if one == name)
    )


def test_a_technician_whose_name_is_gone_keeps_his_code() -> None:
    rows = list(below(sheets(report(replace(part(), names={})))["Technicians"], "Technician"))
    assert [row[1] for row in rows] == sorted(CODES)


def test_each_sentence_and_amount_is_on_the_summary() -> None:
    told = part()
    rows = sheets(report(told))["Summary"]
    said = {row[3]: row[2] for row in below(rows, "Why")}
    for line in told.entry["lines"]:
        assert said[line["sentence"]] == line["amount"]
    for note in told.entry["notes"]:
        assert note in said
    assert [row[2] for row in below(rows, "Why") if row[1] == "Sum"] == [told.entry["amount"]]


def test_several_units_have_a_row_each_and_their_sums() -> None:
    units = [part(unit=f"u-{number}", visited=20 + number) for number in range(3)]
    *rows, total = below(sheets(report(*units))["Summary"], "Points")
    assert [row[0] for row in rows] == ["u-0", "u-1", "u-2"]
    assert [row[4] for row in rows] == [unit.entry["points"] for unit in units]
    for place in (2, 3, 4, 8, 9, 10, 11, 12, 13, 14):
        assert total[place] == sum(row[place] for row in rows), place
    assert total[12] == sum(unit.entry["amount"] for unit in units)


def test_three_lines_are_three_columns() -> None:
    told = part(complained=0)
    entry = {**told.entry, "lines": told.entry["lines"][:3], "complaints": None}
    both = [replace(told, entry=entry), replace(told, entry={**entry, "unit": "u2"})]
    heads = next(row for row in sheets(report(*both))["Summary"] if "All E" in row)
    assert "Complaint line" not in heads
    assert "Complaints" not in heads


def test_nobody_to_report_is_a_workbook_all_the_same() -> None:
    assert list(sheets(report())) == ["Summary", "Lines", "Method"]


# What a unit sees


def test_the_units_edition_names_no_form_no_week_and_no_channel() -> None:
    told = part()
    content = report(workbooks.unit_edition(told))
    found = sheets(content)
    assert list(found) == ["Summary", "Charts", "Cases", "Technicians", "Method"]
    assert not [visit for visit in told.visits if contains(content, visit.visit_id)]
    assert not contains(content, "2026-W")
    assert "Channel" not in next(row for row in found["Cases"] if "Reference" in row)


def test_the_units_edition_keeps_back_the_mean_of_a_technician_with_few_forms() -> None:
    told = part(visited=12)
    of = {row[1]: row for row in below(sheets(report(told))["Technicians"], "Technician")}
    assert all(row[5] is not None for row in of.values())
    edition = sheets(report(workbooks.unit_edition(told)))["Technicians"]
    assert not any(
        isinstance(value, float) and value != int(value) for row in edition for value in row
    )


def test_the_units_edition_has_no_figure_that_calls_found_of_a_technician() -> None:
    told = part(visited=12)
    heads = ("Verified", "Differ")
    whole = sheets(report(told))["Technicians"]
    edition = sheets(report(workbooks.unit_edition(told)))["Technicians"]
    assert [head for head in heads if any(head in row for row in whole)] == list(heads)
    assert not [head for head in heads if any(head in row for row in edition)]


def test_of_few_forms_the_units_edition_draws_no_grades() -> None:
    told = part(visited=3)
    assert contains(report(told), "Grades per item")
    assert not contains(report(workbooks.unit_edition(told)), "Grades per item")


# Safe, and the same again


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_mark_is_on_every_sheet_and_in_every_printed_head(language: str) -> None:
    content = report(part(language), language=language)
    for name, rows in sheets(content).items():
        assert MARK in [row[0] for row in rows[:2]], name
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert all(MARK in str(sheet.oddHeader.left.text) for sheet in book)


def test_without_a_mark_nothing_is_marked() -> None:
    assert "trial" not in str(sheets(report(part(), mark=""))["Summary"]).lower()


def test_what_looks_like_a_formula_stays_a_text() -> None:
    told = part(visited=len(FORMULAS), complained=len(FORMULAS))
    assert told.facts is not None
    visits = tuple(
        visit._replace(visit_id=text, letters="AAA", technician=text)
        for visit, text in zip(told.facts.visits, FORMULAS, strict=True)
    )
    hostile = replace(told, name="=1+1", facts=replace(told.facts, visits=visits))
    found = sheets(report(hostile))
    assert [row[1] for row in below(found["Forms"], "Visit")] == list(FORMULAS)


@pytest.mark.parametrize(
    "text", ["\x00\x1b", "\ud800", "\ufffe", "x" * 40_000, "_x0041_", "<&>'\""]
)
def test_no_text_breaks_the_workbook(text: str) -> None:
    table = Table([Column("head", 10, "text")], [[text]])
    ((_, *_), *rest) = sheets(workbook([Page("p", "t", (), [table])], "m"))["p"]
    value = str(rest[-1][0])
    assert len(value) <= LONGEST_TEXT
    assert not re.search("[\x00-\x08\ud800-\udfff\ufffe]", value)
    if text in ("_x0041_", "<&>'\""):
        assert value == text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_month_makes_the_same_bytes(language: str) -> None:
    assert report(part(language), language=language) == report(part(language), language=language)
    with zipfile.ZipFile(io.BytesIO(report(part()))) as book:
        assert b">2000-01-01T00:00:00Z<" in book.read("docProps/core.xml")


def test_the_charts_are_native_and_drawn_from_cells() -> None:
    with zipfile.ZipFile(io.BytesIO(report(part()))) as book:
        charts = [book.read(name) for name in book.namelist() if "charts/chart" in name]
        pictures = [name for name in book.namelist() if name.endswith((".png", ".jpeg"))]
    assert len(charts) == 4
    assert pictures == []
    assert all(b"Charts!$" in chart for chart in charts)


def test_a_chart_of_more_units_than_can_be_told_apart_is_left_out() -> None:
    one = part(visited=6, complained=1)
    many = [replace(one, entry={**one.entry, "unit": f"u{number}"}) for number in range(41)]
    with zipfile.ZipFile(io.BytesIO(report(*many))) as book:
        assert len([name for name in book.namelist() if "charts/chart" in name]) == 2
