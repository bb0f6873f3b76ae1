"""The week's workbook, a sheet for each caller. Blind: no grade, no reason, nor who answered.

Rows stand in an order that nothing about a visit decides: in that of their tickets, those picked
for a reason would come late.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from chalicelib.core.draws import Pick
from chalicelib.core.people import Member
from chalicelib.core.sheet_marks import INFORMATION, mark_of, row_mark, spelled
from chalicelib.core.visits import Facts
from chalicelib.services.call_columns import (
    BREAK,
    COLUMNS,
    FROZEN,
    HEAD_ROW,
    OURS,
    Column,
    choices,
    heading,
)
from chalicelib.services.call_list import Owed
from chalicelib.spreadsheets import MADE_AT, OPTIONS
from chalicelib.texts import Say, translator

_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
_LONGEST_NAME: Final = 31
_NUMBER: Final = re.compile(r"\+[0-9]{6,15}")
_A4: Final = 9
_HOW_WIDTH: Final = 96
"""Places of a line of the instructions; a Chinese character takes two."""


@dataclass(frozen=True, slots=True)
class Call:
    """One customer to call; `day` is the local day of the visit."""

    pick: Pick
    facts: Facts
    unit_name: str
    day: str


@dataclass(frozen=True, slots=True)
class Week:
    """What one draw gives to do, and the call list beside it."""

    key: str
    deadline: str
    calls: Sequence[Call]
    owed: Sequence[Owed]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One caller's calls, in the order of the sheet and in the caller's language."""

    caller: str
    language: str
    rows: tuple[Call, ...]


def kept_blind(owed: Iterable[Owed], calls: Iterable[Call]) -> list[Owed]:
    """The call list, without why and about what where that would tell of a form to be checked."""
    picked = {call.facts.visit_id for call in calls} | {call.facts.phone for call in calls}
    hidden = picked - {""}
    return [
        replace(one, why="", visit_id="") if {one.phone, one.visit_id} & hidden else one
        for one in owed
    ]


def sheets(week: Week, members: Sequence[Member], language: str) -> list[Sheet]:
    """The calls by caller; those without one stand last, in the organisation's `language`."""
    languages = {member.mail: member.language for member in members}
    by_caller: dict[str, list[Call]] = defaultdict(list)
    for call in sorted(week.calls, key=_by_chance):
        by_caller[call.pick.caller].append(call)
    named = sorted(by_caller, key=lambda caller: (not caller, caller))
    return [
        Sheet(caller, languages.get(caller, language), tuple(by_caller[caller])) for caller in named
    ]


def _by_chance(call: Call) -> str:
    return sha256(f"{call.pick.ticket} {call.pick.visit_id}".encode()).hexdigest()


def workbook(week: Week, sheets: Sequence[Sheet], languages: Sequence[str]) -> bytes:
    """The XLSX file. Every cell is text but the dial links; same calls, same bytes.

    Instructions in all `languages`, the call list in the first.
    """
    from xlsxwriter import Workbook  # type: ignore[import-untyped] # it has no types

    content = BytesIO()
    with Workbook(content, OPTIONS) as book:
        book.set_properties({"created": MADE_AT})
        styles = _Styles(book)
        for place, sheet in enumerate(sheets, start=1):
            say = translator(sheet.language)
            page = book.add_worksheet(_sheet_name(place, sheet.caller, say))
            _write_calls(page, sheet, week, styles, say)
        say = translator(languages[0])
        _write_owed(book.add_worksheet(say("calls.sheet.owed")), week.owed, styles, say)
        _write_how(book.add_worksheet(say("calls.sheet.how")), languages, styles)
    return content.getvalue()


class _Styles:
    """How cells look: ours are grey and locked, those to fill are white and open."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 # XlsxWriter has no types
        edge = {"border": 1, "border_color": "#B0B0B0", "valign": "vcenter", "text_wrap": True}
        self.head = book.add_format(
            {**edge, "bold": True, "bg_color": "#D9E2EC", "num_format": "@"}
        )
        self.title = book.add_format({"bold": True, "num_format": "@"})
        self.plain = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        self.hidden = book.add_format({"num_format": "@"})
        self.shown = book.add_format({**edge, "num_format": "@", "bg_color": "#F3F3F3"})
        link = {"font_color": "#0B5394", "underline": 1, "bg_color": "#F3F3F3", "align": "center"}
        self.dial = book.add_format({**edge, **link})
        formats = {"date": "yyyy-mm-dd", "time": "hh:mm"}
        self.open = {
            holds: book.add_format({**edge, "num_format": formats.get(holds, "@"), "locked": False})
            for holds in {column.holds for column in COLUMNS}
        }


def _write_calls(page: Any, sheet: Sheet, week: Week, styles: _Styles, say: Say) -> None:  # noqa: ANN401
    ids = [call.facts.visit_id for call in sheet.rows]
    page.write_string(0, 0, spelled(mark_of(week.key, sheet.caller, ids)), styles.hidden)
    page.write_string(0, 1, say("calls.name", key=week.key), styles.title)
    page.write_string(0, FROZEN + 1, say("calls.title", caller=sheet.caller or "-"))
    page.write_string(0, BREAK, say("calls.title_answers"), styles.title)
    for place, column in enumerate(COLUMNS):
        hide = {"hidden": True} if column.holds == "id" else {}
        page.set_column(place, place, column.width, None, hide)
        page.write_string(HEAD_ROW, place, heading(column, say), styles.head)
        _offer_choices(page, place, column, len(sheet.rows), say)
    page.set_row(HEAD_ROW, 34)
    for number, call in enumerate(sheet.rows, start=1):
        page.set_row(HEAD_ROW + number, 36)
        _write_row(page, HEAD_ROW + number, _shown(number, call, week), styles)
    _set_up(page)


def _offer_choices(page: Any, place: int, column: Column, rows: int, say: Say) -> None:  # noqa: ANN401
    words = list(choices(column.holds, say))
    if not words or not rows:
        return
    wrong = say("calls.choose", words=" / ".join(words))
    rule = {"validate": "list", "source": words, "error_message": wrong}
    page.data_validation(HEAD_ROW + 1, place, HEAD_ROW + rows, place, rule)


def _write_row(page: Any, row: int, shown: dict[str, str], styles: _Styles) -> None:  # noqa: ANN401
    for place, column in enumerate(COLUMNS):
        if column.holds == "dial":
            _write_link(page, row, place, shown["phone"], styles)
        elif column.holds in OURS:
            style = styles.hidden if column.holds == "id" else styles.shown
            page.write_string(row, place, shown[column.name], style)
        else:
            page.write_blank(row, place, None, styles.open[column.holds])


def _write_link(page: Any, row: int, place: int, phone: str, styles: _Styles) -> None:  # noqa: ANN401
    """A link that dials, for numbers of digits alone: nothing else comes into a formula."""
    if _NUMBER.fullmatch(phone):
        page.write_formula(row, place, f'=HYPERLINK("tel:{phone}","☎")', styles.dial, "☎")
    else:
        page.write_string(row, place, "", styles.shown)


def _shown(number: int, call: Call, week: Week) -> dict[str, str]:
    facts = call.facts
    return {
        "id": row_mark(week.key, facts.visit_id),
        "no": str(number),
        "customer": facts.customer_name,
        "phone": facts.phone,
        "job": facts.visit_id,
        "unit": call.unit_name,
        "appliance": facts.appliance,
        "day": call.day,
        "deadline": week.deadline,
    }


def _set_up(page: Any) -> None:  # noqa: ANN401 # XlsxWriter has no types
    """Kept in sight, protected without a password, two pages of A4 across when printed."""
    page.freeze_panes(HEAD_ROW + 1, FROZEN)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    allowed = ("format_cells", "format_columns", "format_rows")
    page.protect("", dict.fromkeys(allowed, True))
    _print_on_a4(page)
    page.set_print_scale(58)
    page.repeat_rows(HEAD_ROW)
    page.repeat_columns(1, FROZEN - 1)
    page.set_v_pagebreaks([BREAK])


def _print_on_a4(page: Any) -> None:  # noqa: ANN401 # XlsxWriter has no types
    page.set_landscape()
    page.set_paper(_A4)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&L&A&R&P / &N")


def _write_owed(page: Any, owed: Sequence[Owed], styles: _Styles, say: Say) -> None:  # noqa: ANN401
    widths = {"due": 12, "phone": 18, "dial": 6, "customer": 18, "job": 20, "why": 40}
    page.write_string(0, 0, INFORMATION, styles.hidden)
    page.write_string(0, 1, say("calls.owed", count=len(owed)), styles.title)
    page.set_column(0, 0, 2, None, {"hidden": True})
    for place, (name, width) in enumerate(widths.items(), start=1):
        page.set_column(place, place, width)
        page.write_string(HEAD_ROW, place, say(f"calls.column.{name}"), styles.head)
    for row, one in enumerate(owed, start=HEAD_ROW + 1):
        phone = one.phone or say("calls.withheld")
        cells = (one.due, phone, "", one.customer, one.visit_id, _why(one.why, say))
        for place, cell in enumerate(cells, start=1):
            page.write_string(row, place, cell, styles.shown)
        _write_link(page, row, 3, one.phone, styles)
    page.freeze_panes(HEAD_ROW + 1, 0)
    _print_on_a4(page)
    page.fit_to_pages(1, 0)


KNOWN_WHY: Final = (
    *("call_me", "not_finished", "not_me", "asked_in_vain", "missed_call", "objection", "danger"),
    *("maybe_danger", "to_read", "unread", "recording_lost", "recording_absent", "case_message"),
)


def _why(why: str, say: Say) -> str:
    """Why somebody is owed a call; "" was taken out, and what is not known here says no more."""
    return say(f"calls.why.{why if why in KNOWN_WHY else 'other'}")


def _write_how(page: Any, languages: Sequence[str], styles: _Styles) -> None:  # noqa: ANN401
    page.write_string(0, 0, INFORMATION, styles.hidden)
    page.set_column(0, 0, 2, None, {"hidden": True})
    page.set_column(1, 1, _HOW_WIDTH + 6)
    lines = [
        line for each in languages for line in (*translator(each)("calls.how").split("\n"), "")
    ]
    for row, line in enumerate(lines, start=1):
        page.set_row(row, 17 * (1 + _width(line) // _HOW_WIDTH))
        page.write_string(row, 1, line, styles.plain)
    _print_on_a4(page)
    page.fit_to_pages(1, 0)


def _width(line: str) -> int:
    return sum(2 if ord(character) > 0x2E80 else 1 for character in line)


def _sheet_name(place: int, caller: str, say: Say) -> str:
    name = caller.split("@")[0] or say("calls.sheet.unassigned")
    return f"{place} {name.translate(_FORBIDDEN)}"[:_LONGEST_NAME]
