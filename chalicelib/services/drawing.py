"""Runs the draws: commit, freeze, draw, store, plan the mails, commit the next one.

A draw's own state says how far it has come; a crash anywhere goes on to the same picks. No step is
taken before the mail about the step before it has left: the commitment before the frame is known,
the frame's hash before the secret is opened.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import draw_calendar, incidents
from chalicelib.core.cells import Framed
from chalicelib.core.draw_calendar import DrawPeriod
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.effects import Effect
from chalicelib.core.manifest import redacted
from chalicelib.core.people import Member
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere, Stale
from chalicelib.core.tickets import commitment
from chalicelib.core.verification import Incident
from chalicelib.services import picks
from chalicelib.services.draw_files import DrawFiles, TamperedError

log = logging.getLogger(__name__)


class People(Protocol):
    def members(self) -> list[Member]: ...


class Frames(Protocol):
    def framed(self, draw: Draw, earlier: Sequence[Draw]) -> Iterable[Framed]: ...


class Effects(Protocol):
    def get(self, cause: str, number: int) -> Effect | None: ...


class Draws(Protocol):
    def all(self) -> list[Draw]: ...
    def add_picks(self, picks: Iterable[Pick]) -> None: ...


class Vault(Protocol):
    def put_secret(self, key: str, secret: bytes) -> bool: ...
    def secret(self, key: str) -> bytes | None: ...


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class Incidents(Protocol):
    def all(self) -> list[Incident]: ...


@dataclass(frozen=True, slots=True)
class Entropy:
    """What chance gives: a fresh 32-byte secret, a fresh name for a lease."""

    secret: Callable[[], bytes]
    lease: Callable[[], str]


class Drawing:
    """Draws the verification calls, one draw after the other."""

    def __init__(
        self,
        draws: Draws,
        vault: Vault,
        frames: Frames,
        visits: picks.Visits,
        people: People,
        effects: Effects,
        runs: Runs,
        incidents: Incidents,
        files: DrawFiles,
        reveal: Callable[[datetime], object],
        take_week: Callable[[str, datetime], object],
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        entropy: Entropy,
    ) -> None:
        """Only this function's role can read `vault`.

        `reveal` opens the draws of long ago; `take_week` keeps what came in in an ISO week.
        """
        self._draws = draws
        self._vault = vault
        self._frames = frames
        self._visits = visits
        self._people = people
        self._effects = effects
        self._runs = runs
        self._incidents = incidents
        self._files = files
        self._reveal = reveal
        self._take_week = take_week
        self._commit = commit
        self._rules = rules
        self._entropy = entropy

    def run(self, now: datetime) -> int:
        """Every step that may be taken at `now`, in order; how many draws were drawn."""
        drawn = 0
        while state := self._step(now):
            drawn += state == "drawn"
        self._reveal(now)
        return drawn

    def _step(self, now: datetime) -> str:
        """One step of the draw at hand and the state it led to; "" if none may be taken."""
        draws = self._draws.all()
        if not draws:
            self._commit_first(now)
            return ""
        draw = draws[-1]
        if draw.due_at is None or draw.due_at > now or not self._is_announced(draws):
            return ""
        mark = self._runs.take(_JOBS[draw.state], draw.key, now, self._entropy.lease())
        if mark is None:
            return ""
        try:
            state = self._taken(draw, draws[:-1], now)
        except (Stale, AlreadyThere):
            log.info("another run was faster", extra={"draw": draw.key})
            return ""
        except TamperedError:
            with suppress(AlreadyThere):
                self._commit([_mail(draw.key, "draw_tampered", now)], [])
            raise
        self._runs.finish(mark)
        return state

    def _taken(self, draw: Draw, earlier: Sequence[Draw], now: datetime) -> str:
        if draw.state == "committed":
            self._freeze(replace(draw, frozen_at=now), earlier)
            return "frozen"
        self._draw(draw, now)
        return "drawn"

    def _is_announced(self, draws: Sequence[Draw]) -> bool:
        """Whether the mail has left that must have, before the draw at hand goes on."""
        cause = _cause(*_announcement(draws))
        mail = self._effects.get(cause, 0)
        gone = mail is not None and mail.outbox.state == "sent"
        if not gone:
            log.info("a draw waits for its mail", extra={"mail": cause})
        return gone

    def _commit_first(self, now: datetime) -> None:
        first = self._committed(draw_calendar.next_draw(now, self._rules), since=None)
        with suppress(AlreadyThere):
            self._commit([first, _mail(first.key, "draw_committed", now)], [])

    def _committed(self, period: DrawPeriod, since: datetime | None) -> Draw:
        """The next draw with its commitment; its secret is kept before anybody hears of it."""
        self._vault.put_secret(period.key, self._entropy.secret())
        secret = self._vault.secret(period.key)
        if secret is None:
            raise LookupError(f"the secret of {period.key} was not kept")
        return Draw(
            key=period.key,
            state="committed",
            commitment=commitment(secret),
            since=since,
            boundary=period.settled_before,
            due_at=period.due_at,
            closes=period.closes,
        )

    def _freeze(self, draw: Draw, earlier: Sequence[Draw]) -> None:
        """Freeze the frame: file, count, hash and numbers of calls stand, and are mailed."""
        frame = self._files.keep_frame(draw.key, self._frames.framed(draw, earlier))
        frozen = replace(
            draw,
            state="frozen",
            frame_count=frame.count,
            frame_sha256=frame.sha256,
            calls_per_week=self._rules.calls_per_week,
            min_per_unit=self._rules.min_per_unit,
            incidents=incidents.owed(_served(self._incidents.all())),
        )
        self._commit([_mail(draw.key, "draw_frozen", draw.frozen_at)], [frozen])

    def _draw(self, draw: Draw, now: datetime) -> None:
        """Open the secret and draw; picks first, so that the list is whole when it is mailed.

        That incidents are owed fewer calls is saved with the state of the draw: once.
        """
        opened = self._files.opened(draw)
        self._files.keep_manifest("manifest", redacted(opened.manifest))
        members, result = self._people.members(), opened.drawn
        chosen = picks.stored(draw, result, opened.lines, self._visits, members)
        self._draws.add_picks(chosen)
        picks.mark(chosen, self._visits)
        drawn = replace(
            draw,
            state="drawn",
            drawn_at=now,
            over_capacity=result.over_capacity,
            quotas=result.quotas,
        )
        if week := draw_calendar.week_covered(draw, self._rules):
            self._take_week(week, now)
        spent = incidents.spent(self._incidents.all(), chosen)
        mails = self._mails(drawn, members, has_calls=bool(result.picks))
        self._commit([self._following(draw, now), *mails], [drawn, *spent])

    def _following(self, draw: Draw, now: datetime) -> Draw:
        period = draw_calendar.next_draw(draw.due_at or now, self._rules)
        return self._committed(period, since=draw.boundary or draw.since)

    def _mails(self, drawn: Draw, members: Iterable[Member], *, has_calls: bool) -> list[Effect]:
        """The list, its record for auditors, and what leads are told if nobody takes it over."""
        now = drawn.drawn_at
        planned = [_mail(drawn.key, "draw_list", now)]
        if any(member.role == "auditor" for member in members):
            planned.append(_mail(drawn.key, "draw_record", now))
        if now and has_calls:
            reminder = draw_calendar.taken_over_by(now, self._rules)
            planned.append(_mail(drawn.key, "draw_not_taken", reminder))
        return planned


MOST_INCIDENTS: Final = 80
"""Incidents that one draw serves, the earliest first: they are saved in one transaction with it."""


def _served(every: Iterable[Incident]) -> list[Incident]:
    still = sorted((one for one in every if one.owed > 0), key=lambda one: one.opened_at)
    return still[:MOST_INCIDENTS]


_JOBS: Final = {"committed": "freeze", "frozen": "draw"}
"""A draw's state → the job that its run mark is kept for."""


def _announcement(draws: Sequence[Draw]) -> tuple[str, str]:
    """The draw and the mail that must have left before the last of `draws` goes on."""
    draw = draws[-1]
    if draw.state == "frozen":
        return draw.key, "draw_frozen"
    return (draws[-2].key, "draw_list") if len(draws) > 1 else (draw.key, "draw_committed")


def _cause(key: str, what: str) -> str:
    return f"draw~{key}~{what}"


def _mail(key: str, what: str, now: datetime | None) -> Effect:
    return Effect(_cause(key, what), 0, "mail", what, now, {"draw": key})
