"""The services that customers meet: texts, surveys, the hotline, and what sweeps after them."""

from functools import cached_property

from chalicelib.gateways.twilio_lists import TwilioLists
from chalicelib.gateways.twilio_recordings import TwilioRecordings
from chalicelib.services.call_changes import CallChanges
from chalicelib.services.call_progress import CallProgress
from chalicelib.services.calls import Hotline
from chalicelib.services.case_progress import CaseProgress
from chalicelib.services.case_texts import CaseTexts, OfCases
from chalicelib.services.delivery import Deliveries
from chalicelib.services.dispatch import SurveyDispatcher
from chalicelib.services.duty_calls import DutyCalls
from chalicelib.services.hotline_cases import HotlineCases
from chalicelib.services.inbound import Texts
from chalicelib.services.intake import Intake
from chalicelib.services.recordings import Recordings
from chalicelib.services.survey_forms import SurveyForms
from chalicelib.services.sweeping import Kept, Sweeping, Ways
from chalicelib.services.upload_notes import UploadNotes
from chalicelib.services.visits import VisitDesk
from chalicelib.web import twilio_dialect
from chalicelib.web.voice_dialect import OVERRIDES
from chalicelib.wired.cases import Cases


class Customers(Cases):
    """Services about what customers say, by whatever way."""

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
