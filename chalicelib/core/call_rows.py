"""Rows of a workbook that callers filled in, as they are brought in."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.core.verification import Attempt, Told


@dataclass(frozen=True, slots=True)
class CallRow:
    """What one row says of the calls about a picked visit.

    `attempts` in any order, unproven; with `by` "" they are of the pick's own caller. `told` None:
    nobody was reached, or nothing was told. A row without both says nothing and changes nothing.
    """

    visit_id: str
    attempts: tuple[Attempt, ...] = ()
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row cannot be taken: `row` is its place in the rows, from 0; `field` "" is the row.

    `field` is that of CallRow, or of what it holds: "attempts.1.at", "told.grades".
    """

    row: int
    field: str
    code: str
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)


class RowsError(Exception):
    """Rows cannot be taken: none was kept, or those before the one that was overtaken meanwhile."""

    def __init__(self, errors: tuple[RowError, ...]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors
