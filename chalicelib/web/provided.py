"""What the routes ask for: the services, put together elsewhere."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from chalicelib.core.rules import Rulebook
from chalicelib.services.access import Access
from chalicelib.services.assessments import Assessments
from chalicelib.services.bridges import Bridges
from chalicelib.services.calls import Hotline
from chalicelib.services.case_lookup import CaseLookup
from chalicelib.services.case_pages import CasePages
from chalicelib.services.case_unit import UnitDesk
from chalicelib.services.complaints import Complaints
from chalicelib.services.delivery import Deliveries
from chalicelib.services.duty_calls import DutyCalls
from chalicelib.services.inbound import Texts
from chalicelib.services.recordings import Recordings
from chalicelib.services.survey_forms import SurveyForms
from chalicelib.services.units import People
from chalicelib.services.visits import VisitDesk
from chalicelib.web.twilio_dialect import Account


class Services(Protocol):
    """The services of one process."""

    @property
    def public_base_url(self) -> str:
        """The address that webhooks are signed for."""

    @property
    def access(self) -> Access:
        """Who may call."""

    @property
    def texts(self) -> Texts:
        """Receives texts."""

    @property
    def calls(self) -> Hotline:
        """Answers calls."""

    @property
    def recordings(self) -> Recordings:
        """Hears of recordings."""

    @property
    def duty_calls(self) -> DutyCalls:
        """Hears the keys of duty phones."""

    @property
    def bridges(self) -> Bridges:
        """Connects callers of supervision with customers."""

    @property
    def deliveries(self) -> Deliveries:
        """Takes status callbacks."""

    @property
    def visits(self) -> VisitDesk:
        """Takes uploads, shows visits."""

    @property
    def assessments(self) -> Assessments:
        """Shows documents."""

    @property
    def people(self) -> People:
        """Units and members."""

    @property
    def rules(self) -> Rulebook:
        """The rulebook that was deployed."""

    @property
    def hotline(self) -> str:
        """Our own number, in E.164."""

    @property
    def complaints(self) -> Complaints:
        """Takes complaints from the form on the web."""

    @property
    def case_pages(self) -> CasePages:
        """Shows cases to their customers."""

    @property
    def case_lookup(self) -> CaseLookup:
        """Finds cases by number and code."""

    @property
    def survey_forms(self) -> SurveyForms:
        """Shows and takes surveys behind their links."""

    @property
    def unit_desk(self) -> UnitDesk:
        """Units at their cases."""

    def nonce(self) -> str:
        """A fresh random nonce for a form: 32 hex digits."""

    def account(self) -> Account:
        """Who we are at the provider."""

    def now(self) -> datetime:
        """The instant of this request, read once."""

    def month(self) -> str:
        """The organisation's present month."""


Provide = Callable[[], Services]
"""Called in each request, so that importing the routes does nothing."""
