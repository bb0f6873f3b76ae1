"""Writes the mail with supervision's report of a month: what a lead looks at before he signs.

It is a mail of its own because the one about the close also goes to HR, who reads no single form.
"""

from typing import Final, Protocol

from chalicelib.core.documents import StoredDocument
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member, Unit
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.rules import Rulebook
from chalicelib.services.mail_pages import XLSX, Letter, MailPage, readers
from chalicelib.texts import translator

READERS: Final = {"month_report": ("lead", "auditor")}
"""Who gets which mail."""


class Documents(Protocol):
    def entry(self, unit: str, sequence: int) -> StoredDocument | None: ...


class Proceedings(Protocol):
    def get(self, unit: str, sequence: int) -> Proceeding | None: ...


class People(Protocol):
    def members(self) -> list[Member]: ...
    def unit(self, unit_id: str) -> Unit | None: ...


class Workbooks(Protocol):
    def workbook(
        self, stored: StoredDocument, unit: Unit, language: str, *, own: bool
    ) -> bytes: ...


class Pages(Protocol):
    def report(
        self,
        document: StoredDocument,
        proceeding: Proceeding,
        unit: Unit,
        language: str,
        *,
        own: bool,
    ) -> str: ...


class ReportMails:
    """Composes the mail of a document with its report as a workbook and as pages to print."""

    def __init__(
        self,
        documents: Documents,
        proceedings: Proceedings,
        people: People,
        workbooks: Workbooks,
        pages: Pages,
        rules: Rulebook,
    ) -> None:
        """What happened, who is to read of it, and who makes the two files."""
        self._documents = documents
        self._proceedings = proceedings
        self._people = people
        self._workbooks = workbooks
        self._pages = pages
        self._rules = rules

    def letter(self, effect: Effect) -> Letter:
        """The letter that `effect` names, to nobody who is recused from the unit.

        NobodyToReadError where nobody is left.
        """
        language = self._rules.languages[0]
        say = translator(language)
        unit_id, sequence = effect.values["unit"], int(effect.values["sequence"])
        members = [one for one in self._people.members() if unit_id not in one.recusals]
        stored = self._documents.entry(unit_id, sequence)
        proceeding = self._proceedings.get(unit_id, sequence)
        unit = self._people.unit(unit_id)
        if stored is None or proceeding is None or unit is None:
            raise LookupError(f"document {sequence} of {unit_id}")
        named = {"unit": f"{unit.name} ({unit_id})", "month": stored.month}
        page = self._pages.report(stored, proceeding, unit, language, own=False)
        name = f"{unit_id}-{stored.month}-{sequence}"
        return Letter(
            MailPage(
                say("mail.month_report.subject", **named),
                [say("mail.month_report.lead", **named)],
                facts=[(say("mail.hash"), stored.sha256)],
                attachments=[
                    (f"{name}.xlsx", XLSX, self._workbook(stored, unit, language)),
                    (f"{name}.html", "text/html", page.encode()),
                ],
            ),
            readers(members, effect.what, READERS),
            language,
        )

    def _workbook(self, stored: StoredDocument, unit: Unit, language: str) -> bytes:
        return self._workbooks.workbook(stored, unit, language, own=False)
