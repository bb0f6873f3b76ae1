"""Carries out effects: mails at least once, texts at most once."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final, Protocol

from chalicelib import wording
from chalicelib.core import delivery, text_ids
from chalicelib.core.delivery import Outcome, Sent, TooMany
from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import Busy, Stale
from chalicelib.core.visits import Outbox, Said
from chalicelib.services.dispatch import Sender
from chalicelib.services.gate import Gate

log = logging.getLogger(__name__)

MOST_A_RUN: Final = 100
LEASE: Final = timedelta(minutes=2)
LOOK_AFTER: Final = timedelta(minutes=5)
SEND_AGAIN_AFTER: Final = timedelta(minutes=10)
RETRY: Final = timedelta(minutes=15)
LONGEST_RETRY: Final = timedelta(hours=12)


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...
    def save(self, effect: Effect) -> Effect: ...
    def due(self, kind: str, now: datetime, limit: int) -> Sequence[tuple[str, int]]: ...


class Post(Protocol):
    def send(self, message: EmailMessage) -> None: ...


class EffectDispatcher:
    """Sends the mails and texts that decisions have planned."""

    def __init__(
        self,
        effects: Effects,
        compose: Callable[[Effect], EmailMessage],
        post: Post,
        sender: Sender,
        gate: Gate,
        rules: Rulebook,
    ) -> None:
        """`compose` writes the mail that an effect names."""
        self._effects = effects
        self._compose = compose
        self._post = post
        self._sender = sender
        self._gate = gate
        self._rules = rules

    def run(self, now: datetime) -> int:
        """Carry out what is due at `now`; the number of effects looked at."""
        keys = [*self._effects.due("danger", now, MOST_A_RUN)]
        keys += self._effects.due("effect", now, MOST_A_RUN)
        stopped = [what for what in (self._one(*key, now) for key in keys) if what]
        if stopped:
            log.warning("texts held up", extra={"texts": len(stopped), "what": stopped[0]})
        return len(keys)

    def _one(self, cause: str, number: int, now: datetime) -> str:
        """What was held up, if it was; one effect's failure holds up no other."""
        try:
            effect = self._effects.get(cause, number)
            if effect is None or effect.due_at is None or effect.due_at > now:
                return ""
            if stopped := self._stopped(effect, now):
                self._effects.save(stopped)
                return effect.what
            taken = self._taken(effect, now)
            self._effects.save(self._carried_out(effect, taken, now))
        except (Stale, Busy):
            log.info("others are at it", extra={"cause": cause})
        except Exception:
            log.exception("effect not carried out", extra={"cause": cause, "number": number})
        return ""

    def _taken(self, effect: Effect, now: datetime) -> Effect:
        """The effect leased; what it has drawn is put back if somebody else was quicker."""
        try:
            return self._effects.save(_leased(effect, now))
        except Stale:
            if self._is_fresh_text(effect):
                self._gate.put_back(effect, now)
            raise

    def _stopped(self, effect: Effect, now: datetime) -> Effect | None:
        """A text that may not leave now; one that may already have left is looked up first."""
        return self._gate.stopped(effect, now) if self._is_fresh_text(effect) else None

    def _is_fresh_text(self, effect: Effect) -> bool:
        return effect.kind == "sms" and effect.outbox.state == "planned"

    def _carried_out(self, before: Effect, taken: Effect, now: datetime) -> Effect:
        if taken.kind == "mail":
            self._post.send(self._compose(taken))
            return _done(taken, "")
        if before.outbox.state in _MAY_BE_OUT:
            return self._looked_up(before, taken, now)
        return self._texted(taken, now)

    def _texted(self, effect: Effect, now: datetime) -> Effect:
        outcome = self._sender.sms().send(
            effect.values["to"],
            self._body(effect),
            f"{self._sender.public_base_url}/twilio/status/"
            + text_ids.of_effect(effect.cause, effect.number),
            self._gate.validity(effect, now),
        )
        if isinstance(outcome, TooMany | delivery.Refused):
            self._gate.put_back(effect, now)
        return _after(effect, outcome, now)

    def _looked_up(self, before: Effect, taken: Effect, now: datetime) -> Effect:
        """The text may have gone out: find it, and only much later believe that it did not."""
        since = before.outbox.leased_at or now
        sid = self._sender.sms().find(taken.values["to"], self._body(taken), since)
        if sid:
            return _done(taken, sid)
        if now < since + SEND_AGAIN_AFTER:
            return _planned(replace(taken, outbox=before.outbox), "unknown", now + LOOK_AFTER)
        return _planned(taken, "planned", now)

    def _body(self, effect: Effect) -> str:
        values = {name: value for name, value in effect.values.items() if name not in _ADDRESS}
        said = Said(effect.what, values)
        organisation, hotline = self._rules.organisation, self._sender.hotline
        return wording.render(said, effect.values["language"], organisation, hotline)


_ADDRESS: Final = ("to", "language")

_SECRET: Final = "secret"  # noqa: S105 - the name of the value that holds a link's secret


_MAY_BE_OUT: Final = ("leased", "unknown")


def _leased(effect: Effect, now: datetime) -> Effect:
    """The effect taken by one run; a text that may be out keeps the instant it may be out since."""
    may_be_out = effect.outbox.state in _MAY_BE_OUT
    outbox = replace(
        effect.outbox,
        state="leased",
        leased_at=effect.outbox.leased_at if may_be_out else now,
        lease_until=now + LEASE,
        attempts=effect.outbox.attempts + 1,
    )
    wait = _mail_retry(outbox.attempts) if effect.kind == "mail" else LEASE
    return replace(effect, outbox=outbox, due_at=now + wait)


def _mail_retry(attempts: int) -> timedelta:
    """A quarter of an hour, doubling up to half a day: a mail is never given up."""
    doubled: timedelta = RETRY * 2 ** min(attempts - 1, 10)
    return min(doubled, LONGEST_RETRY)


def _done(effect: Effect, sid: str) -> Effect:
    """The effect carried out; what opens something has gone out and stays in nobody's table."""
    outbox = Outbox(message="", state="sent", sid=sid, attempts=effect.outbox.attempts)
    kept = {name: value for name, value in effect.values.items() if name != _SECRET}
    return replace(effect, outbox=outbox, due_at=None, values=kept)


def _planned(effect: Effect, state: str, due_at: datetime | None) -> Effect:
    return replace(effect, outbox=replace(effect.outbox, state=state), due_at=due_at)


def _after(effect: Effect, outcome: Outcome, now: datetime) -> Effect:
    if isinstance(outcome, Sent):
        return _done(effect, outcome.sid)
    if isinstance(outcome, TooMany):
        return _planned(effect, "planned", now + LEASE)
    if isinstance(outcome, delivery.Refused):
        log.error("a text was refused", extra={"cause": effect.cause, "code": outcome.code})
        hopeless = outcome.code in delivery.PERMANENT | {delivery.SUPPRESSED}
        return _planned(effect, "failed", None) if hopeless else _later(effect, now)
    return _planned(effect, "unknown", now + LOOK_AFTER)


def _later(effect: Effect, now: datetime) -> Effect:
    return _planned(effect, "planned", now + RETRY)
