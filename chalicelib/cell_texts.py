"""Texts as cells of a workbook hold them: what XML has no place for, and the lines they take."""

import math
import re
import unicodedata
from typing import Final

LONGEST_TEXT: Final = 32_767
"""Characters that a cell may hold; Excel calls a workbook with more of them damaged."""

_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def fitting(text: str) -> str:
    """What a cell can hold of a text: nothing that XML has no place for, and no endless one."""
    kept = _NOT_IN_XML.sub("\ufffd", text)
    return kept if len(kept) <= LONGEST_TEXT else kept[: LONGEST_TEXT - 1] + "…"


def lines_of(cell: object, width: int) -> int:
    """The lines that a text takes in a column, where a Chinese sign is two characters wide."""
    if not isinstance(cell, str) or (2 * len(cell) < width and "\n" not in cell):
        return 1
    return sum(max(1, math.ceil(_wide(part) / max(width - 1, 1))) for part in cell.split("\n"))


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
