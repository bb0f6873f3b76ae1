"""A text comes in: one decision, one transaction, one answer; every copy gets the same bytes."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib import wording
from chalicelib.core import conversation, reactions
from chalicelib.core.cases import Case, CaseName
from chalicelib.core.effects import Effect
from chalicelib.core.inbound import InboundText
from chalicelib.core.phones import Phone, is_of, talk_of
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere, Busy, Stale
from chalicelib.core.turns import Text, Turn, unnamed
from chalicelib.core.visits import Said, Visit, VisitKey
from chalicelib.services.case_texts import CaseText, OfCases
from chalicelib.services.intake import NewCase
from chalicelib.services.survey_links import SurveyLinks
from chalicelib.services.text_records import (
    IncomingText,
    Known,
    language_of,
    raw_text,
    records_of,
)

log = logging.getLogger(__name__)

TRIES = 12
"""Attempts at one decision while other copies and texts change the same visit."""


class Visits(Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


class InboundTexts(Protocol):
    def get(self, number: str, message_id: str) -> InboundText | None: ...


class CallList(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...


Commit = Callable[[Sequence[object], Sequence[object]], None]
"""commit(adds, saves): all of it or nothing."""


class Texts:
    """Receives texts from customers."""

    def __init__(
        self,
        visits: Visits,
        phones: Phones,
        inbound: InboundTexts,
        calls: CallList,
        of_cases: OfCases,
        commit: Commit,
        rules: Rulebook,
        hotline: str,
        links: SurveyLinks,
    ) -> None:
        """`hotline` is our own number; `links` stood in what we texted."""
        self._visits = visits
        self._phones = phones
        self._inbound = inbound
        self._calls = calls
        self._of_cases = of_cases
        self._commit = commit
        self._rules = rules
        self._hotline = hotline
        self._links = links

    def receive(self, incoming: IncomingText, now: datetime, answer: Callable[[str], str]) -> str:
        """Keep the text, do what it asks for and return the body that answers it.

        `answer` wraps our words ("" for none) in the provider's format. A copy of a text that is
        already kept changes nothing and gets the first answer's bytes. If no decision can be
        made, the text is kept unread and the customer hears that it has arrived.
        """
        if incoming.ambiguous:
            return self._kept_unread(incoming, now, answer)
        try:
            return self._decided(incoming, now, answer)
        except AlreadyThere:
            return self._first_answer(incoming)
        except Exception:
            log.exception("text kept unread", extra={"message_id": incoming.message_id})
            return self._kept_unread(incoming, now, answer)

    def _decided(self, incoming: IncomingText, now: datetime, answer: Callable[[str], str]) -> str:
        failure: Exception = Busy()
        for _ in range(TRIES):
            body, adds, saves = self._decision(incoming, now, answer)
            try:
                self._commit(adds, saves)
            except (Stale, Busy) as error:
                failure = error
            except AlreadyThere as error:
                if not isinstance(error.record, Case | CaseName):
                    raise
            else:
                return body
        raise failure

    def _decision(
        self, incoming: IncomingText, now: datetime, answer: Callable[[str], str]
    ) -> tuple[str, list[object], list[object]]:
        """The body of the answer, and what one transaction adds and saves."""
        about_case = self._about_case(incoming, now)
        if about_case is not None:
            body = answer(self._worded(about_case.said, self._language(about_case, incoming)))
            raw = raw_text(incoming, now, body, about_case.kind, about_case.rule)
            return body, [raw, *about_case.records.adds], [*about_case.records.saves]
        known = self._known(incoming.number)
        number = self._of_cases.intake.number()
        turn = self._turn(known, incoming, number, now)
        body = answer(self._words(turn, known, incoming))
        raw = raw_text(incoming, now, body, turn.reading.kind, turn.reading.rule)
        adds, saves = records_of(turn, known, incoming, now)
        adds += self._opened(turn, known, incoming, number, now)
        return body, [raw, *adds], [*saves, *self._beside(turn, now)]

    def _about_case(self, incoming: IncomingText, now: datetime) -> CaseText | None:
        """The text read as one about a page or a case, unless the provider has taken it."""
        if incoming.silent:
            return None
        texts = self._of_cases.texts
        return texts.read(incoming.number, incoming.body, incoming.message_id, now)

    def _language(self, about_case: CaseText, incoming: IncomingText) -> str:
        """A duty phone is one of ours; a customer writes in his own language."""
        ours = about_case.kind == "page"
        return self._rules.languages[0] if ours else language_of(incoming.body)

    def _known(self, number: str) -> Known:
        phone = self._phones.get(number)
        key = phone.current or phone.last
        visit = self._visits.get(key) if key else None
        return Known(phone, visit if visit and is_of(phone, visit) else None)

    def _turn(self, known: Known, incoming: IncomingText, number: str, now: datetime) -> Turn:
        talk = talk_of(known.visit, known.phone)
        language = known.language or language_of(incoming.body)
        sent = [self._links.spelled(said, incoming.number) for said in talk.ours]
        open_case, progress = self._of_cases.asked(incoming.number, incoming.body)
        text = Text(
            body=incoming.body,
            message_id=incoming.message_id,
            at=now,
            ours=tuple(self._worded(said, language) for said in sent),
            unnamed=tuple(self._worded(unnamed(said), language) for said in sent),
            case_number=number,
            silent=incoming.silent,
            opted=incoming.opted,
            open_case=open_case,
            progress=progress,
        )
        return conversation.on_text(known.visit, known.phone, text, self._rules)

    def _words(self, turn: Turn, known: Known, incoming: IncomingText) -> str:
        language = known.language or language_of(incoming.body)
        return "\n".join(self._worded(said, language) for said in turn.replies)

    def _beside(self, turn: Turn, now: datetime) -> list[object]:
        """What else changes: another visit that the text is about, an entry that is done."""
        visit = self._visits.get(turn.subject) if turn.subject else None
        entry = self._calls.get(turn.answers, 0) if turn.answers else None
        saves: list[object] = []
        if visit is not None:
            saves.append(reactions.after_remark(visit, turn.reading.kind, now))
        if entry is not None and entry.due_at is not None and entry.due_at > now:
            saves.append(replace(entry, due_at=None))
        return saves

    def _worded(self, said: Said, language: str) -> str:
        return wording.render(said, language, self._rules.organisation, self._hotline)

    def _opened(
        self, turn: Turn, known: Known, incoming: IncomingText, number: str, now: datetime
    ) -> tuple[object, ...]:
        """The case of a text, of the unit of the number's last visit; pages where it is danger."""
        intake, danger = self._of_cases.intake, turn.call == "danger"
        if not turn.case:
            return intake.pages(incoming.message_id, incoming.number, now) if danger else ()
        about = known.phone.last or known.phone.current
        new = NewCase(
            channel="sms",
            received_at=now,
            text=self._complaint(turn, incoming),
            phone=incoming.number,
            unit=about.unit if about else "",
            visit_id=about.visit_id if about else "",
            language=known.language or language_of(incoming.body),
        )
        return intake.opened(new, number=number, danger=danger).adds

    def _complaint(self, turn: Turn, incoming: IncomingText) -> str:
        """What the customer complained of: this text, or the one we asked back about."""
        if not turn.answers:
            return incoming.body
        earlier = self._inbound.get(incoming.number, turn.answers)
        return f"{earlier.body}\n{incoming.body}" if earlier else incoming.body

    def _first_answer(self, incoming: IncomingText) -> str:
        kept = self._inbound.get(incoming.number, incoming.message_id)
        if kept is None:
            raise LookupError("the copy of a kept text is not there")
        return kept.answer

    def _kept_unread(
        self, incoming: IncomingText, now: datetime, answer: Callable[[str], str]
    ) -> str:
        language = language_of(incoming.body)
        body = answer("" if incoming.silent else self._worded(Said("received"), language))
        raw = raw_text(incoming, now, body)
        try:
            entry = Effect(incoming.message_id, 0, "call", "unread", now, {"phone": raw.number})
            self._commit([raw, entry], [])
        except AlreadyThere:
            return self._first_answer(incoming)
        return body
