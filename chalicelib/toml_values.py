"""Values of a TOML file, each read by its type, and the line on which a wrong one stands."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

Place = tuple[str | int, ...]
"""Where a value stands: keys and, in lists, indices from 0."""

Reader = Callable[[object], Any]
"""A value of the file → the value meant, or Flaw."""

LARGEST: Final = 10**9
"""No amount or number of anything is larger; beyond it a digit was typed twice."""


class Flaw(Exception):
    """What is wrong with a value, and where it stands below the value that was read."""

    def __init__(self, reason: str, place: Place = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place

    def __str__(self) -> str:
        keys = [_key(step) if isinstance(step, str) else f"[{step + 1}]" for step in self.place]
        return f"{'.'.join(keys).replace('.[', '[')}: {self.reason}" if keys else self.reason


# Where a value stands in the file


def line_of(toml: str, place: Place) -> int:
    """The line on which the value at `place` begins to be there; its table's if it is missing.

    tomllib tells no lines, so the file is read up to each line in turn, an open list or string
    closed behind it. That is slow, and happens only before the program stops.
    """
    lines = toml.split("\n")
    for length in range(len(place), 0, -1):
        for count in range(1, len(lines) + 1):
            if _reaches(_beginning("\n".join(lines[:count])), place[:length]):
                return count
    return 1


def _beginning(toml: str) -> object:
    for closing in ("", "\n]", '\n"""', "\n'''"):
        try:
            return tomllib.loads(toml + closing)
        except ValueError:
            continue
    return None


def _reaches(value: object, place: Place) -> bool:
    if not place:
        return True
    step, below = place[0], place[1:]
    if isinstance(value, dict) and step in value:
        return _reaches(value[step], below)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return _reaches(value[step], below)
    return False


def syntax_line(error: Exception, toml: str) -> int:
    """The line that tomllib's `error` names; the last one where it names none."""
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else len(toml.rstrip("\n").split("\n"))


# Readers: one for each type of value


def at(step: str | int, reader: Reader) -> Reader:
    """`reader` for the value at `step`: its flaws say so."""

    def read(value: object) -> object:
        try:
            return reader(value)
        except Flaw as flaw:
            raise Flaw(flaw.reason, (step, *flaw.place)) from None

    return read


def whole(low: int, high: int = LARGEST) -> Reader:
    """A whole number from `low` to `high`; neither true nor 5.0 is one."""

    def read(value: object) -> int:
        if type(value) is not int:
            raise Flaw(f"must be a whole number, is {_shown(value)}")
        if not low <= value <= high:
            raise Flaw(f"must be from {low} to {high}, is {value}")
        return value

    return read


def text(pattern: str, meant: str) -> Reader:
    """A text that matches `pattern` as a whole; `meant` says it in words."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise Flaw(f"must be {meant}, is {_shown(value)}")
        return value

    return read


def one_of(words: Iterable[str]) -> Reader:
    """One of `words`."""

    words = tuple(words)
    return text("|".join(words), "one of " + ", ".join(f'"{word}"' for word in words))


def yes_or_no(value: object) -> bool:
    """True or false, nothing that stands for them."""

    if not isinstance(value, bool):
        raise Flaw(f"must be true or false, is {_shown(value)}")
    return value


def zone(value: object) -> str:
    """The IANA name of a time zone that this machine knows."""

    try:
        return ZoneInfo(value if isinstance(value, str) else "").key
    except (KeyError, ValueError, OSError):
        raise Flaw(f"must be a time zone such as Asia/Shanghai, is {_shown(value)}") from None


def time_of_day(value: object) -> time:
    """A text "HH:MM"."""

    clock = text(r"([01][0-9]|2[0-3]):[0-5][0-9]", 'a time of day such as "09:00"')(value)
    return time.fromisoformat(clock)


def day(value: object) -> date:
    """A day, written as TOML's date or as the same in quotes."""

    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Flaw(f"must be a day such as 2026-10-01, is {_shown(value)}")
    return value


def list_of(reader: Reader, shortest: int = 0) -> Reader:
    """A list of at least `shortest` values, none of them twice."""

    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Flaw(f"must be a list, is {_shown(value)}")
        if len(value) < shortest:
            raise Flaw("must not be empty")
        found = [at(index, reader)(one) for index, one in enumerate(value)]
        for index, one in enumerate(found):
            if one in found[:index]:
                raise Flaw(f"stands here twice: {_shown(value[index])}", (index,))
        return tuple(found)

    return read


def hours(value: object) -> tuple[time, time]:
    """Two times of day, from and to, on one day."""

    times = list_of(time_of_day)(value)
    if len(times) != 2 or times[0] >= times[1]:
        raise Flaw(f'must be two times, the earlier first, as ["09:00", "18:00"]: {_shown(value)}')
    return times[0], times[1]


def table(
    readers: Mapping[str, Reader],
    make: Callable[..., Any] = dict,
    optional: Sequence[str] = (),
    renamed: Mapping[str, str] | None = None,
) -> Reader:
    """A table with all keys of `readers` but the `optional` ones, and no others.

    `make` gets the values by key, or by what the key is `renamed` to.
    """

    def read(value: object) -> object:
        if not isinstance(value, dict):
            raise Flaw(f"must be a table, is {_shown(value)}")
        for key in value:
            if key not in readers:
                raise Flaw("unknown key", (key,))
        for key in readers:
            if key not in value and key not in optional:
                raise Flaw(f"{key} is missing")
        found = {key: at(key, readers[key])(one) for key, one in value.items()}
        return make(**{(renamed or {}).get(key, key): one for key, one in found.items()})

    return read


def _shown(value: object) -> str:
    """A value as the file writes it, on one line."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _key(key: str) -> str:
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else _shown(key)
