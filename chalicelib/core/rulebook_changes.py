"""What changed in the rulebook since it was last looked at (DESIGN 2: told the day it is seen)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time
from typing import Final, NamedTuple

from chalicelib.core.rules import Rulebook, Tier

_ABSENT: Final = "-"
"""The value of a key that the other rulebook does not have."""


@dataclass(frozen=True, slots=True)
class RulebookSeen:
    """The rulebook as it was when the program first ran by it; `keys` are its values as text."""

    sha256: str
    seen_at: datetime
    keys: Mapping[str, str] = field(default_factory=dict)
    version: int = 0


class Change(NamedTuple):
    """A key of the rulebook that has another value."""

    key: str
    before: str
    after: str


def seen(rules: Rulebook, now: datetime, version: int = 0) -> RulebookSeen:
    """What is kept of the rulebook, in the place of the one last seen (its `version`)."""
    return RulebookSeen(rules.sha256, now, keys_of(rules), version)


def keys_of(rules: Rulebook) -> dict[str, str]:
    """Every key but the hash with its value as text; one in a table is `clocks.forward_h`."""
    found = _flat("", rules)
    del found["sha256"]
    return found


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """The keys whose values differ, sorted; of lists only what came and what went."""
    keys = sorted({*before, *after})
    return [
        _change(key, before.get(key, _ABSENT), after.get(key, _ABSENT))
        for key in keys
        if before.get(key) != after.get(key)
    ]


def _flat(prefix: str, value: object) -> dict[str, str]:
    if not is_dataclass(value) or isinstance(value, Tier):
        return {prefix: _text(value)}
    found: dict[str, str] = {}
    for each in fields(value):
        name = f"{prefix}.{each.name}" if prefix else each.name
        found |= _flat(name, getattr(value, each.name))
    return found


def _text(value: object) -> str:
    if isinstance(value, frozenset):
        return _joined(sorted(value))
    if isinstance(value, tuple):
        return _joined(value)
    if isinstance(value, Tier):
        return f"{value.name}: {value.amount}"
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _joined(values: Iterable[object]) -> str:
    return _SEPARATOR.join(_text(value) for value in values)


_SEPARATOR: Final = ", "


def _change(key: str, before: str, after: str) -> Change:
    """A change; where most of a list stayed only its other entries are named."""
    was, became = before.split(_SEPARATOR), after.split(_SEPARATOR)
    stayed = set(was) & set(became)
    if not stayed:
        return Change(key, before, after)
    went = [each for each in was if each not in stayed]
    came = [each for each in became if each not in stayed]
    if not went and not came:
        return Change(key, before, after)
    return Change(key, *(_SEPARATOR.join(found) or _ABSENT for found in (went, came)))
