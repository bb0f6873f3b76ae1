"""A service that checks each webhook's signature and remembers what it was told."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # has none

from tools.listener import Answer, Hang, Request
from tools.phone.account import Account
from tools.phone.deliveries import Mode
from tools.phone.simulator import Simulator

ACCOUNT = Account("AC" + "0123456789abcdef" * 2, "0123456789abcdef" * 2, "+14155550199")
START = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
HANDSET = "+8613800000001"
PUBLIC = "https://huifang.example/prod"
EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


@dataclass
class FakeService:
    """Answers each webhook with its path's document, else with `says`; keeps all of them."""

    says: bytes = EMPTY
    status: int = 200
    content_type: str = "text/xml"
    documents: dict[str, bytes | Callable[[], bytes]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    told: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Answer | Hang:
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        validator = RequestValidator(ACCOUNT.auth_token)
        if not validator.validate(
            PUBLIC + request.target, form, request.header("X-Twilio-Signature")
        ):
            return Answer(403)
        with self.lock:
            self.requests.append(request)
            self.told.append((request.path, {**query, **form}))
        says = self.documents.get(request.path, self.says)
        body = says() if callable(says) else says
        return Answer(self.status, (("Content-Type", self.content_type),), body)

    def voice(self, inner: str, path: str = "/twilio/voice") -> None:
        """From now on answer `path` with a <Response> of this."""
        xml = f'<?xml version="1.0" encoding="UTF-8"?><Response>{inner}</Response>'
        self.documents[path] = xml.encode()

    def heard(self, path: str) -> list[dict[str, str]]:
        """The parameters of each request to `path`."""
        return [params for asked, params in self.told if asked == path]

    def paths(self) -> list[str]:
        return [path for path, _ in self.told]

    def texts(self) -> list[str]:
        return [params["Body"] for path, params in self.told if path == "/twilio/sms"]

    def statuses(self) -> list[str]:
        return [params["MessageStatus"] for path, params in self.told if path != "/twilio/sms"]


class MakeSimulator(Protocol):
    """The fixture of that name: a simulator with its own clock, connected to the service."""

    def __call__(
        self,
        callbacks: Mode = "inline",
        seed: int = 7,
        keeps_opt_outs: bool = False,
        drops_silence: bool = False,
    ) -> Simulator: ...
