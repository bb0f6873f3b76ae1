"""Filled-in workbooks read back: what was meant, or why not and in which cell."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from chalicelib import rulebook
from chalicelib.core.call_rows import CallRow
from chalicelib.core.verification import Attempt, Told
from chalicelib.services.call_columns import COLUMNS, OURS, PLACES
from tests.catalogues import compile_catalogues
from tests.tools.filled_sheets import (
    ANSWERED,
    CALLED,
    KEY,
    SUN,
    WEN,
    cell_of,
    changed,
    filled,
    resaved,
    row_of,
    week_of,
    write,
)
from tools import call_sheet_reader
from tools.call_sheet_cells import choice_in, day_in, is_blank, text_in, time_in
from tools.call_sheet_reader import Read, UnreadableError, read_calls

WEEK = {"V-1": SUN, "V-2": SUN, "V-3": SUN, "V-4": WEN}
AT = datetime(2026, 6, 9, 6, 5, tzinfo=UTC)
"""14:05 in Shanghai."""

compile_catalogues()


def read(content: bytes) -> Read:
    return read_calls(content, rulebook.load(None))


def calls(content: bytes) -> list[CallRow]:
    found = read(content)
    assert found.flaws == []
    return [row.call for row in found.rows]


def refused(content: bytes) -> list[tuple[str, str]]:
    """Cell and code of each flaw; nothing but whole workbooks is ever taken."""
    return [(flaw.cell, flaw.code) for flaw in read(content).flaws]


def test_an_empty_workbook_says_nothing() -> None:
    assert calls(week_of(WEEK)) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_filled_in_is_read_whole(language: str) -> None:
    words = {
        "paid": 120.5,
        "slip": "否",
        "helped": "no",
        "settlement": "多收费",
        "remark": " 谢谢 ",
    }
    content = filled(week_of(WEEK, language), **CALLED, **ANSWERED, **words, complaint="yes")
    told = Told("ABA", "yes", "换阀", "120.5", "no", "no", "overpaid", "谢谢", "yes")
    assert calls(content) == [CallRow("V-1", (Attempt(AT, "", "reached"),), told)]


def test_an_attempt_alone_is_enough() -> None:
    content = filled(
        week_of(WEEK), "V-2", date_2="2026-06-09", time_2="14:05", reached_2="无人接听"
    )
    assert calls(content) == [CallRow("V-2", (Attempt(AT, "", "no_answer"),))]


def test_grades_may_have_blanks() -> None:
    (row,) = calls(filled(week_of(WEEK), **CALLED, quality="ｃ"))
    assert row.told == Told("-C-")


def test_rows_of_all_sheets_are_read_with_their_cells() -> None:
    content = filled(filled(week_of(WEEK), "V-1", **CALLED, **ANSWERED), "V-4", **CALLED)
    found = read(content)
    assert [(row.sheet, row.draw, row.call.visit_id) for row in found.rows] == [
        ("1 sun", KEY, "V-1"),
        ("2 wen", KEY, "V-4"),
    ]
    first = found.rows[0].cells
    row = int(first[""][1:])
    assert first["attempts.0.at"] == cell_of("date_1", row)
    assert first["attempts.0.reached"] == cell_of("reached_1", row)
    assert first["told.grades"] == cell_of("timeliness", row)
    assert first["told.work"] == cell_of("work", row)


def test_sorted_rows_are_the_same_rows() -> None:
    def turn(book: Workbook) -> None:
        sheet = book.worksheets[0]
        values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3, max_row=5)]
        for row, line in enumerate(reversed(values), start=3):
            for column, value in enumerate(line, start=1):
                sheet.cell(row, column).value = value

    content = changed(filled(week_of(WEEK), **CALLED), turn)
    assert [row.visit_id for row in calls(content)] == ["V-1"]


@pytest.mark.parametrize("by_way_of", ["xlsx", "ods"])
def test_libreoffice_saves_what_it_read(tmp_path: Path, by_way_of: str) -> None:
    content = filled(week_of(WEEK), **CALLED, **ANSWERED, paid=120)
    content = filled(content, "V-2", date_1="2026/6/9", time_1="14：05", reached_1="拒访")
    assert calls(resaved(content, tmp_path, by_way_of)) == calls(content)


def test_what_libreoffice_saves_empty_is_empty(tmp_path: Path) -> None:
    assert calls(resaved(week_of(WEEK), tmp_path)) == []


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "cell", "code"),
    [
        ({"date_1": "gestern"}, "date_1", "date"),
        ({"date_1": "2026-13-01"}, "date_1", "date"),
        ({"date_1": 20}, "date_1", "date"),
        ({"time_1": "25:00"}, "time_1", "time"),
        ({"time_1": 14}, "time_1", "time"),
        ({"reached_1": "maybe"}, "reached_1", "choice"),
        ({"reached_1": None}, "reached_1", "attempt_part"),
        ({"time_1": "  "}, "time_1", "attempt_part"),
        ({"date_2": date(2026, 6, 9)}, "time_2", "attempt_part"),
        ({"timeliness": "F"}, "timeliness", "choice"),
        ({"quality": "AB"}, "quality", "choice"),
        ({"attitude": 1}, "attitude", "choice"),
        ({"answered": "perhaps"}, "answered", "choice"),
        ({"settlement": "yes"}, "settlement", "choice"),
        ({"remark": '=HYPERLINK("http://evil.example")'}, "remark", "formula"),
        ({"date_1": "=TODAY()"}, "date_1", "formula"),
        ({"timeliness": "=A1"}, "timeliness", "formula"),
        ({"work": True}, "work", "text"),
        ({"work": "#REF!"}, "work", "text"),
    ],
)
def test_a_cell_that_is_not_what_it_must_be_is_named(
    values: dict[str, object], cell: str, code: str
) -> None:
    content = filled(week_of({"V-1": SUN}), **{**CALLED, **values})
    assert refused(content) == [(cell_of(cell), code)]


def test_every_flaw_is_named_at_once() -> None:
    content = filled(week_of(WEEK), "V-1", **{**CALLED, "quality": "x", "slip": "y?"})
    content = filled(content, "V-4", date_1="x")
    assert sorted(code for _, code in refused(content)) == ["attempt_part", "choice", "choice"]


def deleted(book: Workbook) -> None:
    book.worksheets[0].delete_rows(4)


def added(book: Workbook) -> None:
    book.worksheets[0].cell(9, PLACES["customer"] + 1).value = "Mr New"


def changed_id(book: Workbook) -> None:
    book.worksheets[0].cell(3, 1).value = f"{KEY}/V-99"


def changed_job(book: Workbook) -> None:
    book.worksheets[0].cell(3, PLACES["job"] + 1).value = "V-99"


def swapped_for_another(book: Workbook) -> None:
    sheet = book.worksheets[0]
    sheet.cell(3, 1).value = f"{KEY}/V-99"
    sheet.cell(3, PLACES["job"] + 1).value = "V-99"


def another_draw(book: Workbook) -> None:
    sheet = book.worksheets[0]
    visit_id = sheet.cell(3, PLACES["job"] + 1).value
    sheet.cell(3, 1).value = f"2026-W23/{visit_id}"


def twice(book: Workbook) -> None:
    sheet = book.worksheets[0]
    for column in range(1, len(COLUMNS) + 1):
        sheet.cell(4, column).value = sheet.cell(3, column).value


def copied_sheet(book: Workbook) -> None:
    book.copy_worksheet(book.worksheets[0])


def renamed_column(book: Workbook) -> None:
    book.worksheets[0].cell(2, PLACES["quality"] + 1).value = "态度"


def shifted_columns(book: Workbook) -> None:
    book.worksheets[0].insert_cols(PLACES["date_1"] + 1)


def noted_beside(book: Workbook) -> None:
    book.worksheets[0].cell(3, len(COLUMNS) + 1).value = "call back on Friday"


def far_away(book: Workbook) -> None:
    book.worksheets[0].cell(4000, 16384).value = "x"


def another_sheet(book: Workbook) -> None:
    book.create_sheet("Mine")["B7"] = "hello"


def changed_mark(book: Workbook) -> None:
    book.worksheets[0]["A1"] = "huifang-calls/1 2026-W24 wen@supervision.example 3 0000"


def lost_mark(book: Workbook) -> None:
    book.worksheets[0]["A1"] = None


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (deleted, {"rows_changed"}),
        (added, {"row_added"}),
        (changed_id, {"id_changed", "rows_changed"}),
        (changed_job, {"id_changed", "rows_changed"}),
        (swapped_for_another, {"rows_changed"}),
        (another_draw, {"other_draw", "rows_changed"}),
        (twice, {"row_twice", "rows_changed"}),
        (copied_sheet, {"row_twice", "rows_changed"}),
        (renamed_column, {"heading"}),
        (shifted_columns, {"heading", "outside"}),
        (noted_beside, {"outside"}),
        (far_away, {"outside"}),
        (another_sheet, {"unknown_sheet"}),
        (changed_mark, {"rows_changed"}),
        (lost_mark, {"unknown_sheet"}),
    ],
)
def test_a_workbook_that_was_changed_in_its_frame_is_refused(
    change: Callable[[Workbook], None], codes: set[str]
) -> None:
    content = changed(filled(week_of(WEEK), **CALLED), change)
    assert {code for _, code in refused(content)} == codes


def test_an_empty_sheet_more_or_the_own_sheet_alone_is_no_matter() -> None:
    def alone(book: Workbook) -> None:
        for sheet in book.worksheets[1:]:
            book.remove(sheet)
        book.create_sheet("Sheet1")

    content = changed(filled(week_of(WEEK), **CALLED), alone)
    assert [row.visit_id for row in calls(content)] == ["V-1"]


def test_a_workbook_that_unpacks_without_end_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = week_of(WEEK)
    monkeypatch.setattr(call_sheet_reader, "LARGEST_UNPACKED", len(content))
    with pytest.raises(UnreadableError, match="unpacked"):
        read(content)


def test_other_files_are_refused_in_words() -> None:
    for content in (b"", b"PK\x03\x04 broken", b"a,b\n1,2\n", week_of(WEEK)[:-200]):
        with pytest.raises(UnreadableError):
            read(content)

    def nothing_of_ours(book: Workbook) -> None:
        for sheet in book.worksheets[:-1]:
            book.remove(sheet)

    assert refused(changed(week_of(WEEK), nothing_of_ours)) == [("", "no_sheets")]


def test_a_flaw_names_the_cell_of_its_row() -> None:
    def change(book: Workbook) -> None:
        sheet = book.worksheets[0]
        write(sheet, "V-3", **{**CALLED, "quality": "x"})
        place[0] = cell_of("quality", row_of(sheet, "V-3"))

    place = [""]
    content = changed(week_of(WEEK), change)
    (flaw,) = read(content).flaws
    assert (flaw.sheet, flaw.cell, flaw.code) == ("1 sun", place[0], "choice")


# --- cells --------------------------------------------------------------------------------------

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 # as openpyxl gives it


@pytest.mark.parametrize(
    "written",
    [
        *(date(2026, 6, 9), datetime(2026, 6, 9), 46182),  # noqa: DTZ001 # a cell has no zone
        *("2026-06-09", "2026-6-9", "2026/6/9", "2026.6.9", "20260609", "2026年6月9日"),
        *(" 2026-06-09 ", "２０２６－０６－０９", "2026-06-09 00:00:00"),
    ],
)
def test_a_day_is_read_however_it_is_written(written: object) -> None:
    assert day_in(written, EPOCH) == date(2026, 6, 9)


@pytest.mark.parametrize(
    "written",
    ["9.6.2026", "6/9/2026", "2026-02-30", "", True, 1.5, "x", 7, "0001-01-01", "9999-12-31"],
)
def test_what_may_be_two_days_or_none_is_no_day(written: object) -> None:
    assert day_in(written, EPOCH) is None


@pytest.mark.parametrize(
    "written",
    [
        *(time(14, 5), time(14, 4, 59, 999_999), timedelta(hours=14, minutes=5), 845 / 1440),
        *(datetime(2026, 6, 9, 14, 5), "14:05", "14：05", "14点05", "14时05分", "14:05:30"),  # noqa: DTZ001
    ],
)
def test_a_time_is_read_however_it_is_written(written: object) -> None:
    assert time_in(written) == time(14, 5)


@pytest.mark.parametrize(
    "written", ["24:00", "14.05", "2 pm", 14, 1.5, -0.1, "", timedelta(days=1)]
)
def test_what_is_no_time_of_day_is_none(written: object) -> None:
    assert time_in(written) is None


@pytest.mark.parametrize(
    ("holds", "written", "code"),
    [
        ("yes_no", "YES", "yes"),
        ("yes_no", "是", "yes"),
        ("yes_no", True, "yes"),
        ("yes_no", "没有", "no"),
        ("reached", "No answer", "no_answer"),
        ("reached", "no_answer", "no_answer"),
        ("reached", "号码错误", "wrong_number"),
        ("settlement", "没有这次维修", "no_job"),
        ("grade", "ａ", "A"),
        ("grade", "А", None),
        ("grade", "A B", None),
    ],
)
def test_words_of_both_languages_are_known(holds: str, written: object, code: str | None) -> None:
    assert choice_in(holds, written) == code


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (120, "120"),
        (120.5, "120.5"),
        (0.1, "0.1"),
        (1e6, "1000000"),
        (" 两百 ", "两百"),
        (datetime(2026, 6, 3), "2026-06-03"),  # noqa: DTZ001
        ("#1 valve", "#1 valve"),
        ("#N/A", None),
    ],
)
def test_a_number_in_a_cell_for_words_is_its_digits(written: object, text: str | None) -> None:
    assert text_in(written) == text


# --- whatever is typed --------------------------------------------------------------------------

TYPED = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1)),
    st.times(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30),
    st.sampled_from(["接通", "no answer", "是", "A", "2026-06-09", "14:05", "=1+1", "#N/A", "-"]),
)
FILLED = [column.name for column in COLUMNS if column.holds not in OURS]
EMPTY = week_of({"V-1": SUN})


@settings(max_examples=150, deadline=None, database=None)
@given(st.dictionaries(st.sampled_from(FILLED), TYPED, max_size=8))
def test_whatever_is_typed_is_read_or_refused_with_its_cell_and_never_lost(
    typed: dict[str, object],
) -> None:
    found = read(filled(EMPTY, **typed))
    written = {name for name, value in typed.items() if not is_blank(value)}
    named = {flaw.cell for flaw in found.flaws}
    assert named <= {cell_of(name) for name in FILLED}
    if not found.flaws:
        assert sum(columns_of(row.call) for row in found.rows) == len(written)


def columns_of(call: CallRow) -> int:
    """How many cells a row was read from."""
    told = call.told or Told()
    words = [getattr(told, name) for name in FILLED if hasattr(told, name)]
    grades = told.grades.replace("-", "")
    return 3 * len(call.attempts) + len(grades) + sum(1 for word in words if word)
