"""The moved clock: a file with one instant, and the schedules that are due on the way.

`HUIFANG_NOW=file:PATH` makes the service read the same file at each request and tick. Time stands
still until someone moves it; a move goes through every due instant in order.
"""

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

NextAfter = Callable[[datetime], datetime | None]
"""An instant → the first instant strictly after it at which something is due, if there is one."""

Due = Callable[[datetime], datetime | None]
"""An instant → when the earliest work at or after it (or overdue) wants to be done, if any."""


class ClockError(ValueError):
    """An instant the clock can't take: unreadable, without a zone, or in the past."""


@dataclass(frozen=True)
class Schedule:
    """Something that runs at instants of its own."""

    name: str
    next_after: NextAfter
    run: Callable[[datetime], None]


@dataclass(frozen=True)
class Failure:
    """A run that raised; time went on, as it does when a deployed schedule fails."""

    schedule: str
    at: datetime
    error: str


@dataclass(frozen=True)
class Moved:
    """Where the clock stands after a move, how often each schedule ran, and which runs failed."""

    now: datetime
    runs: Mapping[str, int]
    failed: Sequence[Failure] = ()


def every(minutes: int, due: Due | None = None) -> NextAfter:
    """Whole multiples of `minutes` in UTC; with `due`, only the first of them at which work waits.

    >>> at = datetime(2026, 5, 4, 6, 52, tzinfo=UTC)
    >>> str(every(15)(at))
    '2026-05-04 07:00:00+00:00'
    """
    step = timedelta(minutes=minutes)

    def next_after(instant: datetime) -> datetime | None:
        first = EPOCH + ((instant - EPOCH) // step + 1) * step
        if due is None:
            return first
        wanted = due(instant)
        return None if wanted is None else max(first, EPOCH - ((EPOCH - wanted) // step) * step)

    return next_after


def read_instant(text: object) -> datetime:
    """An ISO instant with its zone, as UTC; ClockError says what is wrong with another."""
    if not isinstance(text, str):
        raise ClockError("the instant must be a text such as 2026-05-04T09:00:00+08:00")
    try:
        instant = datetime.fromisoformat(text.strip())
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ClockError(f"{text!r} is no ISO instant") from error
    raise ClockError(f"{text!r} has no zone: end it with Z or an offset such as +08:00")


class Clock:
    """The instant in `path` and the schedules that moving it runs, in the order attached."""

    def __init__(
        self, path: Path, schedules: Sequence[Schedule] = (), start: datetime | None = None
    ) -> None:
        """`start` is written where the file does not exist yet."""
        self._path = path
        self._schedules = list(schedules)
        self._settle: Callable[[], None] = lambda: None
        self._moving = threading.Lock()
        if start is not None and not path.exists():
            self._write(start)

    def attach(self, *schedules: Schedule) -> None:
        """Run these too, after those there are when both are due at one instant."""
        self._schedules.extend(schedules)

    def settle_with(self, settle: Callable[[], None]) -> None:
        """Call `settle` at each instant after its schedules ran, before time goes on."""
        self._settle = settle

    def now(self) -> datetime:
        """The instant in the file, in UTC."""
        return read_instant(self._path.read_text("utf-8"))

    def move(self, to: datetime) -> Moved:
        """Go to `to` through every due instant; ClockError where it lies before now.

        At each instant the file is written first, then the schedules due run in their order.
        """
        with self._moving:
            here = self.now()
            if to < here:
                raise ClockError(
                    f"the clock stands at {here.isoformat()} and never goes back to"
                    f" {to.isoformat()}"
                )
            self._settle()
            return self._run_until(here, to)

    def _run_until(self, here: datetime, to: datetime) -> Moved:
        runs: Counter[str] = Counter()
        failed: list[Failure] = []
        while due := self._due_next(here, to):
            here, schedules = due
            self._write(here)
            for schedule in schedules:
                runs[schedule.name] += 1
                failed += _run(schedule, here)
            self._settle()
        self._write(to)
        return Moved(to, dict(runs), tuple(failed))

    def _due_next(self, here: datetime, to: datetime) -> tuple[datetime, list[Schedule]] | None:
        nexts = [(schedule.next_after(here), schedule) for schedule in self._schedules]
        instants = [at for at, _ in nexts if at is not None and at <= to]
        if not instants:
            return None
        first = min(instants)
        return first, [schedule for at, schedule in nexts if at == first]

    def _write(self, instant: datetime) -> None:
        """Replace the file as a whole: a reader sees the old instant or the new one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(self._path.name + ".next")
        beside.write_text(instant.astimezone(UTC).isoformat() + "\n", "utf-8")
        os.replace(beside, self._path)


def _run(schedule: Schedule, at: datetime) -> list[Failure]:
    try:
        schedule.run(at)
    except Exception as error:
        logger.exception("schedule %s failed at %s", schedule.name, at.isoformat())
        return [Failure(schedule.name, at, f"{type(error).__name__}: {error}")]
    return []
