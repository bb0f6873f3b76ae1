"""How phones take calls: who answers when and says what, who is busy, who does not pick up.

`POST /handsets/<E.164>/answering` takes the ways of the next calls, one each, the last of them for
every further call as well; `GET` lists those still to come:

    {"answering": ["busy", {"after": 8, "script": ["1", "speak:40", "hangup"]}, "no-answer"]}

- `"busy"`, `"no-answer"`, `"failed"` (no such number): nobody takes that call;
- `{"after", "script"}`: somebody takes it after `after` seconds of ringing (3), unless the caller
  or Twilio gives up before, and does what `script.py` describes; without a script he talks for 30
  seconds. Where he is asked something first (the url of a Number, a call made over REST) his keys
  are for that, and what is left of the script for the person he then speaks to.

A phone nobody told anything does not pick up: answering is somebody's act.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tools.phone.script import Act, read_script

OUTCOMES: Final = frozenset({"busy", "no-answer", "failed"})

RING_S: Final = 3
TALK: Final = ("speak:30",)
MAX_RING_S: Final = 600

RINGS_FOR: Final[Mapping[str, int]] = {"busy": 1, "failed": 0}
"""Seconds until it is clear that nobody will answer; else as long as it is left to ring."""


class AnsweringError(ValueError):
    """A way of answering that can't be: the sentence says why."""


@dataclass(frozen=True)
class Pickup:
    """How one call is taken: `outcome` "answered" after `after` seconds, or why it is not."""

    outcome: str = "answered"
    after: int = RING_S
    script: tuple[Act, ...] = read_script(TALK)

    def decided_after(self, patience: int) -> tuple[str, int]:
        """What came of ringing for at most `patience` seconds, and after how many it was clear."""
        if self.outcome == "answered":
            is_in_time = self.after <= patience
            return ("answered", self.after) if is_in_time else ("no-answer", patience)
        return self.outcome, min(RINGS_FOR.get(self.outcome, patience), patience)


NOBODY: Final = Pickup("no-answer")


class Answering:
    """The ways set, by number."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming: dict[str, list[Pickup]] = {}

    def put(self, number: str, pickups: Sequence[Pickup]) -> None:
        """Take the next calls so, one each, the last one for all that follow; none: nobody."""
        with self._lock:
            self._coming[number] = list(pickups)

    def take(self, number: str) -> Pickup:
        """How this phone takes the call that rings now."""
        with self._lock:
            coming = self._coming.get(number) or [NOBODY]
            return coming.pop(0) if len(coming) > 1 else coming[0]

    def coming(self, number: str) -> Sequence[Pickup]:
        with self._lock:
            return list(self._coming.get(number, []))


def read_answering(row: Mapping[str, Any]) -> list[Pickup]:
    """What `POST …/answering` takes; AnsweringError or ScriptError says what it can't be."""
    ways = row.get("answering")
    if not isinstance(ways, list) or set(row) != {"answering"}:
        raise AnsweringError('say {"answering": [way, …]}')
    return [_read(way) for way in ways]


def _read(way: object) -> Pickup:
    if isinstance(way, str) and way in OUTCOMES:
        return Pickup(way)
    if not isinstance(way, dict) or set(way) - {"after", "script"}:
        raise AnsweringError(
            f'{way!r} is no way to answer: {", ".join(sorted(OUTCOMES))}, or {{"after", "script"}}'
        )
    after, script = way.get("after", RING_S), way.get("script", list(TALK))
    if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after <= MAX_RING_S:
        raise AnsweringError(f"'after' must be 0 to {MAX_RING_S} seconds")
    if not isinstance(script, list):
        raise AnsweringError("'script' must be a list of acts")
    return Pickup("answered", after, read_script(script))


def pickup_json(pickup: Pickup) -> object:
    """A way as it can be set again."""
    if pickup.outcome != "answered":
        return pickup.outcome
    return {"after": pickup.after, "script": [act.text for act in pickup.script]}
