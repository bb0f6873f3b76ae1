"""What Twilio still has to do: a queue by the simulator's clock.

`inline`: jobs wait until `settle` runs them on the caller's thread, so that a seeded run is the
same each time; the clock settles at each instant, the simulator after each text and before each
look at a thread. `threaded`: a worker does them as they come, as Twilio would, and `settle` waits
for it.
"""

import heapq
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Literal

logger = logging.getLogger(__name__)

Mode = Literal["inline", "threaded"]
Job = Callable[[], None]


class Deliveries:
    """Jobs with the instant each is due; those of one instant run in the order they were put."""

    def __init__(self, now: Callable[[], datetime], mode: Mode) -> None:
        self._now = now
        self._mode = mode
        self._jobs: list[tuple[datetime, int, Job]] = []
        self._put = 0
        self._running = 0
        self._closed = False
        self._changed = threading.Condition()
        self._settling = threading.Lock()
        if mode == "threaded":
            threading.Thread(target=self._work, daemon=True).start()

    def put(self, job: Job, at: datetime | None = None) -> None:
        """Do `job` at `at`; without it as soon as possible."""
        due = at or self._now()
        with self._changed:
            self._put += 1
            heapq.heappush(self._jobs, (due, self._put, job))
            self._changed.notify_all()

    def next_after(self, instant: datetime) -> datetime | None:
        """The next instant after `instant` at which a job is due: a clock stops there."""
        with self._changed:
            return min((due for due, _, _ in self._jobs if due > instant), default=None)

    def settle(self) -> None:
        """Return when every job due by now is done."""
        if self._mode == "inline":
            with self._settling:
                while job := self._take():
                    self._do(job)
            return
        with self._changed:
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._closed or not (self._running or self._is_due()))

    def close(self) -> None:
        """End the worker; what waits is forgotten."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _is_due(self) -> bool:
        return bool(self._jobs) and self._jobs[0][0] <= self._now()

    def _take(self) -> Job | None:
        with self._changed:
            if not self._is_due():
                return None
            self._running += 1
            return heapq.heappop(self._jobs)[2]

    def _do(self, job: Job) -> None:
        try:
            job()
        except Exception:
            logger.exception("a delivery failed")
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _work(self) -> None:
        while not self._closed:
            if job := self._take():
                self._do(job)
                continue
            with self._changed:
                if not self._closed and not self._is_due():
                    self._changed.wait()
