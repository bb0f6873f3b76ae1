"""Cells as they are stored: how many visits each stands for, with no technician's name in any."""

from collections.abc import Iterable
from typing import NamedTuple

from chalicelib.core import estimates
from chalicelib.core.frame import FrameLine
from chalicelib.core.people import technician_code


class Framed(NamedTuple):
    """A visit of a frame with the month that it counts in."""

    line: FrameLine
    month: str


def coded_cell(draw_key: str, line: FrameLine) -> str:
    """The cell of `core/estimates.py` with the technician's code in place of his name.

    >>> coded_cell("2026-W23", FrameLine("V-1", "U1", "Li Wei", True, ("fast",)))
    '2026-W23/U1/1954c619c5/answered/reason'
    """
    coded = line._replace(technician=technician_code(line.unit, line.technician))
    return estimates.cell(draw_key, coded)


def cell_sizes(draw_key: str, framed: Iterable[Framed]) -> dict[str, dict[str, dict[str, int]]]:
    """Unit → month → cell → its visits in the frame, answered and silent."""
    sizes: dict[str, dict[str, dict[str, int]]] = {}
    for line, month in framed:
        cells = sizes.setdefault(line.unit, {}).setdefault(month, {})
        name = coded_cell(draw_key, line)
        cells[name] = cells.get(name, 0) + 1
    return sizes
