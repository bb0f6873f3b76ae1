"""What every service rests on: settings, clock, rulebook, database, providers, chance."""

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
from chalicelib.gateways import parameters
from chalicelib.gateways.blobs import Blobs, BucketBlobs, FolderBlobs
from chalicelib.gateways.mail import FolderPost, Post, SesPost
from chalicelib.gateways.twilio_calls import TwilioCalls
from chalicelib.gateways.twilio_client import TwilioClient
from chalicelib.gateways.twilio_sms import TwilioSms
from chalicelib.services.access import Access
from chalicelib.services.dispatch import Sender
from chalicelib.services.proposals import Proposals
from chalicelib.services.survey_links import SurveyLinks
from chalicelib.store.people import PeopleStore
from chalicelib.store.storage import Storage, connect
from chalicelib.web.twilio_dialect import Account


@dataclass(frozen=True, slots=True)
class Chance:
    """Where randomness comes from; a rehearsal brings its own, seeded."""

    number: Callable[[], int] = lambda: SystemRandom().getrandbits(64)
    salt: Callable[[], str] = lambda: secrets.token_hex(16)
    secret: Callable[[], bytes] = lambda: secrets.token_bytes(32)
    lease: Callable[[], str] = lambda: secrets.token_hex(8)
    link: Callable[[], str] = lambda: secrets.token_urlsafe(16)


class Base:
    """The ground of one process; nothing is connected before it is used."""

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

    def _twilio_calls(self) -> TwilioCalls:
        return TwilioCalls(self._twilio, self.settings.number)

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

    @property
    def hotline(self) -> str:
        """Our own number."""
        return self.settings.number

    def nonce(self) -> str:
        """A fresh random nonce for a form on a page."""
        return self._chance.salt()

    @cached_property
    def proposals(self) -> Proposals:
        """Proposes amendments of months that have their documents."""
        return Proposals(self.storage.documents, self.storage.amendments)
