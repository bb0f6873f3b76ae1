"""What stands on the sheets of a workbook: tables and charts, before they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

Cell = str | int | Decimal | None
"""Text, a whole number, a number with its two decimals, nothing."""

Kind = Literal["text", "count", "mean", "money"]
"""How a column shows its numbers; money always has its sign."""


class Column(NamedTuple):
    """A column's heading, its width in characters and how its numbers are shown."""

    head: str
    width: int = 12
    kind: Kind = "count"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `total` is one more row that sums them up, set off."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    total: Sequence[Cell] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A table and its picture: the first column names, each of the columns `shown` is a series."""

    table: Table
    kind: Literal["line", "column", "stacked"]
    shown: Sequence[int]


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet: title and lines above, then tables, then charts. `name` is its tab's."""

    name: str
    title: str
    lines: Sequence[str] = ()
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()


def without_blank_columns(table: Table) -> Table:
    """The table without the columns that no row has anything in."""
    kept = [
        place
        for place in range(len(table.columns))
        if any(row[place] not in ("", None) for row in table.rows)
    ]
    return Table(
        [table.columns[place] for place in kept],
        [[row[place] for place in kept] for row in table.rows],
        table.title,
        [table.total[place] for place in kept] if table.total else (),
    )
