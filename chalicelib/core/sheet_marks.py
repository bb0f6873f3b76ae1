"""What a sheet of the week's workbook says of itself, out of sight, so that it is known again."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

_KIND: Final = "huifang-calls/1"

INFORMATION: Final = "huifang-information/1"
"""Marks the sheets that are only read: the call list, the instructions."""


@dataclass(frozen=True, slots=True)
class SheetMark:
    """A caller's sheet of a draw: `caller` "" has nobody; `count` and `digest` are of its rows."""

    draw: str
    caller: str
    count: int
    digest: str


def mark_of(draw: str, caller: str, visit_ids: Iterable[str]) -> SheetMark:
    """The mark of a sheet with these visits, in any order."""
    ids = sorted(visit_ids)
    return SheetMark(draw, caller, len(ids), sha256("\n".join(ids).encode()).hexdigest()[:16])


def spelled(mark: SheetMark) -> str:
    """
    >>> spelled(SheetMark("2026-W24", "", 1, "a1"))
    'huifang-calls/1 2026-W24 - 1 a1'
    """
    return f"{_KIND} {mark.draw} {mark.caller or '-'} {mark.count} {mark.digest}"


def parsed(text: str) -> SheetMark | None:
    """The inverse of `spelled`; None for any other text.

    >>> parsed("huifang-calls/1 2026-W24 - 1 a1")
    SheetMark(draw='2026-W24', caller='', count=1, digest='a1')
    """
    kind, *rest = text.split(" ")
    if kind != _KIND or len(rest) != 4 or not rest[2].isdecimal():
        return None
    draw, caller, count, digest = rest
    return SheetMark(draw, "" if caller == "-" else caller, int(count), digest)


def row_mark(draw: str, visit_id: str) -> str:
    """What stands in the hidden cell of a visit's row.

    >>> row_mark("2026-W24", "V-1")
    '2026-W24/V-1'
    """
    return f"{draw}/{visit_id}"
