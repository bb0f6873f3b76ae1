"""Twilio's REST API as far as the service uses it: messages, calls and recordings.

Paths, parameters, statuses and error bodies are those of Twilio's API 2010-04-01.
"""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from typing import Final

from tools.listener import Answer, Hang, Request
from tools.phone.account import API_VERSION, Account
from tools.phone.faults import Fault, Faults
from tools.phone.rest_answers import Operation, RestError, Routes, refusal

BASE: Final = f"/{API_VERSION}/Accounts/"
HANG_S: Final = 30
LATE_S: Final = 300


@dataclass(frozen=True)
class TwilioRest:
    """The account's REST resources."""

    account: Account
    faults: Faults
    routes: Routes

    def answer(self, request: Request) -> Answer | Hang:
        """Answer one request, or fail it as the next fault has it."""
        try:
            self._authenticate(request)
            return self._hit_by_faults(self._operation(request))
        except RestError as error:
            return refusal(error)

    def _authenticate(self, request: Request) -> None:
        scheme, _, given = request.header("Authorization").partition(" ")
        wanted = f"{self.account.sid}:{self.account.auth_token}".encode()
        try:
            found = base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            found = b""
        if scheme.lower() != "basic" or not hmac.compare_digest(found, wanted):
            raise RestError(20003)

    def _operation(self, request: Request) -> Operation:
        base = re.escape(BASE + self.account.sid)
        here = [
            (method, resource, found)
            for pattern, method, resource in self.routes
            if (found := re.fullmatch(base + pattern, request.path))
        ]
        for method, resource, found in here:
            if method == request.method:
                return resource(request, found)
        raise RestError(20004) if here else RestError(20404, request.path)

    def _hit_by_faults(self, operation: Operation) -> Answer | Hang:
        fault = self.faults.take(operation.place, operation.number)
        if fault is None:
            return operation.run(0)
        if fault.fault == "late":
            return operation.run(fault.wait(LATE_S))
        if fault.fault == "429":
            raise RestError(20429)
        if fault.when == "after":
            operation.run(0)
        return _lost_answer(fault)


def _lost_answer(fault: Fault) -> Answer | Hang:
    if fault.fault == "500":
        return refusal(RestError(20500))
    return Hang(0 if fault.fault == "lost" else fault.wait(HANG_S))
