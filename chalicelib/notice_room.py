"""What fits on the one sheet of a notice: every sentence whole, lists as long as there is room.

Measures are those of `templates/printed/print.css`: heights in tenths of a millimetre, widths of
lines in hundredths of an em of the letters they are set in. A test holds both together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from chalicelib.room import Block, lines_of_items, lines_of_text, shared, that_fit
from chalicelib.texts import Say

HEIGHT: Final = 2790
"""Of the sheet within its margins, less a little for rounding."""

SMALL: Final = 37
LINE: Final = 42
"""The two heights of a line: of lists and remarks, of sentences."""

WHOLE: Final = 5800
"""A sentence over the whole sheet: 186 mm of 9 pt letters."""

WHOLE_SMALL: Final = 6500
"""A list over the whole sheet: 186 mm of 8 pt letters."""

BESIDE: Final = 4050
"""A sentence between the line's name and its sum: 130 mm of 9 pt letters."""

BESIDE_SMALL: Final = 4590
"""A list there, in 8 pt letters."""

_HEADLINE: Final = 4400
"""The unit's name: 186 mm of 11.5 pt letters, bold ones."""

_IN_BOX: Final = 1780
"""A name in one of three signature fields: 57 mm of 9 pt letters."""

_FRAME: Final = 42 + 90 + 57 + 73 + 78 + 15 + 227 + 122
"""What every notice has: head, title, about, heads and sum of the lines, fields to sign, hashes."""

_ROW: Final = 23
_PART: Final = 58
_MARK: Final = 73
_AMENDED: Final = 37
_GRAVE: Final = 15
"""What belongs to a line, a headed part, the mark and so on beside its own text."""

_NAMED: Final = 2 * LINE
"""What the name of a line takes beside its sentence, at most."""

_GAP: Final = 6 * " "
"""The least room between what is said of the month below the unit's name."""

_SIGNED: Final = 3 * LINE
"""What a field to sign in has room for."""


_MOST: Final = 3000
"""No sheet holds so many items, however short they are: those after them are not measured."""


@dataclass(frozen=True)
class Listing:
    """A list that may be shortened: `least` lines are always its own; `rows`: an item a line;
    else `between` stands after each but the last."""

    name: str
    label: str
    items: Sequence[str]
    least: int
    line: int = BESIDE_SMALL
    rows: bool = False
    between: str = ""

    def needs(self) -> int:
        """How many lines it takes whole; of a very long list only that it takes too many."""
        return self.lines(self.items[:_MOST])

    def lines(self, items: Sequence[str], rest: str = "") -> int:
        """How many lines it takes with these of its items, and `rest` after them."""
        if self.rows:
            return sum(lines_of_text(text, self.line) for text in (*items, rest) if text)
        return lines_of_items([f"{self.label} ", *self._spaced(items), rest], self.line)

    def that_fit(self, lines: int) -> int:
        """How many items stand in so many lines, nothing said of the rest; never too few."""
        if self.rows:
            return min(len(self.items), lines)
        return max(
            0, that_fit([f"{self.label} ", *self._spaced(self.items[:_MOST])], lines, self.line) - 1
        )

    def _spaced(self, items: Iterable[str]) -> list[str]:
        return [f"{item}{self.between} " for item in items]


class Fitted(NamedTuple):
    """A list as the sheet has room for it; `more` says how many items are left out, or is ""."""

    name: str
    label: str
    shown: Sequence[str]
    more: str
    between: str = ""


def fitted(lists: Sequence[Listing], sheet: Mapping[str, Any], say: Say) -> dict[str, Fitted]:
    """The lists by name, shortened to what the rest of `sheet` leaves; the first ones go last."""
    headed = sum(_PART for each in lists if each.line == WHOLE_SMALL)
    room = (HEIGHT - _taken(sheet) - headed) // SMALL
    blocks = [Block(each.needs(), each.least) for each in lists]
    got = shared(blocks, room)
    return {each.name: _fit(each, lines, say) for each, lines in zip(lists, got, strict=True)}


def _fit(each: Listing, lines: int, say: Say) -> Fitted:
    number = len(each.items)
    if number <= _MOST and each.needs() <= lines:
        return Fitted(each.name, each.label, each.items, "", each.between)
    shown = each.that_fit(lines)
    while shown and each.lines(each.items[:shown], _more(number - shown, say)) > lines:
        shown -= 1
    rest = _more(number - shown, say)
    return Fitted(each.name, each.label, each.items[:shown], rest, each.between)


def _more(number: int, say: Say) -> str:
    return say("notice.more", number=number)


def _taken(sheet: Mapping[str, Any]) -> int:
    """The height of everything but the lists."""
    height = _FRAME + _text(sheet["unit"], _HEADLINE, 54) + (_MARK if sheet["mark"] else 0)
    about = [text + _GAP for text in sheet["about"]]
    height += (lines_of_items(about, WHOLE) - 1) * LINE
    for line in sheet["document"]["lines"]:
        why = _text(line["sentence"], BESIDE, LINE)
        why += _text(sheet["under"][line["code"]], BESIDE_SMALL, SMALL)
        height += _ROW + max(why, _NAMED)
    for part, beside in (("amended", _AMENDED), ("sanction", _GRAVE)):
        height += sum(_text(text, WHOLE * 9 // 10, LINE) + beside for text in sheet[part])
    for part in ("verified", "term"):
        height += sum(_text(text, WHOLE, LINE) for text in sheet[part]) + _PART
    signed = max(_text(each.by, _IN_BOX, LINE) + LINE for each in sheet["signatures"])
    return height + max(0, signed - _SIGNED)


def _text(text: str, line: int, height: int) -> int:
    return lines_of_text(text, line) * height
