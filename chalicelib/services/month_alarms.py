"""Tells leads and auditor what waits in closed months: amendments at once, delays once a day."""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from chalicelib.core import bundles, calendar, proceedings
from chalicelib.core.amendments import Amendment
from chalicelib.core.effects import Effect
from chalicelib.core.proceedings import Duty, Proceeding
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere, Stale
from chalicelib.services import month_news

log = logging.getLogger(__name__)

MOST_A_MAIL: Final = 20
"""Amendments told in one mail, and marked as told in its transaction; more wait a minute."""

MOST_AN_ALARM: Final = 1000
"""Overdue proceedings or amendments in one alarm."""

Row = dict[str, str]
"""A line of a mail: unit, month and what it is about."""


class Proceedings(Protocol):
    def due(self, now: datetime, limit: int) -> list[Proceeding]: ...


class Amendments(Protocol):
    def untold(self, now: datetime, limit: int) -> list[Amendment]: ...
    def overdue(self, now: datetime, limit: int) -> list[Amendment]: ...


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class Told(NamedTuple):
    """What a run told of: amendments proposed since the last one, steps that are overdue."""

    amendments: int
    overdue: int


class MonthAlarms:
    """One run a minute: what was proposed, and each morning what is overdue."""

    def __init__(
        self,
        proceedings: Proceedings,
        amendments: Amendments,
        runs: Runs,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        lease: Callable[[], str],
    ) -> None:
        """`lease` gives a fresh random name for each run."""
        self._proceedings = proceedings
        self._amendments = amendments
        self._runs = runs
        self._commit = commit
        self._rules = rules
        self._lease = lease

    def run(self, now: datetime) -> Told:
        """Tell what is to be told at `now`; one part's failure holds up no other."""
        return Told(
            self._tried("amendments", self._proposed, now),
            self._tried("overdue months", self._overdue, now),
        )

    def _tried(self, what: str, part: Callable[[datetime], int], now: datetime) -> int:
        try:
            return part(now)
        except Exception:
            log.exception("not told", extra={"what": what})
            return 0

    def _proposed(self, now: datetime) -> int:
        """One mail about what was proposed since, each amendment told once."""
        found = self._amendments.untold(now, MOST_A_MAIL)
        if not found:
            return 0
        rows = json.dumps([_proposal(each) for each in found], ensure_ascii=False)
        first = month_news.amendment_id(found[0])
        mail = Effect(f"proposed~{first}", 0, "mail", "amendments_proposed", now, {"rows": rows})
        later = [replace(each, due_at=self._overdue_at(each)) for each in found]
        try:
            self._commit([mail], later)
        except (Stale, AlreadyThere):
            log.info("others are at these amendments", extra={"amendments": len(found)})
            return 0
        return len(found)

    def _overdue(self, now: datetime) -> int:
        """Once a day what has waited too long; the mail is stored before the day is done with."""
        if now < bundles.alarm_at(now, self._rules):
            return 0
        day = calendar.local_day(now, self._rules).isoformat()
        mark = self._runs.take("months", day, now, self._lease())
        if mark is None:
            return 0
        rows = sorted(self._rows(now), key=lambda row: (row["unit"], row["month"], row["since"]))
        if rows:
            told = {"rows": json.dumps(rows)}
            self._add(Effect(f"months.{day}", 0, "mail", "month_alarm", now, told))
        self._runs.finish(mark)
        return len(rows)

    def _add(self, mail: Effect) -> None:
        try:
            self._commit([mail], [])
        except AlreadyThere:
            log.info("a mail was stored before", extra={"cause": mail.cause})

    def _rows(self, now: datetime) -> Iterable[Row]:
        for each in self._proceedings.due(now, MOST_AN_ALARM):
            for duty in proceedings.duties(each, self._rules):
                if duty.due_at <= now:
                    yield _duty(each, duty)
        for amendment in self._amendments.overdue(now, MOST_AN_ALARM):
            yield _row(amendment, "undecided", amendment.proposed_at)

    def _overdue_at(self, amendment: Amendment) -> datetime:
        return proceedings.overdue_at(amendment.proposed_at, self._rules)


def _duty(proceeding: Proceeding, duty: Duty) -> Row:
    row = _row(proceeding, duty.what, duty.since)
    return row | {"number": str(duty.number)} if duty.number else row


def _row(of: Proceeding | Amendment, what: str, since: datetime) -> Row:
    return {"unit": of.unit, "month": of.month, "what": what, "since": since.isoformat()}


def _proposal(amendment: Amendment) -> Row:
    return {
        "unit": amendment.unit,
        "month": amendment.month,
        "reason": amendment.reason,
        "subjects": ", ".join(amendment.subjects),
        "by": amendment.proposed_by,
        "cause": amendment.cause,
    }
