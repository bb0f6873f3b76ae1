"""Supervision calls customers: attempts, what was told, blind; and what becomes of the form."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.core.call_rows import CallRow, RowError
from chalicelib.core.people import Member


class CallImport(Protocol):
    """How a workbook comes in; the desk of verification calls is one."""

    def check(self, rows: Sequence[CallRow], by: Member, now: datetime) -> tuple[RowError, ...]:
        """Everything that keeps these rows from being taken; () if they can be."""

    def import_calls(self, rows: Sequence[CallRow], by: Member, now: datetime) -> int:
        """Take all rows or none; how many changed something. RowsError as `check` finds them."""
