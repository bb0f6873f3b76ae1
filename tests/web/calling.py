"""Callers of the real hotline: whom they are, what they hear, what is kept of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from chalicelib.core.cases import Case
from chalicelib.core.effects import Effect
from tests.stage import ACCOUNT, PUBLIC, Answered, Stage
from tests.web.signing import FORM, signature
from tools.phone.account import Service
from tools.phone.answering import Pickup
from tools.phone.call_result import CallResult

DESK = "+862158380001"
DUTY = ("+8613800000001", "+8613800000002")

HONG_KONG = "+85251230077"
BRITAIN = "+447400123456"
LANDLINE = "+862158380077"

OPEN = datetime(2026, 6, 4, 2, 0, tzinfo=UTC)
"""A Thursday, 10:00 in Shanghai."""

SPEAKS = {"zh": ("cmn-CN", "Polly.Zhiyu-Neural"), "en": ("en-US", "Polly.Joanna-Neural")}


@dataclass
class Line:
    """The hotline of a stage with a desk and two duty phones."""

    stage: Stage

    def call(self, number: str, *acts: str) -> CallResult:
        """A call to its end; whatever happens, Twilio has nothing to complain of."""
        result = self.stage.simulator.call(number, acts)
        assert result.errors == []
        assert result.documents <= 12
        assert result.ended != "application error"
        return result

    def answers(self, number: str, *pickups: Pickup) -> None:
        self.stage.simulator.answer(number, *pickups)

    def invited(self, visit_id: str, number: str, **changes: object) -> None:
        """A visit whose customer has just been asked about it."""
        self.stage.upload(self.stage.row(visit_id, phone=number, **changes))
        self.stage.dispatch(datetime(2026, 6, 4, 8, 0, tzinfo=UTC))

    def cases(self, number: str = "") -> list[Case]:
        """The cases of a number; "" are all those of nobody's unit."""
        storage = self.stage.storage
        if number:
            return storage.cases.of_number(number)
        return storage.cases.of_month("", "2026-06")

    def listed(self, what: str = "") -> list[Effect]:
        """The call list as the desk sees it a quarter of an hour later."""
        effects = self.stage.storage.effects
        due = effects.due("call", self.stage.now + timedelta(minutes=15), 5_000)
        found = [effect for effect in (effects.get(*key) for key in due) if effect]
        return [effect for effect in found if effect.due_at and what in ("", effect.what)]

    def post(self, path: str, params: Mapping[str, str], signed: bool = True) -> Answered:
        """A request as Twilio makes it."""
        pairs = list(params.items())
        told = {"Content-Type": FORM}
        if signed:
            told["X-Twilio-Signature"] = signature(PUBLIC + path, pairs)
        return self.stage.call("POST", path, urlencode(pairs).encode(), token=None, headers=told)


def sid(number: int) -> str:
    """The id of one of many calls."""
    return f"CA{number:032x}"


def params(number: int = 1, **changes: str) -> dict[str, str]:
    """What every request of a call has."""
    return {
        "CallSid": sid(number),
        "AccountSid": ACCOUNT.sid,
        "From": HONG_KONG,
        "To": ACCOUNT.number,
        "CallStatus": "in-progress",
        "Direction": "inbound",
        "FromCity": "",
        **changes,
    }


@pytest.fixture
def line(stage: Stage) -> Line:
    """The hotline on a Wednesday evening: the desk has gone home."""
    rules = stage.wiring.rules
    stage.wiring.rules = replace(rules, desk_number=DESK, duty_numbers=DUTY)
    service = stage.simulator.webhooks.service
    assert service is not None
    told = Service(service.public_url, service.address, voice_status_route="/twilio/voice/ended/1")
    stage.simulator.connect(told)
    return Line(stage)
