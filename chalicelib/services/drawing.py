"""Runs the draws: commit, freeze, draw, store, plan the mails, commit the next one.

A draw's own state says how far it has come; a crash anywhere goes on to the same picks.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import draw_calendar, sampling
from chalicelib.core.calls import assigned
from chalicelib.core.draw_calendar import DrawPeriod
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.effects import Effect
from chalicelib.core.frame import FrameLine, Frozen, frame_line, freeze, in_order, parse_frame_line
from chalicelib.core.manifest import manifest, redacted
from chalicelib.core.people import Member
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import Stale
from chalicelib.core.tickets import commitment
from chalicelib.core.unit_draw import Picked
from chalicelib.core.visits import VisitKey

log = logging.getLogger(__name__)

RESERVE_FROM: Final = 100_000
"""Ranks of the reserve begin above those of the picks."""


class Visits(Protocol):
    def key_of(self, visit_id: str) -> VisitKey | None: ...


class People(Protocol):
    def members(self) -> list[Member]: ...


class Frames(Protocol):
    def lines(self, draw: Draw, draws: Sequence[Draw]) -> Iterable[FrameLine]: ...


class Draws(Protocol):
    def create(self, draw: Draw) -> bool: ...
    def latest(self) -> Draw | None: ...
    def all(self) -> list[Draw]: ...
    def add_picks(self, picks: Iterable[Pick]) -> None: ...


class Vault(Protocol):
    def put_secret(self, key: str, secret: bytes) -> bool: ...
    def secret(self, key: str) -> bytes | None: ...


class Runs(Protocol):
    def take(self, job: str, period: str, now: datetime, lease: str) -> RunMark | None: ...
    def finish(self, mark: RunMark) -> RunMark: ...


class Blobs(Protocol):
    def put(self, key: str, content: bytes) -> None: ...
    def get(self, key: str) -> bytes | None: ...


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
        visits: Visits,
        people: People,
        runs: Runs,
        blobs: Blobs,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
        entropy: Entropy,
    ) -> None:
        """Only this function's role can read `vault`."""
        self._draws = draws
        self._vault = vault
        self._frames = frames
        self._visits = visits
        self._people = people
        self._runs = runs
        self._blobs = blobs
        self._commit = commit
        self._rules = rules
        self._entropy = entropy

    def run(self, now: datetime) -> int:
        """Every draw that is due at `now`, in order; how many were drawn."""
        drawn = 0
        while self._next(now):
            drawn += 1
        return drawn

    def _next(self, now: datetime) -> bool:
        """One draw, if one is due and nobody else is at it."""
        draw = self._draws.latest()
        if draw is None:
            self._commit_first(now)
            return False
        if draw.due_at is None or draw.due_at > now:
            return False
        mark = self._runs.take("draw", draw.key, now, self._entropy.lease())
        if mark is None:
            return False
        try:
            frozen = self._frozen(draw, now) if draw.state == "committed" else draw
            self._drawn(frozen, now)
        except Stale:
            log.info("another run was faster", extra={"draw": draw.key})
            return False
        self._runs.finish(mark)
        return True

    def _commit_first(self, now: datetime) -> None:
        first = self._committed(draw_calendar.next_draw(now, self._rules), since=None)
        mail = _mail(first.key, "draw_committed", now)
        self._commit([first, mail], [])

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

    def _frozen(self, draw: Draw, now: datetime) -> Draw:
        """Freeze the frame: file, count and hash stand and are mailed before the secret opens."""
        lines = in_order(self._frames.lines(draw, self._draws.all()))
        frame = freeze(lines)
        text = "\n".join(frame_line(line) for line in lines)
        self._blobs.put(f"draws/{draw.key}/{frame.sha256}/frame.tsv", text.encode())
        frozen = replace(draw, state="frozen", frame_count=frame.count, frame_sha256=frame.sha256)
        self._commit([_mail(draw.key, "draw_frozen", now)], [frozen])
        return replace(frozen, version=frozen.version + 1)

    def _drawn(self, draw: Draw, now: datetime) -> None:
        lines = self._frame_of(draw)
        secret = self._vault.secret(draw.key)
        if secret is None:
            raise LookupError(f"the secret of {draw.key} is not in the vault")
        frame = freeze(lines)
        result = sampling.draw(
            frame,
            lines,
            secret,
            calls_per_week=self._rules.calls_per_week,
            min_per_unit=self._rules.min_per_unit,
            incidents={},
        )
        self._store_manifest(draw, frame, lines, secret, result)
        self._store_picks(draw, result)
        period = draw_calendar.next_draw(draw.due_at or now, self._rules)
        following = self._committed(period, since=draw.boundary or draw.since)
        drawn = replace(
            draw,
            state="drawn",
            drawn_at=now,
            over_capacity=result.over_capacity,
            quotas=result.quotas,
        )
        self._commit([following, _mail(draw.key, "draw_list", now)], [drawn])

    def _frame_of(self, draw: Draw) -> list[FrameLine]:
        content = self._blobs.get(f"draws/{draw.key}/{draw.frame_sha256}/frame.tsv")
        if content is None:
            raise LookupError(f"the frame of {draw.key} is not there")
        return [parse_frame_line(line) for line in content.decode().split("\n") if line]

    def _store_manifest(
        self,
        draw: Draw,
        frame: Frozen,
        lines: Sequence[FrameLine],
        secret: bytes,
        result: sampling.Drawn,
    ) -> None:
        """The manifest without what stays hidden until the reveal."""
        whole = manifest(
            draw.key,
            frame,
            lines,
            secret,
            result,
            calls_per_week=self._rules.calls_per_week,
            min_per_unit=self._rules.min_per_unit,
            incidents={},
        )
        text = json.dumps(redacted(whole), sort_keys=True, ensure_ascii=False)
        self._blobs.put(f"draws/{draw.key}/manifest.json", text.encode())

    def _store_picks(self, draw: Draw, result: sampling.Drawn) -> None:
        members = self._people.members()
        picks = assigned(self._located(draw, result.picks, reserve=False), members)
        self._draws.add_picks((*picks, *self._located(draw, result.reserve, reserve=True)))

    def _located(self, draw: Draw, picked: Iterable[Picked], *, reserve: bool) -> list[Pick]:
        """The picks with the months of their visits; ranks count within a unit."""
        ranks: Counter[str] = Counter()
        found = []
        for one in picked:
            ranks[one.unit] += 1
            key = self._visits.key_of(one.id)
            if key is None:
                raise LookupError(f"the visit {one.id} of {draw.key} is not there")
            rank = ranks[one.unit] + (RESERVE_FROM if reserve else 0)
            found.append(
                Pick(
                    draw.key,
                    one.unit,
                    rank,
                    one.id,
                    key.month,
                    one.stratum,
                    one.ticket,
                    one.why,
                    reserve=reserve,
                )
            )
        return found


def _mail(key: str, what: str, now: datetime) -> Effect:
    return Effect(f"draw~{key}~{what}", 0, "mail", what, now, {"draw": key})
