"""A call comes in, request by request: one decision, one transaction, one answer for each.

Every copy of a request gets the bytes of the first. What the caller has told is stored before he
hears the next thing, so that nothing is lost whenever he hangs up.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import callers, ivr, ivr_prompts, keypad
from chalicelib.core.calendar import local_day
from chalicelib.core.call_records import Call, CallFact
from chalicelib.core.effects import Effect
from chalicelib.core.grades import ITEMS
from chalicelib.core.ivr_documents import Document
from chalicelib.core.ivr_turns import Heard, Known, Situation
from chalicelib.core.phones import Phone
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere, Busy, Stale
from chalicelib.core.uploads import ParsedPhone, language_of
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.services import phone_numbers
from chalicelib.services.call_changes import CallChanges
from chalicelib.services.call_progress import CallProgress

log = logging.getLogger(__name__)

TRIES: Final = 12
"""Attempts at one decision while copies of the request and others change the same rows."""

ASTRAY: Final = 99
"""The turn of a recording that a failure of ours leads to: no other has it."""


class Calls(Protocol):
    def with_fact(self, sid: str, name: str) -> tuple[Call | None, CallFact | None]: ...


class Visits(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


Commit = Callable[[Sequence[object], Sequence[object]], None]
"""commit(adds, saves): all of it or nothing."""

Answer = Callable[[Document, Call], str]
"""What we say, in the provider's format."""


@dataclass(frozen=True, slots=True)
class CallRequest:
    """One request of a call as the provider made it.

    `sid` is the caller's call; `leg` the provider's id of a phone that we rang within it, and
    `called` its number, where the request is about that one. `sender` is as it was told.
    """

    sid: str
    sender: str
    heard: Heard
    parameters: Mapping[str, str] = field(default_factory=dict)
    leg: str = ""
    called: str = ""

    @property
    def name(self) -> str:
        """What the request is stored under: it is the same for every copy."""
        name = f"{self.heard.step}#{self.heard.turn}"
        return f"{name}.{self.leg}" if self.leg else name


class Hotline:
    """Answers calls."""

    def __init__(
        self,
        calls: Calls,
        visits: Visits,
        phones: Phones,
        progress: CallProgress,
        changes: CallChanges,
        commit: Commit,
        rules: Rulebook,
    ) -> None:
        """`changes` says what a turn adds and saves."""
        self._calls = calls
        self._visits = visits
        self._phones = phones
        self._progress = progress
        self._changes = changes
        self._commit = commit
        self._rules = rules
        self._region = phone_numbers.country_of(rules.timezone)

    def receive(self, request: CallRequest, now: datetime, answer: Answer) -> str:
        """Keep the request, do what it asks for and return the body that answers it.

        If no decision can be made, the request is kept unread and the caller gets the beep.
        """
        try:
            return self._decided(request, now, answer)
        except Exception:
            log.exception("request kept unread", extra={"call": request.sid, "step": request.name})
            return self._kept_unread(request, now, answer)

    def _decided(self, request: CallRequest, now: datetime, answer: Answer) -> str:
        failure: Exception = Busy()
        for _ in range(TRIES):
            call, fact = self._calls.with_fact(request.sid, request.name)
            if fact is not None:
                return fact.answer
            call = call or self._begun(request, now)
            turn = ivr.on_request(self._situation(call, request, now))
            changes = self._changes.of(call, turn, request.called, now)
            body = answer(turn.document, changes.call)
            kept = CallFact(request.sid, request.name, now, request.parameters, body)
            try:
                self._commit([kept, *changes.adds], [changes.call, *changes.saves])
            except (Stale, Busy, AlreadyThere) as error:
                failure = error
            else:
                return body
        raise failure

    # --- what is known ------------------------------------------------------------------------

    def _begun(self, request: CallRequest, now: datetime) -> Call:
        """A call that we hear of for the first time, whatever its first request to reach us."""
        parsed = phone_numbers.parse(callers.dialled_from(request.sender), self._region)
        number = parsed.e164 if isinstance(parsed, ParsedPhone) else ""
        call = Call(request.sid, now, number, language=self._rules.languages[0])
        if not isinstance(parsed, ParsedPhone):
            return call
        phone = self._phones.get(number)
        about = phone.last or phone.current
        asked = self._visits.get(phone.current) if phone.current else None
        last = asked if about == phone.current else self._visits.get(about) if about else None
        survey = asked and keypad.is_open(asked, number, now, self._rules)
        speaks = (asked if survey else last) or asked
        return replace(
            call,
            mobile=parsed.mobile,
            language=speaks.facts.language if speaks else language_of(parsed, self._rules),
            about=about,
            visit=phone.current if survey else None,
            day=local_day(asked.facts.completed_at, self._rules).isoformat() if asked else "",
        )

    def _situation(self, call: Call, request: CallRequest, now: datetime) -> Situation:
        situation = Situation(call, request.heard, Known(), now, self._rules)
        return replace(situation, known=self._known(situation))

    def _known(self, s: Situation) -> Known:
        """What the step needs to know, and no more."""
        step, chosen = s.heard.step, ivr.choice(s)
        if step in (*ITEMS, "check") or chosen == "grade":
            return self._form(s)
        if chosen == "progress":
            return self._progress.of_number(s.call.caller, s.now)
        if step == "code" and len(s.heard.keys) == ivr_prompts.CODE_DIGITS:
            return self._progress.asked(s.call.enquired, s.heard.keys, s.call.caller, s.now)
        if step == "received" and not s.call.caller:
            parsed = phone_numbers.parse(s.heard.keys, self._region)
            return Known(contact=parsed.e164 if isinstance(parsed, ParsedPhone) else "")
        return Known()

    def _form(self, s: Situation) -> Known:
        visit = self._visits.get(s.call.visit) if s.call.visit else None
        if visit is None:
            return Known()
        return Known(keypad.pending(visit), keypad.is_late(visit, s.now, s.rules))

    # --- when no decision can be made -----------------------------------------------------------

    def _kept_unread(self, request: CallRequest, now: datetime, answer: Answer) -> str:
        """The beep, without a look at anything; after a recording, goodbye."""
        document = ivr_prompts.without_state(request.heard.step, ASTRAY)
        body = answer(document, Call(request.sid, now, language=self._rules.languages[0]))
        kept = CallFact(request.sid, request.name, now, request.parameters, body, "unread")
        to_read = Effect(f"{request.sid}.{request.name}", 0, "call", "unread", now)
        listed = replace(to_read, values={"phone": callers.dialled_from(request.sender)})
        try:
            self._commit([kept, listed], [])
        except AlreadyThere:
            _, fact = self._calls.with_fact(request.sid, request.name)
            return fact.answer if fact else body
        return body
