"""The report of a unit's month as a workbook, made of what is stored."""

import json
import logging
from collections.abc import Mapping
from typing import Any, Final, Protocol

from chalicelib import printed, workbooks
from chalicelib.core.assessment import in_language
from chalicelib.core.documents import ChainHead, StoredDocument
from chalicelib.core.facts import Facts
from chalicelib.core.people import Technician, Unit, technician_code
from chalicelib.report_parts import Part
from chalicelib.services.month_maker import NoFactsError
from chalicelib.texts import translator

log = logging.getLogger(__name__)

MONTHS_BEFORE: Final = 11
"""With the month itself a year: as many as its charts can show."""


class Maker(Protocol):
    def facts_of(self, document: StoredDocument) -> Facts: ...


class Documents(Protocol):
    def head(self, unit: str) -> ChainHead: ...
    def entry(self, unit: str, sequence: int) -> StoredDocument | None: ...


class People(Protocol):
    def technicians(self, unit: str) -> list[Technician]: ...


class ReportWorkbooks:
    """Makes supervision's workbook of a document, or its unit's own."""

    def __init__(self, maker: Maker, documents: Documents, people: People) -> None:
        """`maker` finds the facts of a document."""
        self._maker = maker
        self._documents = documents
        self._people = people

    def workbook(self, stored: StoredDocument, unit: Unit, language: str, *, own: bool) -> bytes:
        """The XLSX file of a document in "zh" or "en"; `own` is the unit's edition.

        Where the facts are gone it holds what the document says alone, and somebody is told.
        """
        say = translator(language)
        entry = in_language(json.loads(stored.body), say)
        part = Part(
            entry,
            unit.name,
            self._facts(stored),
            self._names(unit),
            self._earlier(stored),
        )
        shown = workbooks.unit_edition(part) if own else part
        return workbooks.report([shown], stored.month, say, printed.mark(entry, say))

    def _facts(self, stored: StoredDocument) -> Facts | None:
        try:
            return self._maker.facts_of(stored)
        except NoFactsError:
            log.exception("a workbook without its facts", extra={"unit": stored.unit})
            return None

    def _names(self, unit: Unit) -> dict[str, str]:
        technicians = self._people.technicians(unit.unit_id)
        return {technician_code(each.unit, each.name): each.name for each in technicians}

    def _earlier(self, stored: StoredDocument) -> list[Mapping[str, Any]]:
        """The documents that hold for the months before, the oldest first."""
        months = self._documents.head(stored.unit).months or {}
        before = sorted(month for month in months if month < stored.month)[-MONTHS_BEFORE:]
        found = [self._documents.entry(stored.unit, months[month]) for month in before]
        return [json.loads(each.body) for each in found if each is not None]
