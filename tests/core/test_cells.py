"""Cells hold no name, and their sizes are those of the frame."""

from collections import Counter

import pytest

from chalicelib.core.cells import Framed, cell_sizes, coded_cell
from chalicelib.core.frame import FrameLine
from chalicelib.core.people import technician_code
from chalicelib.core.sheet_marks import SheetMark, mark_of, parsed, spelled
from tests.core.synthetic_weeks import week


@pytest.mark.parametrize("number", range(20))
def test_sizes_add_up_to_the_frame_and_name_nobody(number: int) -> None:
    lines = week(number).lines
    framed = [Framed(line, f"2026-0{5 + place % 2}") for place, line in enumerate(lines)]
    sizes = cell_sizes("2026-W23", framed)
    counted = Counter((line.unit, month, coded_cell("2026-W23", line)) for line, month in framed)
    assert counted == {
        (unit, month, cell): size
        for unit, months in sizes.items()
        for month, cells in months.items()
        for cell, size in cells.items()
    }
    assert not any(line.technician in repr(sizes) for line in lines)


def test_a_technicians_stroke_is_no_part_of_a_cell() -> None:
    line = FrameLine("V-1", "U1", "王/芳", False)
    assert coded_cell("W", line) == f"W/U1/{technician_code('U1', '王/芳')}/silent/none"


@pytest.mark.parametrize("caller", ["", "sun@supervision.example"])
def test_a_sheet_knows_its_mark_again(caller: str) -> None:
    mark = mark_of("2026-W24", caller, ["V-2", "V-1"])
    assert parsed(spelled(mark)) == mark == mark_of("2026-W24", caller, ["V-1", "V-2"])
    assert mark != mark_of("2026-W24", caller, ["V-1"])


@pytest.mark.parametrize(
    "text", ["", "None", "huifang-calls/2 W - 1 a", "huifang-calls/1 W - x a", "huifang-calls/1 W"]
)
def test_another_text_is_no_mark(text: str) -> None:
    assert parsed(text) is None


def test_a_mark_of_no_rows_is_one_too() -> None:
    assert isinstance(parsed(spelled(mark_of("W", "", []))), SheetMark)
