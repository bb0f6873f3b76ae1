"""Faults put between Twilio and the service: what goes wrong, where, how often.

`POST /faults` takes one fault, `GET /faults` lists those that still wait, and `{"clear": true}`
forgets them all:

    {"on": "status", "fault": "late", "times": 3, "seconds": 600, "number": "+8613800000001"}

- `on`: `sms` (a handset's text on its way to the service), `status` (a message's status callback),
  `voice` (asking for a TwiML document of a call), `recording` (a recording's status callback),
  `call_status` (a call's status callback), or `webhooks` for any; `create` (a message), `dial` (a
  call), `list`, `fetch`, `update`, `media` (the bytes of a recording), `delete` (the service's REST
  calls), or `rest` for any.
- `fault`, on a webhook:
  - `late` (not `voice`: a caller waits for it): it comes `seconds` later by the simulator's clock;
  - `twice`: the same request comes `copies` times (2), with `seconds` the further ones that much
    later;
  - `out of order` (not `voice`): it comes right after the next one of its kind, at the latest
    `seconds` later;
  - `lost`: it never comes; a text then stands in Twilio's list only, a caller hears an application
    error;
  - `absent` (`recording` only): Twilio keeps nothing; where nothing was said the action is not
    asked for either, and the document goes on;
  - `429`, `500`, `timeout`: one attempt fails so. Twilio repeats it as the URL's `#rc=…&rp=…`
    says, and each attempt takes a fault of its own: `"fault": "500", "times": 2` fails twice and
    then comes through.
- `fault`, on a REST call:
  - `late` (`create` and `dial`): taken at once, but what was asked for happens `seconds` later;
  - `lost`: the connection ends without an answer;
  - `429`: refused, never processed;
  - `500`: a 500;
  - `timeout`: no answer until the client gives up, at most `seconds` real ones.
- `times`: how often (1); null means until cleared.
- `when`: of `429`, `500`, `timeout` and REST's `lost`: `before` (default; the other side never saw
  it) or `after` (it was processed and only the answer got lost). REST's `429` is always `before`.
- `number`: only for this handset. `seconds` defaults to 300 for a wait on the clock, 30 for a hang.
"""

import threading
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

WEBHOOKS: Final = frozenset({"sms", "status", "voice", "recording", "call_status"})
UNAWAITED: Final = WEBHOOKS - {"voice"}
REST: Final = frozenset({"create", "dial", "list", "fetch", "update", "media", "delete"})

PLACES: Final[Mapping[str, Set[str]]] = {
    **{place: {place} for place in WEBHOOKS | REST},
    "webhooks": WEBHOOKS,
    "rest": REST,
}
"""What `on` may say → the kinds of traffic it means."""

KINDS: Final[Mapping[str, Set[str]]] = {
    "late": UNAWAITED | {"create", "dial"},
    "twice": WEBHOOKS,
    "out_of_order": UNAWAITED,
    "absent": {"recording"},
    "lost": WEBHOOKS | REST,
    "429": WEBHOOKS | REST,
    "500": WEBHOOKS | REST,
    "timeout": WEBHOOKS | REST,
}
"""A fault → the kinds of traffic it can happen to."""

MAX_COPIES: Final = 100

MAX_WAIT: Final = 366 * 24 * 3600
"""Seconds: a webhook a year late is late enough."""


class FaultError(ValueError):
    """A fault that can't be put in: the sentence says why."""


@dataclass(frozen=True)
class Fault:
    """One rule; `times` None never runs out, `number` None means every handset."""

    on: str
    fault: str
    times: int | None = 1
    seconds: int | None = None
    copies: int = 2
    when: str = "before"
    number: str | None = None

    def wait(self, default: int) -> int:
        return default if self.seconds is None else self.seconds


class Faults:
    """The faults that wait to happen, in the order they were put in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def put(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> Sequence[Fault]:
        with self._lock:
            return list(self._waiting)

    def take(self, place: str, number: str, kinds: Set[str] = KINDS.keys()) -> Fault | None:
        """The first fault that hits this traffic now, counted down; None when all goes well."""
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.fault in kinds and _hits(fault, place, number):
                    self._waiting[index : index + 1] = _counted_down(fault)
                    return fault
        return None


def _hits(fault: Fault, place: str, number: str) -> bool:
    here = place in PLACES[fault.on] and place in KINDS[fault.fault]
    return here and fault.number in {None, number}


def _counted_down(fault: Fault) -> list[Fault]:
    if fault.times is None:
        return [fault]
    return [replace(fault, times=fault.times - 1)] if fault.times > 1 else []


def read_fault(row: Mapping[str, Any]) -> Fault:
    """A fault as `POST /faults` takes it; FaultError says what it doesn't understand."""
    unknown = sorted(set(row) - set(asdict(Fault("", ""))))
    if unknown:
        raise FaultError(f"unknown key {unknown[0]!r}")
    fault = Fault(**{**row, "on": str(row.get("on")), "fault": _kind(row.get("fault"))})
    for holds, sentence in _rules(fault):
        if not holds:
            raise FaultError(sentence)
    if not PLACES[fault.on] & KINDS[fault.fault]:
        raise FaultError(f"{fault.fault!r} can't happen on {fault.on!r}")
    return fault


def _kind(name: object) -> str:
    return str(name).replace(" ", "_")


def _rules(fault: Fault) -> list[tuple[bool, str]]:
    return [
        (fault.on in PLACES, f"'on' must be one of {', '.join(sorted(PLACES))}"),
        (fault.fault in KINDS, f"'fault' must be one of {', '.join(KINDS)}"),
        (fault.times is None or _is_count(fault.times, 1), "'times' must be 1 or more, or null"),
        (
            fault.seconds is None or (_is_count(fault.seconds, 0) and fault.seconds <= MAX_WAIT),
            f"'seconds' must be 0 to {MAX_WAIT}",
        ),
        (
            _is_count(fault.copies, 2) and fault.copies <= MAX_COPIES,
            f"'copies' must be 2 to {MAX_COPIES}",
        ),
        (fault.when in {"before", "after"}, "'when' must be before or after"),
        (fault.number is None or isinstance(fault.number, str), "'number' must be a text"),
    ]


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
