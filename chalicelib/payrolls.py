"""HR's payroll workbook: a month of all units, what was issued of it, what is to pay or hold back.

Every sum is a value that equals the sum of the rows above it: a program that reads values finds
the same figure as one that would calculate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.core import calendar
from chalicelib.core.assessment import note_sentence
from chalicelib.core.proceedings import ISSUED
from chalicelib.core.register import RegisterEntry
from chalicelib.core.rules import Rulebook
from chalicelib.report_parts import LINES, amounts_of, text_column
from chalicelib.sheet_pages import Cell, Column, Page, Table, without_blank_columns
from chalicelib.spreadsheets import workbook
from chalicelib.texts import Say


@dataclass(frozen=True, slots=True)
class Owed:
    """A unit's month as HR pays it: the document that holds, and how far it has come.

    `before` is what was issued for this month before this document, None where that is not known.
    `state`: one of `proceedings.STATES`, or "offline".
    """

    entry: Mapping[str, Any]
    name: str
    state: str
    before: int | None = 0

    @property
    def to_pay(self) -> int | None:
        """What is to be paid (above 0) or held back (below); nothing before it is issued."""
        if self.before is None or self.state != ISSUED:
            return None
        return int(self.entry["amount"]) - self.before


def issued_before(register: Sequence[RegisterEntry], unit: str, sequence: int) -> int:
    """What was issued for a unit's month before its document `sequence`.

    `register` are the entries of that month, of all units, in the order of their chains.
    """
    own = [entry for entry in register if entry.unit == unit and entry.sequence <= sequence]
    if not own:
        return 0
    return own[-1].before if own[-1].sequence == sequence else own[-1].amount


def payroll(
    month: str,
    owed: Sequence[Owed],
    register: Sequence[RegisterEntry],
    say: Say,
    rules: Rulebook,
    mark: str = "",
    notes: Sequence[str] = (),
) -> bytes:
    """The workbook of a month as an XLSX file; `owed` by unit, `notes` stand above the table."""
    title = say("workbook.payroll.title", month=month)
    explained = [say("workbook.amounts_in", currency=rules.currency), *notes]
    if any(one.before is not None for one in owed):
        explained.insert(1, say("workbook.payroll.what"))
    pages = [Page(say("workbook.page.payroll"), title, explained, [_owed(owed, month, say)])]
    if register:
        name = say("workbook.page.register")
        pages.append(Page(name, name, (), [_register(register, say, rules)]))
    return workbook(pages, mark)


def _owed(owed: Sequence[Owed], month: str, say: Say) -> Table:
    columns = [
        text_column(say, "unit", 16),
        text_column(say, "name", 18),
        text_column(say, "month", 10),
        *(_money(say, f"line.{code}") for code in LINES),
        *(_money(say, f"column.{what}") for what in ("amount", "issued_before", "to_pay")),
        text_column(say, "state", 14),
        text_column(say, "sanction", 44),
    ]
    rows = [_owed_row(one, month, say) for one in owed]
    return without_blank_columns(Table(columns, rows, "", _total(rows, say)))


def _owed_row(one: Owed, month: str, say: Say) -> list[Cell]:
    amounts = amounts_of(one.entry)
    return [
        str(one.entry["unit"]),
        one.name,
        month,
        *(amounts.get(code) for code in LINES),
        one.entry["amount"],
        one.before,
        one.to_pay,
        _state(one, say),
        "\n".join(
            note_sentence(note, say)
            for note in one.entry["note_reasons"]
            if note["reason"] == "sanction"
        ),
    ]


def _state(one: Owed, say: Say) -> str:
    """How far a document has come; that of a trial says so itself."""
    state = say(f"workbook.state.{one.state}")
    trial = one.entry["mode"] == "trial" and one.state != "offline"
    return f"{state} · {say('mail.trial')}" if trial else state


def _total(rows: Sequence[Sequence[Cell]], say: Say) -> list[Cell]:
    sums: list[Cell] = [
        sum(row[place] for row in rows if isinstance(row[place], int))  # type: ignore[misc] # ints
        for place in range(3, 10)
    ]
    return [say("workbook.total"), "", "", *sums, "", ""]


def _register(register: Sequence[RegisterEntry], say: Say, rules: Rulebook) -> Table:
    columns = [
        text_column(say, "unit", 16),
        Column(say("workbook.column.document"), 12),
        *(_money(say, f"column.{what}") for what in ("amount", "issued_before", "to_pay")),
        text_column(say, "issued_on", 14),
        text_column(say, "issued_by", 30),
    ]
    rows: list[list[Cell]] = [
        [
            entry.unit,
            entry.sequence,
            entry.amount,
            entry.before,
            entry.amount - entry.before,
            calendar.local_day(entry.issued_at, rules).isoformat(),
            entry.issued_by,
        ]
        for entry in register
    ]
    paid = sum(entry.amount - entry.before for entry in register)
    return Table(columns, rows, "", [say("workbook.total"), None, None, None, paid, "", ""])


def _money(say: Say, what: str) -> Column:
    return Column(say(f"workbook.{what}"), 12, "money")
