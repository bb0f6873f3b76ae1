"""What the sections of a printed report are made of: tables, their cells, and words for both."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from chalicelib import printed
from chalicelib.core.callers_figures import CallerFigures
from chalicelib.core.facts import Facts
from chalicelib.core.rules import Rulebook
from chalicelib.texts import Say
from chalicelib.workbooks import WORDS

NONE: Final = "–"
"""Where there is no figure."""

MOST: Final = 5000
"""Names that a section lists; a page with more of them is no page any more."""

_WHOLE_BAR: Final = 1000


class Bar(NamedTuple):
    """A share to be drawn, in thousandths."""

    length: int


Cell = str | int | Bar


class Table(NamedTuple):
    """Columns by their headings and rows of cells; a row begins with what it is about."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    last_is_sum: bool = False


class Section(NamedTuple):
    """A headed part of the report: sentences, tables, names one after the other."""

    name: str
    told: Sequence[str] = ()
    tables: Sequence[Table] = ()
    names: Sequence[str] = ()
    remarks: Sequence[str] = ()


class Asked(NamedTuple):
    """What an edition is made of; `own` is the unit's."""

    document: Mapping[str, Any]
    facts: Facts | None
    names: Mapping[str, str]
    say: Say
    rules: Rulebook | None
    own: bool = False
    callers: Sequence[CallerFigures] = ()


def word(group: str, name: str, say: Say, *, own: bool = False) -> str:
    """A word of the documents as people say it; a unit's `own` edition has sources for channels."""
    if not name:
        return NONE
    if group == "channel" and own:
        return say(f"page.unit.from.{name}")
    return say(f"{WORDS.get(group, f'workbook.{group}')}.{name}")


def left_out(number: int, say: Say) -> list[str]:
    """What is said of the names after the first MOST of `number`."""
    return [say("report.more", number=number - MOST)] if number > MOST else []


def share_of(part: int, whole: int) -> int:
    """The share of a whole, in thousandths."""
    return (2 * _WHOLE_BAR * part + whole) // (2 * whole) if whole else 0


def tenths(share: int) -> str:
    """
    >>> tenths(667)
    '66.7%'
    """
    return f"{share // 10}.{share % 10}%"


def range_of(found: Sequence[str] | None) -> str:
    """An interval of shares as a document has it, in percents."""
    return " – ".join(printed.percent(each) for each in found) if found else NONE
