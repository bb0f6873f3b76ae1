"""The call button: the service rings the caller's own phone, then the customer (DESIGN 3).

The customer sees the hotline's number. What the provider tells of his phone, the call's id and its
seconds, proves the attempt; what was said the caller notes himself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import ivr_bridge
from chalicelib.core.acts import SUPERVISION, ActError
from chalicelib.core.call_records import Call, CallFact
from chalicelib.core.called import (
    Called,
    Place,
    allow_call,
    is_finished,
    is_recall,
    may_call,
    place_of,
    with_attempt,
)
from chalicelib.core.draws import Pick
from chalicelib.core.ivr_documents import Document
from chalicelib.core.people import Member
from chalicelib.core.rules import Rulebook
from chalicelib.core.verification import Attempt
from chalicelib.core.visits import called_number

NOBODY: Final[Mapping[str, str]] = {"no-answer": "no_answer", "busy": "no_answer"}
"""Status of the customer's phone → what came of the attempt; others the caller notes."""


class CalledVisits(Protocol):
    def of(self, visit_id: str) -> Called: ...
    def at(self, place: Place) -> Called | None: ...


class Desk(Protocol):
    def note(
        self,
        visit_id: str,
        by: Member,
        now: datetime,
        decide: Callable[[Called], Pick],
        beside: Sequence[object] = (),
    ) -> tuple[Called, bool]: ...


class People(Protocol):
    def members(self) -> list[Member]: ...


class Calls(Protocol):
    def with_fact(self, sid: str, name: str) -> tuple[Call | None, CallFact | None]: ...


class Provider(Protocol):
    def ring(self, to: str, url: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Bridged:
    """One request of such a call: `sid` is our call to the caller's phone.

    At step "go" `keys` are what he pressed on the phone `called`; at step "over" `leg` is the call
    to the customer, how it ended and how many seconds it took.
    """

    sid: str
    place: Place
    step: str
    called: str = ""
    keys: str = ""
    leg: str = ""
    status: str = ""
    seconds: int = 0
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the request is stored under: the same for every copy."""
        return f"bridge#{self.step}.{self.leg or self.keys}"


class Bridges:
    """Connects callers with their customers."""

    def __init__(
        self,
        called: CalledVisits,
        desk: Desk,
        people: People,
        calls: Calls,
        provider: Callable[[], Provider],
        address: Callable[[Place], str],
        rules: Rulebook,
    ) -> None:
        """`address` is where the provider asks what to say to the caller of a pick."""
        self._called = called
        self._desk = desk
        self._people = people
        self._calls = calls
        self._provider = provider
        self._address = address
        self._rules = rules

    def ring(self, visit_id: str, by: Member) -> None:
        """Ring the caller's own phone for the call about this visit.

        ActError: as `allow_call`, "finished", "no_phone" (facts whose): his or the customer's
        number is not known, "not_rung": the provider did not take the call.
        """
        called = self._called.of(visit_id)
        allow_call("call-bridge", called.pick, by)
        if is_finished(called) and not is_recall(called.pick, by.mail):
            raise ActError("finished", visit=visit_id)
        for whose, number in (("customer", called_number(called.visit)), (by.mail, by.phone)):
            if not number:
                raise ActError("no_phone", whose=whose)
        if not self._provider().ring(by.phone, self._address(place_of(called.pick))):
            raise ActError("not_rung", visit=visit_id)

    def answer(self, said: Bridged, now: datetime, answer: Callable[[Document, Call], str]) -> str:
        """What to say next to the caller, or "" to what the provider tells of the customer."""
        _, kept = self._calls.with_fact(said.sid, said.name)
        if kept is not None:
            return kept.answer
        called = self._called.at(said.place)
        if called is None:
            return answer(ivr_bridge.not_connected(), self._own(said.sid, now))
        if said.step == "over":
            return self._over(said, called, now, answer(Document(), self._own(said.sid, now)))
        return self._spoken(said, called, now, answer)

    def _spoken(
        self,
        said: Bridged,
        called: Called,
        now: datetime,
        answer: Callable[[Document, Call], str],
    ) -> str:
        own = self._own(said.sid, now)
        by = self._member(called.pick, said.called)
        if by is None or (said.step == "go" and said.keys != ivr_bridge.CONNECTS):
            return answer(ivr_bridge.not_connected(), own)
        if said.step != "go":
            return answer(ivr_bridge.asked(), own)
        body = answer(ivr_bridge.connected(called_number(called.visit)), own)
        made = Attempt(now, by.mail.lower(), "", bridge=said.sid)
        kept = CallFact(said.sid, said.name, now, said.parameters, body)
        try:
            self._desk.note(
                called.pick.visit_id, by, now, lambda found: with_attempt(found, made), [kept]
            )
        except ActError:
            return answer(ivr_bridge.not_connected(), own)
        return body

    def _over(self, said: Bridged, called: Called, now: datetime, body: str) -> str:
        """The customer's phone has hung up, or never answered: the attempt is proven."""
        callers = {each.by for each in called.pick.attempts if each.bridge == said.sid}
        by = next((m for m in self._people.members() if m.mail.lower() in callers), None)
        if by is None:
            return body
        kept = CallFact(said.sid, said.name, now, said.parameters, body)
        self._desk.note(
            called.pick.visit_id, by, now, lambda found: _proven(found.pick, said), [kept]
        )
        return body

    def _member(self, pick: Pick, phone: str) -> Member | None:
        """Whose phone it is of those who may make this call; that of nobody else connects."""
        found = [
            member
            for member in self._people.members()
            if member.phone == phone
            and member.role in SUPERVISION
            and pick.unit not in member.recusals
            and (may_call(pick, member) or is_recall(pick, member.mail))
        ]
        return found[0] if found else None

    def _own(self, sid: str, now: datetime) -> Call:
        """The call as far as it has to be known to speak in the organisation's language."""
        return Call(sid, now, language=self._rules.languages[0])


def _proven(pick: Pick, said: Bridged) -> Pick:
    """The pick with the customer's call in its attempt, and what the provider knows of it."""
    return replace(
        pick,
        attempts=tuple(
            replace(
                each,
                sid=said.leg,
                seconds=said.seconds,
                reached=each.reached or NOBODY.get(said.status, ""),
            )
            if each.bridge == said.sid
            else each
            for each in pick.attempts
        ),
    )
