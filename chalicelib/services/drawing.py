"""Runs the draws: commit, freeze, draw, store, plan the mails, commit the next one.

A draw's own state says how far it has come; a crash anywhere goes on to the same picks. No step is
taken before the mail about the step before it has left: the commitment before the frame is known,
the frame's hash before the secret is opened.
"""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol

from chalicelib.core import draw_calendar, sampling
from chalicelib.core.draw_calendar import DrawPeriod
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.effects import Effect
from chalicelib.core.frame import FrameLine, frame_line, freeze, in_order, parse_frame_line
from chalicelib.core.manifest import manifest, redacted
from chalicelib.core.people import Member
from chalicelib.core.rules import Rulebook
from chalicelib.core.runs import RunMark
from chalicelib.core.saving import AlreadyThere, Stale
from chalicelib.core.tickets import commitment
from chalicelib.services import picks

log = logging.getLogger(__name__)


class People(Protocol):
    def members(self) -> list[Member]: ...


class Frames(Protocol):
    def lines(self, draw: Draw, earlier: Sequence[Draw]) -> Iterable[FrameLine]: ...


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


class Blobs(Protocol):
    def put(self, key: str, content: bytes) -> None: ...
    def get(self, key: str) -> bytes | None: ...


class TamperedError(Exception):
    """What lies in the bucket or the vault is not what was mailed: nothing is drawn from it."""


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
        self._effects = effects
        self._runs = runs
        self._blobs = blobs
        self._commit = commit
        self._rules = rules
        self._entropy = entropy

    def run(self, now: datetime) -> int:
        """Every step that may be taken at `now`, in order; how many draws were drawn."""
        drawn = 0
        while state := self._step(now):
            drawn += state == "drawn"
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
        lines = in_order(self._frames.lines(draw, earlier))
        frame = freeze(lines)
        text = "\n".join(frame_line(line) for line in lines)
        self._blobs.put(f"draws/{draw.key}/{frame.sha256}/frame.tsv", text.encode())
        frozen = replace(
            draw,
            state="frozen",
            frame_count=frame.count,
            frame_sha256=frame.sha256,
            calls_per_week=self._rules.calls_per_week,
            min_per_unit=self._rules.min_per_unit,
        )
        self._commit([_mail(draw.key, "draw_frozen", draw.frozen_at)], [frozen])

    def _draw(self, draw: Draw, now: datetime) -> None:
        """Open the secret and draw; picks first, so that the list is whole when it is mailed."""
        lines = self._frame_of(draw)
        result = self._result(draw, lines, self._secret_of(draw))
        self._draws.add_picks(picks.stored(draw, result, self._visits, self._people.members()))
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
        if sha256(content).hexdigest() != draw.frame_sha256:
            raise TamperedError(f"the file of {draw.key} is not the frame that was frozen")
        return [parse_frame_line(line) for line in content.decode().split("\n") if line]

    def _secret_of(self, draw: Draw) -> bytes:
        secret = self._vault.secret(draw.key)
        if secret is None:
            raise LookupError(f"the secret of {draw.key} is not in the vault")
        if commitment(secret) != draw.commitment:
            raise TamperedError(f"the secret of {draw.key} is not the one committed to")
        return secret

    def _result(self, draw: Draw, lines: Sequence[FrameLine], secret: bytes) -> sampling.Drawn:
        """What the secret draws; its manifest is kept without what stays hidden for now."""
        frame = freeze(lines)
        numbers: dict[str, Any] = {
            "calls_per_week": draw.calls_per_week,
            "min_per_unit": draw.min_per_unit,
            "incidents": {},
        }
        result = sampling.draw(frame, lines, secret, **numbers)
        whole = manifest(draw.key, frame, lines, secret, result, **numbers)
        text = json.dumps(redacted(whole), sort_keys=True, ensure_ascii=False)
        self._blobs.put(f"draws/{draw.key}/manifest.json", text.encode())
        return result


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
