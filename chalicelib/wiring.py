"""Puts the parts together, once for each process and only when the first request needs them."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from random import SystemRandom

from chalicelib import config, rulebook
from chalicelib.config import Config
from chalicelib.core import calendar
from chalicelib.core.rules import Rulebook
from chalicelib.core.upload_notes import MAIL as UPLOADS
from chalicelib.gateways import parameters
from chalicelib.gateways.blobs import Blobs, BucketBlobs, FolderBlobs
from chalicelib.gateways.mail import FolderPost, Post, SesPost
from chalicelib.gateways.twilio_calls import TwilioCalls
from chalicelib.gateways.twilio_client import TwilioClient
from chalicelib.gateways.twilio_lists import TwilioLists
from chalicelib.gateways.twilio_recordings import TwilioRecordings
from chalicelib.gateways.twilio_sms import TwilioSms
from chalicelib.services import call_mails
from chalicelib.services.access import Access
from chalicelib.services.assessments import Assessments
from chalicelib.services.audit import Audit
from chalicelib.services.audit_mails import AuditMails
from chalicelib.services.bridges import Bridges
from chalicelib.services.call_changes import CallChanges
from chalicelib.services.call_import import CallImport
from chalicelib.services.call_list import CallList
from chalicelib.services.call_mails import CallMails
from chalicelib.services.call_outcomes import CallOutcomes
from chalicelib.services.call_progress import CallProgress
from chalicelib.services.call_views import CallViews
from chalicelib.services.called_visits import CalledVisits
from chalicelib.services.calls import Hotline
from chalicelib.services.case_lookup import CaseLookup
from chalicelib.services.case_mails import CaseMails
from chalicelib.services.case_pages import CasePages
from chalicelib.services.case_progress import CaseProgress
from chalicelib.services.case_texts import CaseTexts, OfCases
from chalicelib.services.case_unit import UnitDesk
from chalicelib.services.case_writer import CaseWriter
from chalicelib.services.cases import CaseChance, CaseDesk
from chalicelib.services.closing import Closing
from chalicelib.services.complaints import Complaints
from chalicelib.services.delivery import Deliveries
from chalicelib.services.digest_mails import DigestMails
from chalicelib.services.digests import Digests
from chalicelib.services.digests import Stores as DigestStores
from chalicelib.services.dispatch import Sender, SurveyDispatcher
from chalicelib.services.draw_files import DrawFiles
from chalicelib.services.draw_mails import DrawMails
from chalicelib.services.drawing import Drawing, Entropy
from chalicelib.services.duty_calls import DutyCalls
from chalicelib.services.effects import EffectDispatcher
from chalicelib.services.following_month import FollowingMonth
from chalicelib.services.frames import Frames
from chalicelib.services.gate import Gate
from chalicelib.services.hotline_cases import HotlineCases
from chalicelib.services.inbound import Texts
from chalicelib.services.intake import Intake
from chalicelib.services.late_forms import LateForms
from chalicelib.services.late_outcomes import LateOutcomes
from chalicelib.services.list_acts import ListDesk
from chalicelib.services.mails import Mails
from chalicelib.services.month_alarms import MonthAlarms
from chalicelib.services.month_amendments import AmendmentDesk
from chalicelib.services.month_facts import MonthFacts
from chalicelib.services.month_kin import MonthKin
from chalicelib.services.month_mails import MonthMails, MonthSources
from chalicelib.services.month_maker import MonthMaker
from chalicelib.services.month_objections import MonthObjections
from chalicelib.services.month_records import MonthRecords
from chalicelib.services.months import MonthDesk
from chalicelib.services.notices import Notices
from chalicelib.services.owed_calls import OwedCalls
from chalicelib.services.paging import Paging
from chalicelib.services.payrolls import Payrolls
from chalicelib.services.payrolls import Stores as PayrollStores
from chalicelib.services.proposals import Proposals
from chalicelib.services.recalls import Recalls
from chalicelib.services.recordings import Recordings
from chalicelib.services.report_mails import ReportMails
from chalicelib.services.report_workbooks import ReportWorkbooks
from chalicelib.services.revealing import Revealing
from chalicelib.services.rulebook_watch import RulebookWatch
from chalicelib.services.signal_facts import SignalSources
from chalicelib.services.survey_forms import SurveyForms
from chalicelib.services.survey_links import SurveyLinks
from chalicelib.services.sweeping import Kept, Sweeping, Ways
from chalicelib.services.take_a_call import TakeACall
from chalicelib.services.upload_notes import UploadMails, UploadNotes
from chalicelib.services.verification import VerificationDesk
from chalicelib.services.visits import VisitDesk
from chalicelib.services.voids import VoidDesk
from chalicelib.services.watching import Watching
from chalicelib.services.week_mail import WeekMail
from chalicelib.services.witness import WeekWitness
from chalicelib.store.people import PeopleStore
from chalicelib.store.storage import Storage, connect
from chalicelib.web import twilio_dialect
from chalicelib.web.twilio_dialect import Account
from chalicelib.web.voice_dialect import OVERRIDES


@dataclass(frozen=True, slots=True)
class Chance:
    """Where randomness comes from; a rehearsal brings its own, seeded."""

    number: Callable[[], int] = lambda: SystemRandom().getrandbits(64)
    salt: Callable[[], str] = lambda: secrets.token_hex(16)
    secret: Callable[[], bytes] = lambda: secrets.token_bytes(32)
    lease: Callable[[], str] = lambda: secrets.token_hex(8)
    link: Callable[[], str] = lambda: secrets.token_urlsafe(16)


class Wiring:
    """Every service of one process, made when first asked for."""

    def __init__(self, settings: Config, chance: Chance | None = None) -> None:
        """Nothing is connected before it is used."""
        self.settings = settings
        self.public_base_url = settings.public_base_url
        self._chance = chance or Chance()
        self._clock = config.clock(settings)

    def now(self) -> datetime:
        """The instant of this request or tick, read once at the edge."""
        return self._clock()

    def month(self) -> str:
        """The organisation's present month."""
        return calendar.month_of(self.now(), self.rules)

    @cached_property
    def rules(self) -> Rulebook:
        """The rulebook that was deployed."""
        return rulebook.load(Path(self.settings.rulebook) if self.settings.rulebook else None)

    @cached_property
    def storage(self) -> Storage:
        """The database."""
        return connect(self.settings.stage, self.settings.dynamodb_endpoint or None)

    @cached_property
    def _secrets(self) -> Mapping[str, str]:
        return parameters.fetch(f"/huifang/{self.settings.stage}")

    @property
    def auth_token(self) -> str:
        """The secret that Twilio signs with."""
        return self.settings.auth_token or self._secrets["twilio_auth_token"]

    def account(self) -> Account:
        """Who we are at Twilio."""
        return Account(self.settings.account_sid, self.settings.number, self.auth_token)

    @cached_property
    def blobs(self) -> Blobs:
        """Where frozen files lie."""
        if self.settings.blob_folder:
            return FolderBlobs(Path(self.settings.blob_folder))
        return BucketBlobs(self.settings.bucket)

    @cached_property
    def _post(self) -> Post:
        if self.settings.mail_folder:
            return FolderPost(Path(self.settings.mail_folder))
        return SesPost()

    @cached_property
    def _twilio(self) -> TwilioClient:
        settings = self.settings
        return TwilioClient(settings.account_sid, self.auth_token, settings.twilio_api_base)

    @cached_property
    def _sms(self) -> TwilioSms:
        return TwilioSms(self._twilio, self.settings.number)

    @cached_property
    def _sender(self) -> Sender:
        number, limits = self.settings.number, self.storage.limits
        return Sender(lambda: self._sms, self.public_base_url, number, limits)

    @cached_property
    def _survey_links(self) -> SurveyLinks:
        """Made with what Twilio signs with: whoever knows it can read every text anyway."""
        return SurveyLinks(self.public_base_url, lambda: self.auth_token)

    @property
    def people(self) -> PeopleStore:
        """Units, technicians, members, tokens."""
        return self.storage.people

    @cached_property
    def access(self) -> Access:
        """Who may call the JSON interface."""
        return Access(self.people, self.settings.api_token)

    @cached_property
    def texts(self) -> Texts:
        """Receives texts."""
        return Texts(
            self.storage.visits,
            self.storage.phones,
            self.storage.inbound,
            self.storage.effects,
            self._texts_of_cases,
            self.storage.commit,
            self.rules,
            self.settings.number,
            self._survey_links,
        )

    @property
    def _texts_of_cases(self) -> OfCases:
        storage = self.storage
        return OfCases(
            Intake(self.rules, self._chance.number),
            CaseProgress(storage.cases),
            CaseTexts(self.paging, storage.cases, self._case_writer),
        )

    @cached_property
    def proposals(self) -> Proposals:
        """Proposes amendments of months that have their documents."""
        return Proposals(self.storage.documents, self.storage.amendments)

    @cached_property
    def _case_writer(self) -> CaseWriter:
        storage = self.storage
        return CaseWriter(storage.cases, storage.commit, self.rules, self.proposals)

    @property
    def hotline(self) -> str:
        """Our own number."""
        return self.settings.number

    def nonce(self) -> str:
        """A fresh random nonce for a form on a page."""
        return self._chance.salt()

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
    def survey_forms(self) -> SurveyForms:
        """Shows and takes surveys behind their links."""
        storage = self.storage
        return SurveyForms(
            storage.visits,
            storage.phones,
            storage.submissions,
            storage.devices,
            storage.commit,
            Intake(self.rules, self._chance.number),
            self._survey_links,
            self.rules,
            self._chance.secret,
        )

    @cached_property
    def _hotline_cases(self) -> HotlineCases:
        return HotlineCases(self.storage.cases, Intake(self.rules, self._chance.number))

    @cached_property
    def calls(self) -> Hotline:
        """Answers calls."""
        storage = self.storage
        changes = CallChanges(
            storage.visits,
            storage.phones,
            storage.effects,
            storage.pages,
            storage.calls,
            self._hotline_cases,
            self.rules,
        )
        return Hotline(
            storage.calls,
            storage.visits,
            storage.phones,
            CallProgress(storage.cases, self.case_lookup, self.rules),
            changes,
            storage.commit,
            self.rules,
        )

    @cached_property
    def recordings(self) -> Recordings:
        """Hears of recordings and fetches them."""
        storage, settings = self.storage, self.settings
        return Recordings(
            storage.calls,
            storage.effects,
            self._hotline_cases,
            self.blobs,
            lambda: TwilioRecordings(
                settings.account_sid, self.auth_token, settings.twilio_api_base
            ),
            storage.commit,
            self.rules,
        )

    def _twilio_calls(self) -> TwilioCalls:
        settings = self.settings
        return TwilioCalls(
            settings.account_sid, self.auth_token, settings.number, settings.twilio_api_base
        )

    @cached_property
    def bridges(self) -> Bridges:
        """Connects callers of supervision with customers."""
        storage, base = self.storage, f"{self.public_base_url}/twilio/bridge"
        return Bridges(
            self._called_visits,
            self.verification,
            storage.people,
            storage.calls,
            self._twilio_calls,
            lambda at: f"{base}/{at.draw}/{at.unit}/{at.rank}/ask/1{OVERRIDES}",
            self.rules,
        )

    @cached_property
    def duty_calls(self) -> DutyCalls:
        """Rings duty phones and hears their keys."""
        storage = self.storage
        return DutyCalls(
            storage.effects,
            storage.pages,
            self.paging,
            storage.calls,
            self._twilio_calls,
            lambda page, place: f"{self.public_base_url}/twilio/page/{page}/{place}{OVERRIDES}",
            storage.commit,
            self.rules,
        )

    @cached_property
    def take_a_call(self) -> TakeACall:
        """Looks callers up for the desk."""
        storage = self.storage
        return TakeACall(storage.visits, storage.phones, storage.cases, storage.calls)

    @cached_property
    def deliveries(self) -> Deliveries:
        """Takes status callbacks."""
        storage = self.storage
        return Deliveries(storage.visits, storage.phones, storage.commit, self.rules)

    @cached_property
    def visits(self) -> VisitDesk:
        """Takes uploads and shows visits."""
        storage = self.storage
        return VisitDesk(
            storage.visits,
            storage.phones,
            storage.people,
            UploadNotes(storage.commit, self.rules),
            self.rules,
            self._chance.salt,
        )

    def case_desk(self, via: str) -> CaseDesk:
        """Supervision at work on cases; `via` names the way its acts come in."""
        storage, chance = self.storage, CaseChance(self._chance.number, self._chance.link)
        return CaseDesk(storage.cases, storage.people, self._case_writer, self.rules, chance, via)

    @cached_property
    def unit_desk(self) -> UnitDesk:
        """A unit at its cases."""
        months = self.month_desk("unit")
        return UnitDesk(self.storage.cases, self._case_writer, months, self.rules)

    @cached_property
    def paging(self) -> Paging:
        """Pages the duty phones."""
        storage = self.storage
        return Paging(storage.pages, storage.cases, storage.commit, self.rules)

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
    def assessments(self) -> Assessments:
        """Shows documents."""
        return Assessments(self.storage.documents, self.storage.proceedings)

    @cached_property
    def surveys(self) -> SurveyDispatcher:
        """Sends invitations and reminders."""
        return SurveyDispatcher(
            self.storage.visits,
            self.storage.phones,
            self.storage.people,
            self.storage.commit,
            self._sender,
            self._survey_links,
            self.rules,
            self._chance.lease,
        )

    @cached_property
    def effects(self) -> EffectDispatcher:
        """Sends mails and other texts."""
        storage = self.storage
        mails = Mails(
            DrawMails(storage.draws, self._week_mail, storage.people, self.blobs, self.rules),
            self._month_mails,
            CaseMails(storage.people, storage.visits, self.rules, self.public_base_url),
            self.rules,
            self.settings.mail_from,
            {
                UPLOADS: UploadMails(storage.upload_notes, storage.people, self.rules),
                "digest": DigestMails(storage.people, self.rules),
                "payroll": self.payrolls,
                "month_report": self._report_mails,
                "facts_missing": AuditMails(storage.people, self.rules),
                **dict.fromkeys(call_mails.READERS, CallMails(storage.people, self.rules)),
            },
        )
        gate = Gate(storage.limits, storage.phones, storage.people, self.rules)
        return EffectDispatcher(
            storage.effects, mails.compose, self._post, self._sender, gate, self.rules
        )

    @property
    def _week_mail(self) -> WeekMail:
        storage = self.storage
        listed = CallList(storage.effects, storage.visits, self.rules)
        weeks = storage.witness
        return WeekMail(storage.draws, storage.visits, storage.people, listed, weeks, self.rules)

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

    @property
    def _month_mails(self) -> MonthMails:
        storage = self.storage
        told = MonthSources(
            storage.documents, storage.proceedings, storage.amendments, storage.register
        )
        return MonthMails(told, storage.people, self.notices, self.rules)

    @cached_property
    def notices(self) -> Notices:
        """Makes notices of units' months."""
        return Notices(self.month_maker, self.people, self.rules)

    @cached_property
    def _called_visits(self) -> CalledVisits:
        return CalledVisits(self.storage.visits, self.storage.draws)

    @cached_property
    def _call_outcomes(self) -> CallOutcomes:
        storage, intake = self.storage, Intake(self.rules, self._chance.number)
        return CallOutcomes(
            storage.visits, storage.phones, storage.effects, self.proposals, intake, self.rules
        )

    @cached_property
    def verification(self) -> VerificationDesk:
        """Takes the notes of supervision's calls."""
        return VerificationDesk(self._called_visits, self._call_outcomes, self.storage.commit)

    @cached_property
    def voids(self) -> VoidDesk:
        """Takes decisions on forms that did not hold."""
        return VoidDesk(self._called_visits, self._call_outcomes, self.storage.commit)

    @cached_property
    def call_views(self) -> CallViews:
        """Shows callers their calls."""
        return CallViews(self._called_visits, self.storage.draws, self.storage.visits)

    @cached_property
    def owed_calls(self) -> OwedCalls:
        """Works off the call list."""
        return OwedCalls(self.storage.effects, self.storage.visits)

    @cached_property
    def recalls(self) -> Recalls:
        """Chooses calls to be made once more."""
        storage = self.storage
        return Recalls(
            self._called_visits,
            storage.people,
            storage.runs,
            storage.commit,
            self.rules,
            self._chance.lease,
        )

    @cached_property
    def late_outcomes(self) -> LateOutcomes:
        """Proposes what calls said between a close and its document."""
        storage = self.storage
        return LateOutcomes(
            self._called_visits,
            self.proposals,
            storage.runs,
            storage.commit,
            self.rules,
            self._chance.lease,
        )

    @cached_property
    def call_import(self) -> CallImport:
        """Brings in filled-in workbooks."""
        return CallImport(self._called_visits, self.verification)

    @property
    def _signals(self) -> SignalSources:
        storage = self.storage
        return SignalSources(
            storage.people, storage.phones, storage.devices, storage.observations, self.rules
        )

    @cached_property
    def drawing(self) -> Drawing:
        """Draws verification calls."""
        storage = self.storage
        return Drawing(
            storage.draws,
            storage.vault,
            Frames(storage.visits, storage.people, self._signals, self.rules),
            storage.visits,
            storage.people,
            storage.effects,
            storage.runs,
            storage.incidents,
            self._draw_files,
            self._revealing.run,
            self.week_witness.weeks,
            storage.commit,
            self.rules,
            Entropy(self._chance.secret, self._chance.lease),
        )

    @property
    def _draw_files(self) -> DrawFiles:
        return DrawFiles(self.blobs, self.storage.vault)

    @property
    def _revealing(self) -> Revealing:
        storage = self.storage
        return Revealing(storage.draws, self._draw_files, storage.commit, self.rules)

    @cached_property
    def sweeping(self) -> Sweeping:
        """Takes in what never reached us."""
        storage = self.storage
        return Sweeping(
            lambda: TwilioLists(self._twilio, self.settings.number),
            Kept(
                storage.inbound,
                storage.calls,
                storage.phones,
                storage.visits,
                storage.cases,
                storage.effects,
                storage.runs,
            ),
            Ways(self.texts, self.recordings),
            self.proposals,
            storage.commit,
            self.rules,
            self._chance.lease,
            twilio_dialect.answer,
        )

    @cached_property
    def list_desk(self) -> ListDesk:
        """Takes over the lists of draws."""
        return ListDesk(self.storage.draws, self.storage.effects, self.storage.commit)

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

    @property
    def _report_mails(self) -> ReportMails:
        storage = self.storage
        return ReportMails(
            storage.documents,
            storage.proceedings,
            storage.people,
            self.report_workbooks,
            self.notices,
            self.rules,
        )

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
        return LateForms(
            storage.visits,
            storage.people,
            self.proposals,
            storage.runs,
            storage.commit,
            self.rules,
            self._chance.lease,
        )


_in_use: list[Wiring] = []


def services() -> Wiring:
    """The wiring of this process: by its environment, unless `use` has named another."""
    if not _in_use:
        use(Wiring(config.read(os.environ)))
    return _in_use[-1]


def use(made: Wiring) -> None:
    """Answer from `made` from now on: for programs that bring their own chance or settings."""
    _in_use[:] = [made]
