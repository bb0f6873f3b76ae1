"""The pages of a unit's month, made of what is stored, to attach, to show or to print: the notice
and the report."""

import json
import logging
from typing import Protocol

from chalicelib import editions, notice
from chalicelib.core.documents import StoredDocument
from chalicelib.core.facts import Facts
from chalicelib.core.people import Member, Technician, Unit, technician_code
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.rules import Rulebook
from chalicelib.services.month_maker import NoFactsError
from chalicelib.texts import translator

log = logging.getLogger(__name__)


class Maker(Protocol):
    def facts_of(self, document: StoredDocument) -> Facts: ...


class People(Protocol):
    def members(self) -> list[Member]: ...
    def technicians(self, unit: str) -> list[Technician]: ...


class Notices:
    """Makes the notice as the unit gets it, in its language and from its own month alone, and
    the report that has whole what the notice had to shorten."""

    def __init__(self, maker: Maker, people: People, rules: Rulebook) -> None:
        """`maker` finds the facts of a document."""
        self._maker = maker
        self._people = people
        self._rules = rules

    def page(self, document: StoredDocument, proceeding: Proceeding, unit: Unit) -> str:
        """The notice as one HTML page: `notice.page`.

        Where the facts are gone it names no form and no case, and somebody is told.
        """
        return notice.page(
            json.loads(document.body),
            self._facts(document),
            proceeding,
            unit.name,
            self._names(unit),
            translator(unit.language),
            self._rules,
        )

    def report(
        self,
        document: StoredDocument,
        proceeding: Proceeding,
        unit: Unit,
        language: str,
        *,
        own: bool,
    ) -> str:
        """The report in "zh" or "en": the unit's `own` edition, or supervision's."""
        return editions.page(
            json.loads(document.body),
            self._facts(document),
            proceeding,
            unit.name,
            self._names(unit),
            translator(language),
            self._rules,
            own=own,
        )

    def _facts(self, document: StoredDocument) -> Facts | None:
        try:
            return self._maker.facts_of(document)
        except NoFactsError:
            log.exception("a page without its facts", extra={"unit": document.unit})
            return None

    def _names(self, unit: Unit) -> dict[str, str]:
        """Technicians by code, members by address."""
        technicians = self._people.technicians(unit.unit_id)
        known = {technician_code(each.unit, each.name): each.name for each in technicians}
        return known | {member.mail.lower(): member.name for member in self._people.members()}
