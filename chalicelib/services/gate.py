"""Whether a planned text may leave now: the switch, the number's wish, the day's budgets."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from chalicelib.core import budgets, calendar, sending
from chalicelib.core.budgets import Budget
from chalicelib.core.effects import Effect
from chalicelib.core.phones import Phone
from chalicelib.core.rules import Rulebook
from chalicelib.services import phone_numbers
from chalicelib.services.budgets import Limits

STOPPED: Final = timedelta(hours=1)

OF_SURVEYS: Final = frozenset({"echo", "echo_rest", "late"})
"""Texts that a number which has left no longer gets, and that arrive in sending hours only."""


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


class Switch(Protocol):
    def sending(self) -> bool: ...


class Gate:
    """Stands between what is planned and what is sent."""

    def __init__(self, limits: Limits, phones: Phones, switch: Switch, rules: Rulebook) -> None:
        """`limits` count what is sent on each day of the organisation."""
        self._limits = limits
        self._phones = phones
        self._switch = switch
        self._rules = rules

    def stopped(self, effect: Effect, now: datetime) -> Effect | None:
        """The text put off or kept for good; None if it may leave, and is drawn on its budgets."""
        if effect.what in budgets.FREE:
            return None
        if effect.what in OF_SURVEYS:
            if self._phones.get(effect.values["to"]).opted_out_at is not None:
                return _held(effect)
            slot = sending.next_slot(now, self._zones(effect), self._rules)
            if slot > now:
                return _put_off(effect, slot)
        if not self._switch.sending():
            return _put_off(effect, now + STOPPED)
        over = self._drawn(budgets.of_effect(effect, self._rules), now)
        if over is None:
            return None
        tomorrow = sending.next_day_slot(now, self._zones(effect), self._rules)
        return _held(effect) if over.held else _put_off(effect, tomorrow)

    def put_back(self, effect: Effect, now: datetime) -> None:
        """The text did not go out: its budgets get it back."""
        for budget in budgets.of_effect(effect, self._rules):
            self._limits.give_back(budget.kind, calendar.local_day(now, self._rules), 1)

    def validity(self, effect: Effect, now: datetime) -> int:
        """Seconds for which the text may still be delivered."""
        if effect.what not in OF_SURVEYS:
            return sending.LONGEST_VALIDITY
        return sending.validity(now, self._zones(effect), self._rules)

    def _drawn(self, wanted: Sequence[Budget], now: datetime) -> Budget | None:
        """One text drawn on all of these, or on none and the budget that is used up."""
        today = calendar.local_day(now, self._rules)
        for place, budget in enumerate(wanted):
            if self._limits.take(budget.kind, today, 1, budget.limit):
                continue
            for earlier in wanted[:place]:
                self._limits.give_back(earlier.kind, today, 1)
            return budget
        return None

    def _zones(self, effect: Effect) -> Sequence[str]:
        parsed = phone_numbers.parse(effect.values["to"], "")
        country = "" if isinstance(parsed, str) else parsed.country
        return phone_numbers.zones_of(country) or (self._rules.timezone,)


def _held(effect: Effect) -> Effect:
    return replace(effect, outbox=replace(effect.outbox, state="held"), due_at=None)


def _put_off(effect: Effect, until: datetime) -> Effect:
    return replace(effect, due_at=until)
