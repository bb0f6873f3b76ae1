"""The columns of a caller's sheet, for those who write it and those who read it back."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from chalicelib.core.grades import ITEMS
from chalicelib.core.verification import REACHED, SETTLEMENTS
from chalicelib.texts import Say

ATTEMPTS: Final = (1, 2, 3)

GRADES: Final = ("A", "B", "C", "D", "E")

HEAD_ROW: Final = 1
"""Above it stands what the sheet is, below it the visits; rows count from 0."""


class Column(NamedTuple):
    """One column: `holds` says what may stand in it, and whether it is the callers' to fill."""

    name: str
    width: int
    holds: str


def _attempt(number: int) -> Iterator[Column]:
    yield Column(f"date_{number}", 11, "date")
    yield Column(f"time_{number}", 6, "time")
    yield Column(f"reached_{number}", 10, "reached")


COLUMNS: Final = (
    Column("id", 2, "id"),
    Column("no", 4, "shown"),
    Column("customer", 13, "shown"),
    Column("phone", 15, "shown"),
    Column("dial", 5, "dial"),
    Column("job", 14, "shown"),
    Column("unit", 13, "shown"),
    Column("appliance", 11, "shown"),
    Column("day", 11, "shown"),
    Column("deadline", 11, "shown"),
    *(column for number in ATTEMPTS for column in _attempt(number)),
    Column("answered", 9, "yes_no"),
    *(Column(item, 7, "grade") for item in ITEMS),
    Column("work", 26, "text"),
    Column("paid", 10, "text"),
    Column("slip", 7, "yes_no"),
    Column("helped", 10, "yes_no"),
    Column("settlement", 14, "settlement"),
    Column("remark", 26, "text"),
    Column("complaint", 11, "yes_no"),
)

PLACES: Final[Mapping[str, int]] = {column.name: n for n, column in enumerate(COLUMNS)}
"""Column → its place, from 0."""

OURS: Final = ("id", "shown", "dial")
"""What a column may hold that is not for callers to fill."""

FROZEN: Final = PLACES["dial"]
"""Columns before this one stay in sight, and stand again on each printed page."""

BREAK: Final = PLACES["answered"]
"""The second printed page begins here."""

_CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "reached": REACHED,
    "yes_no": ("yes", "no"),
    "settlement": SETTLEMENTS,
}


def heading(column: Column, say: Say) -> str:
    """What stands above the column, in one language."""
    name, _, number = column.name.partition("_")
    return say(f"calls.column.{name}", number=number) if number else say(f"calls.column.{name}")


def choices(holds: str, say: Say) -> dict[str, str]:
    """Word in a cell → what it means, for columns with a list to choose from; else nothing."""
    if holds == "grade":
        return {grade: grade for grade in GRADES}
    return {say(f"calls.{holds}.{code}"): code for code in _CODES.get(holds, ())}
