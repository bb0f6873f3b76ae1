"""The services about cases: supervision at work on them, customers' pages, pages of danger."""

from functools import cached_property

from chalicelib.services.case_lookup import CaseLookup
from chalicelib.services.case_pages import CasePages
from chalicelib.services.case_writer import CaseWriter
from chalicelib.services.cases import CaseChance, CaseDesk
from chalicelib.services.complaints import Complaints
from chalicelib.services.intake import Intake
from chalicelib.services.paging import Paging
from chalicelib.services.received_cases import ReceivedCases
from chalicelib.services.take_a_call import TakeACall
from chalicelib.services.watching import Watching
from chalicelib.wired.base import Base


class Cases(Base):
    """Services about cases."""

    @cached_property
    def _case_writer(self) -> CaseWriter:
        storage = self.storage
        return CaseWriter(storage.cases, storage.commit, self.rules, self.proposals)

    def case_desk(self, via: str) -> CaseDesk:
        """Supervision at work on cases; `via` names the way its acts come in."""
        storage, chance = self.storage, CaseChance(self._chance.number, self._chance.link)
        return CaseDesk(storage.cases, storage.people, self._case_writer, self.rules, chance, via)

    @cached_property
    def paging(self) -> Paging:
        """Pages the duty phones."""
        storage = self.storage
        return Paging(storage.pages, storage.cases, storage.commit, self.rules)

    @cached_property
    def received_cases(self) -> ReceivedCases:
        """Tells supervision of new cases."""
        storage = self.storage
        return ReceivedCases(storage.cases, storage.effects, storage.commit, self.rules)

    @cached_property
    def watching(self) -> Watching:
        """Watches pages, clocks and unread cases."""
        storage = self.storage
        return Watching(
            storage.cases,
            storage.effects,
            storage.people,
            storage.runs,
            self.paging,
            self._case_writer,
            storage.commit,
            self.rules,
            self._chance.lease,
        )

    @cached_property
    def complaints(self) -> Complaints:
        """Takes complaints from the form on the web."""
        storage = self.storage
        return Complaints(
            storage.submissions,
            storage.visits,
            storage.phones,
            storage.people,
            storage.commit,
            self.rules,
            self._chance.salt,
        )

    @cached_property
    def case_pages(self) -> CasePages:
        """Shows cases to their customers."""
        storage = self.storage
        return CasePages(
            storage.cases,
            storage.case_links,
            storage.submissions,
            self._case_writer,
            Intake(self.rules, self._chance.number),
            self.rules,
            self._chance.salt,
        )

    @cached_property
    def case_lookup(self) -> CaseLookup:
        """Finds cases by number and code."""
        storage, shown = self.storage, self.case_pages.shown
        return CaseLookup(
            storage.cases, storage.wrong_codes, shown, storage.commit, self._chance.secret
        )

    @cached_property
    def take_a_call(self) -> TakeACall:
        """Looks callers up for the desk."""
        storage = self.storage
        return TakeACall(storage.visits, storage.phones, storage.cases, storage.calls)
