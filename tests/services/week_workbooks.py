"""The workbook of a week's mail, as its readers open it."""

import io
from email.message import EmailMessage

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from chalicelib.core.draws import Draw
from chalicelib.services.call_columns import COLUMNS, HEAD_ROW
from tests.stage import Stage


def draw_list(stage: Stage, draw: Draw) -> EmailMessage:
    (mail,) = stage.mails(f"{draw.key}~draw_list")
    return mail


def attached(mail: EmailMessage) -> bytes:
    (attachment,) = mail.iter_attachments()
    assert attachment.get_content_type().endswith("spreadsheetml.sheet")
    content = attachment.get_content()
    assert isinstance(content, bytes)
    return content


def workbook(mail: EmailMessage) -> Workbook:
    return load_workbook(io.BytesIO(attached(mail)))


def callers_sheets(book: Workbook) -> list[Worksheet]:
    """The sheets to fill in; after them come the call list and the instructions."""
    return list(book.worksheets[:-2])


def rows(sheet: Worksheet) -> list[dict[str, object]]:
    """Column → value, row by row."""
    names = [column.name for column in COLUMNS]
    found = sheet.iter_rows(min_row=HEAD_ROW + 2, values_only=True)
    return [dict(zip(names, row, strict=True)) for row in found]
