"""The week's workbook, a sheet for each caller. Blind: no grade, no reason, nor who answered."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from chalicelib.core.draws import Pick
from chalicelib.core.visits import Facts
from chalicelib.report import MADE_AT
from chalicelib.texts import Say

COLUMNS: Final = ("no", "customer", "phone", "job", "unit", "appliance", "day", "deadline")
WIDTHS: Final = (5, 18, 18, 20, 24, 18, 12, 12)
OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""What customers and units wrote stays text in every cell."""

_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
_LONGEST_NAME: Final = 31


@dataclass(frozen=True, slots=True)
class Call:
    """One customer to call; `day` is the local day of the visit."""

    pick: Pick
    facts: Facts
    unit_name: str
    day: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One caller's calls, in ticket order."""

    caller: str
    rows: tuple[Call, ...]


def sheets(calls: Sequence[Call], say: Say) -> list[Sheet]:
    """The calls by caller; those without one stand last."""
    by_caller: dict[str, list[Call]] = defaultdict(list)
    for call in sorted(calls, key=lambda call: (call.pick.ticket, call.pick.visit_id)):
        by_caller[call.pick.caller].append(call)
    named = sorted(caller for caller in by_caller if caller)
    found = [Sheet(caller, tuple(by_caller[caller])) for caller in named]
    if by_caller[""]:
        found.append(Sheet(say("mail.sheet.unassigned"), tuple(by_caller[""])))
    return found


def workbook(sheets: Sequence[Sheet], deadline: str, say: Say) -> bytes:
    """The XLSX file; every cell is text, telephone numbers too. Same calls, same bytes."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    content = BytesIO()
    with Workbook(content, OPTIONS) as book:
        book.set_properties({"created": MADE_AT})
        head = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})
        for place, sheet in enumerate(sheets or [Sheet("-", ())], start=1):
            page = book.add_worksheet(_sheet_name(place, sheet.caller))
            page.freeze_panes(1, 0)
            for column, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
                page.set_column(column, column, width, text)
                page.write_string(0, column, say(f"mail.column.{name}"), head)
            for row, call in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(_cells(row, call, deadline)):
                    page.write_string(row, column, cell, text)
    return content.getvalue()


def _cells(row: int, call: Call, deadline: str) -> tuple[str, ...]:
    facts = call.facts
    return (
        str(row),
        facts.customer_name,
        facts.phone,
        facts.visit_id,
        call.unit_name,
        facts.appliance,
        call.day,
        deadline,
    )


def _sheet_name(place: int, caller: str) -> str:
    return f"{place} {caller.split('@')[0].translate(_FORBIDDEN)}"[:_LONGEST_NAME]
