"""The handsets: what the network does with a text to each, set by whoever runs the simulator.

`POST /handsets/<E.164> {"delivery": "undelivered", "error_code": 30003}` sets one, `GET` reads it.
"""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

STATUSES: Final[Mapping[str, tuple[str, ...]]] = {
    "delivered": ("queued", "sent", "delivered"),
    "undelivered": ("queued", "sent", "undelivered"),
    "failed": ("queued", "failed"),
    "sent": ("queued", "sent"),
}
"""How a delivery ends → the statuses on the way, each with its callback; `sent`: no receipt."""

ERROR_CODES: Final[Mapping[str, int]] = {"undelivered": 30003, "failed": 30008}
"""A failing end → Twilio's code for it, unless the handset has its own."""


class HandsetError(ValueError):
    """A handset that can't be: the sentence says why."""


@dataclass(frozen=True)
class Handset:
    """One handset. `refused_with`: the code with which Twilio refuses a message to it at once;
    `opted_out` is the same as 21610. `error_code` goes with a delivery that fails.
    """

    number: str
    delivery: str = "delivered"
    error_code: int | None = None
    refused_with: int | None = None
    opted_out: bool = False

    @property
    def refusal(self) -> int | None:
        return 21610 if self.opted_out else self.refused_with

    @property
    def failure(self) -> int | None:
        """The code of a delivery that fails; None when it does not."""
        usual = ERROR_CODES.get(self.delivery)
        return None if usual is None else self.error_code or usual


class Handsets:
    """Every handset there is: those nobody set are switched on and take everything."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set: dict[str, Handset] = {}

    def find(self, number: str) -> Handset:
        with self._lock:
            return self._set.get(number, Handset(number))

    def change(self, number: str, changes: Mapping[str, Any]) -> Handset:
        """The handset with these facts changed; HandsetError on an unknown or wrong one."""
        with self._lock:
            before = asdict(self._set.get(number, Handset(number)))
            wrong = [key for key, value in changes.items() if not _allowed(key, value)]
            if wrong:
                raise HandsetError(f"{wrong[0]!r} can't be {changes[wrong[0]]!r}")
            self._set[number] = Handset(**{**before, **changes})
            return self._set[number]


def _allowed(key: str, value: object) -> bool:
    if key == "delivery":
        return isinstance(value, str) and value in STATUSES
    if key in {"error_code", "refused_with"}:
        return value is None or (isinstance(value, int) and not isinstance(value, bool))
    return key == "opted_out" and isinstance(value, bool)
