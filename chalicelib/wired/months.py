"""The services about months: facts, close, what follows it, reports."""

from functools import cached_property

from chalicelib.services.assessments import Assessments
from chalicelib.services.audit import Audit
from chalicelib.services.case_unit import UnitDesk
from chalicelib.services.closing import Closing
from chalicelib.services.daily_proposals import DailyProposals
from chalicelib.services.digests import Digests
from chalicelib.services.digests import Stores as DigestStores
from chalicelib.services.following_month import FollowingMonth
from chalicelib.services.late_forms import LateForms
from chalicelib.services.month_alarms import MonthAlarms
from chalicelib.services.month_amendments import AmendmentDesk
from chalicelib.services.month_facts import MonthFacts
from chalicelib.services.month_kin import MonthKin
from chalicelib.services.month_maker import MonthMaker
from chalicelib.services.month_objections import MonthObjections
from chalicelib.services.month_records import MonthRecords
from chalicelib.services.months import MonthDesk
from chalicelib.services.notices import Notices
from chalicelib.services.payrolls import Payrolls
from chalicelib.services.payrolls import Stores as PayrollStores
from chalicelib.services.report_workbooks import ReportWorkbooks
from chalicelib.services.rulebook_watch import RulebookWatch
from chalicelib.services.witness import WeekWitness
from chalicelib.wired.customers import Customers


class Months(Customers):
    """Services about months and their documents."""

    @cached_property
    def unit_desk(self) -> UnitDesk:
        """A unit at its cases."""
        months = self.month_desk("unit")
        return UnitDesk(self.storage.cases, self._case_writer, months, self.rules)

    @cached_property
    def _month_records(self) -> MonthRecords:
        storage = self.storage
        return MonthRecords(
            storage.documents,
            storage.proceedings,
            storage.amendments,
            storage.visits,
            storage.cases,
        )

    @cached_property
    def _month_kin(self) -> MonthKin:
        return MonthKin(self.storage.visits, self.storage.cases)

    def month_desk(self, via: str) -> MonthDesk:
        """Supervision, HR and units at work on closed months; `via` is how their acts come in."""
        records, storage = self._month_records, self.storage
        objections = MonthObjections(records, self._month_kin, storage.cases, self.rules)
        return MonthDesk(
            records,
            objections,
            storage.register,
            storage.commit,
            self.rules,
            via,
        )

    @property
    def amendment_desk(self) -> AmendmentDesk:
        """Members who amend closed months."""
        storage = self.storage
        return AmendmentDesk(
            self._month_records,
            self._month_kin,
            FollowingMonth(storage.documents, self.rules),
            storage.people,
            self.month_maker,
            storage.commit,
            self.rules,
        )

    @cached_property
    def month_alarms(self) -> MonthAlarms:
        """Tells what waits in closed months."""
        storage = self.storage
        return MonthAlarms(
            storage.proceedings,
            storage.amendments,
            storage.runs,
            storage.commit,
            self.rules,
            self._chance.lease,
        )

    @cached_property
    def rulebook_watch(self) -> RulebookWatch:
        """Tells when another rulebook was deployed."""
        return RulebookWatch(self.storage.rulebooks, self.storage.commit, self.rules)

    @cached_property
    def notices(self) -> Notices:
        """Makes notices of units' months."""
        return Notices(self.month_maker, self.people, self.rules)

    @cached_property
    def month_facts(self) -> MonthFacts:
        """Reads months from the tables."""
        storage = self.storage
        return MonthFacts(
            storage.visits,
            storage.cases,
            storage.draws,
            storage.people,
            self.week_witness,
            self.blobs,
            self.rules,
        )

    @cached_property
    def month_maker(self) -> MonthMaker:
        """Makes documents."""
        storage = self.storage
        return MonthMaker(
            storage.visits,
            storage.cases,
            storage.documents,
            self.month_facts,
            storage.people,
            self.blobs,
            self.rules,
        )

    @cached_property
    def week_witness(self) -> WeekWitness:
        """Keeps what came in each week."""
        storage = self.storage
        return WeekWitness(
            storage.visits,
            storage.cases,
            storage.people,
            storage.witness,
            self.blobs,
            storage.commit,
            self.rules,
        )

    @cached_property
    def closing(self) -> Closing:
        """Closes months."""
        storage = self.storage
        return Closing(
            storage.visits,
            storage.cases,
            storage.documents,
            storage.people,
            storage.runs,
            self.month_maker,
            storage.commit,
            self.rules,
            self._chance.lease,
        )

    @cached_property
    def audit(self) -> Audit:
        """Compares closed months with their facts."""
        storage = self.storage
        return Audit(
            storage.visits,
            storage.cases,
            storage.documents,
            self.month_maker,
            storage.amendments,
            self.proposals,
            storage.people,
            storage.runs,
            storage.commit,
            self.rules,
            self._chance.lease,
        )

    @cached_property
    def late_forms(self) -> LateForms:
        """Finds forms of late uploads."""
        storage = self.storage
        return LateForms(storage.visits, storage.people, self.proposals, self._daily_proposals)

    @property
    def _daily_proposals(self) -> DailyProposals:
        storage = self.storage
        return DailyProposals(storage.runs, storage.commit, self.rules, self._chance.lease)

    @cached_property
    def assessments(self) -> Assessments:
        """Shows documents."""
        return Assessments(self.storage.documents, self.storage.proceedings)

    @cached_property
    def report_workbooks(self) -> ReportWorkbooks:
        """Makes workbooks of units' months."""
        return ReportWorkbooks(self.month_maker, self.storage.documents, self.people)

    @cached_property
    def payrolls(self) -> Payrolls:
        """Makes HR's payroll workbooks."""
        storage = self.storage
        return Payrolls(
            PayrollStores(storage.documents, storage.proceedings, storage.register, storage.people),
            storage.runs,
            storage.commit,
            self.rules,
            self._chance.lease,
        )

    @cached_property
    def digests(self) -> Digests:
        """Tells supervision of each week."""
        storage = self.storage
        return Digests(
            DigestStores(
                storage.visits, storage.cases, storage.draws, storage.people, storage.effects
            ),
            storage.runs,
            storage.commit,
            self.rules,
            self._chance.lease,
        )
