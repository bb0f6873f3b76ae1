"""What the routes ask for: the services, put together elsewhere."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from chalicelib.services.access import Access
from chalicelib.services.assessments import Assessments
from chalicelib.services.delivery import Deliveries
from chalicelib.services.inbound import Texts
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

    def account(self) -> Account:
        """Who we are at the provider."""

    def now(self) -> datetime:
        """The instant of this request, read once."""

    def month(self) -> str:
        """The organisation's present month."""


Provide = Callable[[], Services]
"""Called in each request, so that importing the routes does nothing."""
