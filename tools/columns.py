"""Columns of visits and complaints as people name and fill them, read strictly into facts.

Strict about doubt, lenient about form: a cell that could be read in two ways names its line and
column and stops the program.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from chalicelib.core.grades import POINTS
from tools.sheet import UNCOMPUTED, InputError, Notice, Sheet, is_blank

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,64}")
_DAY_TIME: Final = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})(?:日\s*|\s+|$)"
    r"(?:([0-9]{1,2})[:时]([0-9]{1,2})(?:分|:([0-9]{1,2})|分([0-9]{1,2})秒)?)?"
)
_YEARS: Final = range(2000, 2100)
_LONGEST_NUMBER: Final = 10**15
"""A workbook keeps 15 digits of a number; a longer one is no longer the one that was typed."""

Names = Mapping[str, Sequence[str]]
"""Column → other headings it goes by."""

VISIT_COLUMNS: Final[Names] = {
    "visit_id": (
        "visit", "visit no", "job", "job id", "job no", "job number", "work order",
        "work order no", "work order number", "order no", "order number", "ticket", "ticket no",
        "工单", "工单号", "工单编号", "服务单号", "派工单号", "维修单号", "任务单号", "单号",
    ),
    "unit": (
        "unit id", "department", "station", "service station", "dealer", "branch",
        "单位", "单位编号", "部门", "网点", "网点编号", "服务网点", "服务站", "售后单位",
        "售后部门", "经销商",
    ),
    "technician": (
        "technician name", "engineer", "repairer", "mechanic",
        "技师", "师傅", "维修师傅", "工程师", "维修工", "维修工程师", "维修人员", "服务人员",
    ),
    "completed_at": (
        "completed", "completed on", "completion time", "completion date", "finished at",
        "date completed", "完成时间", "完成日期", "完工时间", "完工日期", "维修完成时间",
        "服务完成时间", "结单时间",
    ),
    "timeliness": (
        "punctuality", "speed", "及时性", "及时", "服务及时性", "维修及时性", "时效", "速度",
        "准时",
    ),
    "quality": ("repair quality", "质量", "维修质量", "品质"),
    "attitude": ("manner", "service attitude", "态度", "服务态度"),
    "comment": ("comments", "remark", "remarks", "feedback", "意见", "客户意见", "备注", "留言"),
}  # fmt: skip

JOB_COLUMNS: Final[Names] = {
    **{name: VISIT_COLUMNS[name] for name in ("visit_id", "unit", "technician")},
    "completed_at": (
        *VISIT_COLUMNS["completed_at"],
        "service date", "date of service", "job date", "服务日期", "服务时间", "维修日期",
        "维修时间", "作业日期",
    ),
    "phone": (
        "phone number", "telephone", "telephone number", "mobile", "mobile number", "tel",
        "customer phone", "contact number",
        "电话", "手机", "手机号", "手机号码", "电话号码", "联系电话", "客户电话", "用户电话",
    ),
}  # fmt: skip
"""What a list of settled or invoiced jobs and a list of uploads have in common."""

COMPLAINT_COLUMNS: Final[Names] = {
    "case_id": (
        "case", "case no", "case number", "complaint id", "complaint no", "complaint number",
        "投诉编号", "投诉单号", "案件编号", "受理编号", "编号", "单号",
    ),
    "unit": VISIT_COLUMNS["unit"],
    "received_at": (
        "received", "received on", "date received", "受理时间", "受理日期", "投诉时间",
        "投诉日期", "接收时间", "收到时间",
    ),
    "severity": ("严重程度", "严重性", "级别"),
    "kind": ("type", "类型", "类别", "性质"),
    "standing": ("认定", "是否计入"),
    "channel": ("渠道", "受理渠道"),
}  # fmt: skip

OPTIONAL: Final = ("comment", "severity", "kind", "standing", "channel")

_GRADES: Final[Mapping[str, str]] = {
    "": "-",
    **{
        chr(ord(grade) + shift): grade
        for grade in POINTS
        for shift in (0, 0x20, 0xFEE0, 0xFF00)  # A, a, full-width Ａ, full-width ａ
    },
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "severity": {
        "": "minor", "minor": "minor", "serious": "serious", "grave": "grave",
        "轻微": "minor", "一般": "minor", "严重": "serious", "重大": "grave",
    },
    "kind": {
        "": "complaint", "complaint": "complaint", "suggestion": "suggestion",
        "praise": "praise", "enquiry": "enquiry", "repair_request": "repair_request",
        "empty": "empty", "unread": "unread", "投诉": "complaint", "建议": "suggestion",
        "表扬": "praise", "咨询": "enquiry", "报修": "repair_request", "空": "empty",
        "未读": "unread",
    },
    "standing": {
        "": "counts", "counts": "counts", "duplicate": "duplicate",
        "out_of_scope": "out_of_scope", "计入": "counts", "重复": "duplicate",
        "不在范围": "out_of_scope",
    },
    "channel": {
        "": "", "hotline": "hotline", "sms": "sms", "web": "web", "desk": "desk", "call": "call",
        "热线": "hotline", "短信": "sms", "网页": "web", "柜台": "desk", "回访": "call",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet, its cells read by column name; each reading may raise InputError."""

    path: Path
    line: int
    cells: Sequence[object]
    places: Mapping[str, int]
    header: Sequence[str]
    optional: Collection[str] = OPTIONAL

    def refuse(self, column: str, reason: str) -> InputError:
        """The error for a cell, named as the file's header names its column."""
        return InputError(self.path, self.line, self.header[self.places[column]], reason)

    def check_width(self) -> None:
        """Refuse a row longer or shorter than the header: somewhere before, a comma is off."""
        for place in range(len(self.header), len(self.cells)):
            if not is_blank(self.cells[place]):
                reason = "more cells than the header has"
                raise InputError(self.path, self.line, f"column {place + 1}", reason)
        for column, place in self.places.items():
            if place >= len(self.cells) and column not in self.optional:
                raise self.refuse(column, "the row ends before this column")

    def text(self, column: str) -> str:
        """A cell's text without outer space, "" when it is blank or its column absent."""
        cell = self._cell(column)
        if isinstance(cell, str):
            return cell.strip()
        if cell is None:
            return ""
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return self._number(column, cell)
        if cell is UNCOMPUTED:
            raise self.refuse(column, "a formula without its result: save the values")
        raise self.refuse(column, f"not a text: {cell}")

    def has(self, column: str) -> bool:
        """Whether there is anything in a cell."""
        return not is_blank(self._cell(column))

    def _cell(self, column: str) -> object:
        place = self.places.get(column)
        return self.cells[place] if place is not None and place < len(self.cells) else None

    def _number(self, column: str, number: int | float) -> str:
        if not abs(number) < _LONGEST_NUMBER or number != int(number):
            raise self.refuse(column, f"not a whole number of at most 15 digits: {number}")
        return str(int(number))

    def identifier(self, column: str) -> str:
        """An id of a visit or unit: 1–64 of A–Z a–z 0–9 . _ -, the first a letter or digit."""
        text = self.text(column)
        if not ID.fullmatch(text):
            raise self.refuse(column, f"must be 1 to 64 of A-Z a-z 0-9 . _ -, is {_shown(text)}")
        return text

    def name(self, column: str) -> str:
        """A name of 1–64 characters, none of them a control character."""
        text = self.text(column)
        if not _NAME.fullmatch(text):
            raise self.refuse(column, f"must be a text of 1 to 64 characters, is {_shown(text)}")
        return text

    def grade(self, column: str) -> str:
        """A grade's letter in any case and width, "-" for a blank."""
        text = self.text(column)
        grade = _GRADES.get(text)
        if grade is None:
            raise self.refuse(column, f"must be A, B, C, D, E or blank, is {_shown(text)}")
        return grade

    def word(self, column: str) -> str:
        """One of the words of that column, or its default for a blank."""
        text = self.text(column)
        word = WORDS[column].get(re.sub("[ -]", "_", text.casefold()))
        if word is None:
            known = ", ".join(sorted({word for word in WORDS[column].values() if word}))
            raise self.refuse(column, f"must be one of {known}, is {_shown(text)}")
        return word

    def instant(self, column: str, zone: ZoneInfo) -> datetime:
        """A date and time; without an offset it is one of `zone`, without a time midnight."""
        cell = self._cell(column)
        found = cell if isinstance(cell, datetime) else _instant(self.text(column))
        if found is None or found.year not in _YEARS:
            meant = "a date and time such as 2026-05-03 14:30"
            raise self.refuse(column, f"must be {meant}, is {_shown(self.text(column))}")
        return found if found.tzinfo else found.replace(tzinfo=zone)


def _instant(text: str) -> datetime | None:
    """ISO 8601, or year, month and day in this order with - / . or 年月日 and a time."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    found = _DAY_TIME.fullmatch(unicodedata.normalize("NFKC", text))
    try:
        # the zone is the caller's to add
        return datetime(*(int(part) for part in found.groups() if part)) if found else None  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


def read_rows(sheet: Sheet, names: Names, optional: Collection[str] = OPTIONAL) -> Iterator[Row]:
    """The rows of a sheet whose header must name every column that is not optional."""
    header = [_title(cell) for cell in sheet.header]
    places = _places(sheet, header, names, optional)
    unused = [title for place, title in enumerate(header) if place not in places.values() and title]
    if unused:
        sheet.notices.append(_ignored(sheet, unused))
    for line, cells in sheet.rows:
        yield Row(sheet.path, line, cells, places, header, optional)


def _places(
    sheet: Sheet, header: Sequence[str], names: Names, optional: Collection[str]
) -> dict[str, int]:
    """Column → place: by its own name if a heading is that, else by one it also goes by."""
    plain = [_plain(title) for title in header]
    places = {}
    for column, others in names.items():
        exact = [place for place, title in enumerate(plain) if title == _plain(column)]
        also = {_plain(other) for other in others}
        found = exact or [place for place, title in enumerate(plain) if title in also]
        if len(found) > 1:
            titles = " and ".join(header[place] for place in found)
            raise InputError(sheet.path, sheet.header_line, column, f"stands here twice: {titles}")
        if found:
            places[column] = found[0]
        elif column not in optional:
            raise InputError(sheet.path, sheet.header_line, column, "no such column")
    return places


def _title(cell: object) -> str:
    """A heading on one line, without what would steer the terminal it is shown on."""
    words = " ".join(str("" if cell is None else cell).split())
    return "".join(character for character in words if character.isprintable())


def _plain(title: str) -> str:
    """A heading without case, width, spaces, punctuation and what stands in brackets."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    without = re.sub(r"[(\[【].*?[)\]】]", "", folded)
    return "".join(character for character in without if character.isalnum())


def _ignored(sheet: Sheet, columns: Sequence[str]) -> Notice:
    return ("notice_ignored_columns", {"file": sheet.path.name, "columns": ", ".join(columns)})


def _shown(text: str) -> str:
    """What stands in a cell, on one line and not endless."""
    shown = text if len(text) <= 40 else text[:40] + "…"
    return repr(shown) if shown else "blank"
