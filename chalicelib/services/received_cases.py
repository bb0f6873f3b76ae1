"""Tells supervision of new cases, those of a quarter of an hour in one mail."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core.bundles import next_quarter
from chalicelib.core.case_clocks import next_due
from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.effects import Effect
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere, Stale

log = logging.getLogger(__name__)

NEWS: Final = "news"
"""The kind of effect that is told in bundles."""

MOST_A_MAIL: Final = 500
"""Cases in one mail; more are in the next, a minute later."""


class Cases(Protocol):
    def get(self, number: str) -> Case | None: ...
    def events(self, number: str) -> list[CaseEvent]: ...


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...
    def due(self, kind: str, now: datetime, limit: int) -> Sequence[tuple[str, int]]: ...


def news_of(case: str, now: datetime) -> Effect:
    """What a new case adds, so that supervision hears of it with the next bundle."""
    return Effect(f"{case}.new", 0, NEWS, "case_received", next_quarter(now), {"case": case})


class ReceivedCases:
    """One run a minute; nothing is told before the quarter of an hour is over."""

    def __init__(
        self,
        cases: Cases,
        effects: Effects,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
    ) -> None:
        """`commit` saves all or nothing."""
        self._cases = cases
        self._effects = effects
        self._commit = commit
        self._rules = rules

    def run(self, now: datetime) -> int:
        """Plan the mail about all new cases that wait to be told; how many they are.

        The mail is stored before any is marked as told: a crash in between tells some twice.
        """
        waiting = [self._effects.get(*key) for key in self._effects.due(NEWS, now, MOST_A_MAIL)]
        found = [one for one in waiting if one and one.due_at and one.due_at <= now]
        rows = [row for one in found if (row := self._row(one.values["case"]))]
        if rows:
            cause = f"cases.{now:%Y%m%dT%H%MZ}.{found[0].values['case']}"
            mail = Effect(cause, 0, "mail", "cases_received", now, {"rows": json.dumps(rows)})
            self._stored([mail], [])
        for one in found:
            self._stored([], [replace(one, due_at=None)])
        return len(rows)

    def _row(self, number: str) -> dict[str, str] | None:
        case = self._cases.get(number)
        if case is None:
            return None
        events = [event for event in self._cases.events(number) if event.sequence == 0]
        due = next_due(case, events, self._rules)
        return {
            "case": number,
            "received": case.received_at.isoformat(),
            "channel": case.channel,
            "unit": case.unit,
            "category": case.category,
            "due": due.isoformat() if due else "",
        }

    def _stored(self, adds: Sequence[object], saves: Sequence[object]) -> None:
        try:
            self._commit(adds, saves)
        except (AlreadyThere, Stale):
            log.info("another run told of it")
