"""How much text a sheet of paper has room for, reckoned without drawing it.

Widths are in hundredths of the height of the letters (of an em), generous for every usual font, so
that what is reckoned to fit does fit whatever font the reader's machine prints with.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

_WIDE: Final = 100
"""A Chinese character; also what has no row below, such as letters of other scripts."""

_WIDTHS: Final = {
    **dict.fromkeys("mW%@", 95),
    **dict.fromkeys("Mw", 83),
    **dict.fromkeys("GOQ", 78),
    **dict.fromkeys("CDHNRU+#<=>^~", 74),
    **dict.fromkeys("ABEKPSVXY&", 68),
    **dict.fromkeys("bdhnopquFJTLZ_", 62),
    **dict.fromkeys("aegk$?", 57),
    **dict.fromkeys("0123456789", 56),
    **dict.fromkeys("csvxyz*`–", 54),
    **dict.fromkeys("()[]frt!/", 40),
    "-": 36,
    **dict.fromkeys("Iijl.,:;'|", 30),
    " ": 28,
    "﷽": 1200,
    "⸻": 300,
}
"""The widest of Arial, Noto Sans CJK, and DejaVu Sans at the size that the style sheet gives it."""

_NOTHING: Final = ("Mn", "Me", "Cf")
"""Categories of Unicode that stand on or between other characters."""


class Block(NamedTuple):
    """A list that may be shortened: the lines it needs whole, and the least it gets."""

    needs: int
    least: int


def width(text: str) -> int:
    """The width of a text in one line, in hundredths of an em.

    A ligature counts as what it is made of: there is one character as wide as eighteen.
    """
    return sum(
        _WIDTHS.get(sign, _WIDE)
        for sign in unicodedata.normalize("NFKD", text)
        if unicodedata.category(sign) not in _NOTHING
    )


def lines_of_text(text: str, line: int) -> int:
    """How many lines of width `line` a running text takes, at least one."""
    return max(1, len(_wrapped(_words(text), line)))


def lines_of_items(items: Sequence[str], line: int) -> int:
    """How many lines a list of items takes that are broken only where one is longer than a line."""
    return len(_wrapped(items, line))


def that_fit(items: Sequence[str], lines: int, line: int) -> int:
    """How many of `items`, from the first on, stand in `lines` lines."""
    ends = _wrapped(items, line)
    return len(items) if len(ends) <= lines else ends[lines - 1] if lines > 0 else 0


def shared(blocks: Sequence[Block], room: int) -> list[int]:
    """How many lines of `room` each block gets: one, then its least, then what it needs; where
    there are too few, those before take theirs first."""
    got = [1] * len(blocks)
    for wanted in ([min(block) for block in blocks], [block.needs for block in blocks]):
        for place, lines in enumerate(wanted):
            got[place] += max(0, min(lines - got[place], room - sum(got)))
    return got


def _words(text: str) -> Iterable[str]:
    """What a line is never broken within: a word with its blank, or one Chinese character."""
    word = ""
    for sign in text:
        if sign == " " or unicodedata.east_asian_width(sign) in "WF":
            yield word + sign
            word = ""
        else:
            word += sign
    yield word


def _wrapped(items: Iterable[str], line: int) -> list[int]:
    """For each line how many items have ended in it or before.

    What is longer than a line has lines of its own, of which a fifth may stay empty where hyphens
    tempt to break it, and ends in the last of them.
    """
    ends: list[int] = []
    used = line + 1
    for number, item in enumerate(items, 1):
        long = width(item)
        if used + width(item.rstrip(" ")) > line:
            broken = 1 if long <= line else -(-5 * long // (4 * line))
            ends += [number - 1] * broken
            used = line if broken > 1 else long
        else:
            used += long
        ends[-1] = number
    return ends
