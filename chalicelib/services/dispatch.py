"""The dispatcher: sends what is due, each text at most once, each invitation to one phone once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib import wording
from chalicelib.core import budgets, calendar, delivery, links, sending, survey, text_ids, waiting
from chalicelib.core.delivery import Outcome, Refused, Sent, TooMany
from chalicelib.core.outbox import (
    WITH_CALL,
    WITH_LINK,
    on_leased,
    on_looked_up,
    on_postponed,
    on_refused,
    on_sent,
    on_unsure,
    said_of,
)
from chalicelib.core.phones import Phone
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import Busy, Stale
from chalicelib.core.segments import segments
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.services import phone_numbers
from chalicelib.services.budgets import Allowance, Limits, Unlimited, handful
from chalicelib.services.delivery import Commit, change, suppress
from chalicelib.services.survey_links import SurveyLinks

log = logging.getLogger(__name__)

MOST_A_RUN: Final = 200
"""Visits of one run: at half a second a text the last one is sent well within its lease."""

STOPPED: Final = timedelta(hours=1)
BACK_OFF: Final = timedelta(minutes=2)
OPERATOR: Final = timedelta(hours=1)


class Visits(Protocol):
    def due(self, now: datetime, limit: int) -> list[VisitKey]: ...
    def get(self, key: VisitKey) -> Visit | None: ...
    def save(self, visit: Visit) -> Visit: ...
    def note_delivery(self, key: VisitKey, rank: int, status: str) -> bool: ...


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


class Switch(Protocol):
    def sending(self) -> bool: ...


class Sms(Protocol):
    def send(self, to: str, body: str, status_callback: str, validity: int) -> Outcome: ...
    def find(self, to: str, body: str, since: datetime) -> str: ...


@dataclass(frozen=True, slots=True)
class Sender:
    """How a text leaves: through which gateway, told of where, for whom, how many a day."""

    sms: Callable[[], Sms]
    public_base_url: str
    hotline: str
    limits: Limits = field(default_factory=Unlimited)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of the dispatcher: its instant, whether texts may go out, and how many."""

    now: datetime
    may_send: bool
    allowance: Allowance


class SurveyDispatcher:
    """Invites, reminds, settles and expires the visits whose timers have come."""

    def __init__(
        self,
        visits: Visits,
        phones: Phones,
        switch: Switch,
        commit: Commit,
        sender: Sender,
        survey_links: SurveyLinks,
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`lease` gives a fresh random name for each text that is taken."""
        self._visits = visits
        self._phones = phones
        self._switch = switch
        self._commit = commit
        self._sender = sender
        self._links = survey_links
        self._rules = rules
        self._lease = lease

    def run(self, now: datetime) -> int:
        """Do what is due at `now`, newest visits first; the number of visits looked at."""
        keys = self._visits.due(now, MOST_A_RUN)
        found = [visit for visit in map(self._visits.get, keys) if visit is not None]
        today = calendar.local_day(now, self._rules)
        budget = budgets.of_survey(self._rules)
        at_once = handful(budget.limit, len(found))
        allowance = Allowance(self._sender.limits, budget, today, at_once)
        run = _Run(now, self._switch.sending() if found else False, allowance)
        for visit in sorted(found, key=lambda visit: visit.facts.completed_at, reverse=True):
            if self._one(visit, run) == TooMany():
                break
        allowance.close()
        return len(keys)

    def _one(self, visit: Visit, run: _Run) -> Outcome | None:
        """The outcome where a text was sent; one visit's failure holds up no other."""
        try:
            return self._turn(visit, run)
        except (Stale, Busy):
            log.info("others are at it", extra={"visit": visit.facts.visit_id})
        except Exception:
            log.exception("visit not dispatched", extra={"visit": visit.facts.visit_id})
            change(self._visits, visit.key, lambda stored: self._put_off(stored, run.now))
        return None

    def _put_off(self, visit: Visit, now: datetime) -> Visit | None:
        """A visit that fails again and again must not stand before the others for ever."""
        due = visit.survey.due_at
        return survey.put_off(visit, now + OPERATOR) if due and due <= now else None

    def _turn(self, visit: Visit, run: _Run) -> Outcome | None:
        now = run.now
        if visit.survey.due_at is None or visit.survey.due_at > now:
            return None
        if visit.survey.outbox and visit.survey.outbox.state in ("leased", "unknown"):
            self._look_up(visit, now)
            return None
        phone = self._phones.get(visit.facts.phone)
        rivals = [self._visits.get(key) for key in waiting.rivals_of(visit, phone)]
        known = [rival for rival in rivals if rival is not None]
        zones = self._zones(visit)
        turn = survey.on_due(visit, phone, known, zones, now, self._rules)
        if not turn.send:
            self._commit([], [turn.visit] if turn.phone is None else [turn.visit, turn.phone])
        elif not run.may_send:
            self._visits.save(survey.put_off(visit, now + STOPPED))
        elif not run.allowance.draw():
            tomorrow = sending.next_day_slot(now, zones, self._rules)
            self._visits.save(survey.put_off(visit, tomorrow))
        else:
            return self._send(turn, run)
        return None

    def _send(self, turn: survey.DueTurn, run: _Run) -> Outcome:
        message = self._message(turn.visit, turn.send)
        lease = self._lease()
        leased = on_leased(self._linked(turn.visit, message), message, lease, run.now)
        try:
            self._commit([], [leased] if turn.phone is None else [leased, turn.phone])
        except (Stale, Busy):
            run.allowance.put_back()
            raise
        text_id = text_ids.of_visit(leased.key, _number(leased))
        outcome = self._sender.sms().send(
            leased.facts.phone,
            self._body(leased, message, leased.facts.phone),
            f"{self._sender.public_base_url}/twilio/status/{text_id}",
            sending.validity(run.now, self._zones(leased), self._rules),
        )
        if isinstance(outcome, TooMany | Refused):
            run.allowance.put_back()
        self._apply(leased.key, outcome, lease, run.now)
        return outcome

    def _message(self, visit: Visit, message: str) -> str:
        """The message as it suits the customer's country, with a link where its budget allows."""
        if visit.facts.country in self._rules.no_sms_reply:
            return f"{message}{WITH_CALL}"
        budget = {"invitation": self._rules.segments.invitation}
        linked = f"{message}{WITH_LINK}"
        wide = segments(self._body(visit, linked, visit.facts.phone))
        return linked if wide <= budget.get(message, self._rules.segments.reminder) else message

    def _linked(self, visit: Visit, message: str) -> Visit:
        """The visit that opens for the link in this message."""
        if not message.endswith(WITH_LINK):
            return visit
        facts = visit.facts
        return links.with_link(visit, self._links.secret(facts.visit_id, facts.phone))

    def _body(self, visit: Visit, message: str, to: str) -> str:
        said = self._links.spelled(said_of(visit, message, self._rules), to)
        organisation = self._rules.organisation
        return wording.render(said, visit.facts.language, organisation, self._sender.hotline)

    def _apply(self, key: VisitKey, outcome: Outcome, lease: str, now: datetime) -> None:
        def decide(visit: Visit) -> Visit | None:
            outbox = visit.survey.outbox
            mine = outbox is not None and (outbox.lease, outbox.state) == (lease, "leased")
            return self._after(visit, outcome, now) if mine else None

        visit = change(self._visits, key, decide)
        if outcome == Refused(delivery.SUPPRESSED) and visit is not None:
            suppress(self._phones, self._commit, visit.facts.phone, now)

    def _after(self, visit: Visit, outcome: Outcome, now: datetime) -> Visit:
        if isinstance(outcome, Sent):
            return on_sent(visit, outcome.sid, now, self._rules)
        if isinstance(outcome, TooMany):
            return on_postponed(visit, now + BACK_OFF)
        if isinstance(outcome, Refused):
            return self._refused(visit, outcome.code, now)
        return on_unsure(visit, now)

    def _refused(self, visit: Visit, code: int, now: datetime) -> Visit:
        known = delivery.PERMANENT | delivery.TRANSIENT | {delivery.SUPPRESSED}
        if code in known:
            return on_refused(visit, code, now, self._rules)
        log.error("an operator is needed", extra={"code": code})
        return on_postponed(visit, now + OPERATOR)

    def _look_up(self, visit: Visit, now: datetime) -> None:
        """Nobody knows whether the text went out: look, and only then let it be sent again."""
        outbox = visit.survey.outbox
        if outbox is None or (outbox.state == "leased" and (outbox.lease_until or now) > now):
            return
        since = outbox.leased_at or now
        to = outbox.to or visit.facts.phone
        sid = self._sender.sms().find(to, self._body(visit, outbox.message, to), since)
        self._visits.save(on_looked_up(visit, sid, now, self._rules))

    def _zones(self, visit: Visit) -> tuple[str, ...]:
        return phone_numbers.zones_of(visit.facts.country) or (self._rules.timezone,)


def _number(visit: Visit) -> int:
    return visit.survey.outbox.number if visit.survey.outbox else 1
