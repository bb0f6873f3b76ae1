"""What the hotline says and asks next: one document of lines and one act."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said: its id in the catalogue without "voice.", and the values put into it.

    `language` is that of the call unless named.
    """

    code: str
    values: Mapping[str, str] = field(default_factory=dict)
    language: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """The lines can be cut short by keys; at most `digits` of them go to `step`.

    `ends_with` is the key that ends a longer entry. Silence goes to the step too, unless
    `farewell` is said to it, after which we hang up.
    """

    step: str
    turn: int
    digits: int = 1
    ends_with: str = ""
    farewell: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A beep, then what the caller says; with `turn` of `recorded`, and of `unheard` if nothing."""

    turn: int


@dataclass(frozen=True, slots=True)
class Ring:
    """Phones rung at once for `seconds`; how it ended goes to `step`.

    Where that is "" the call ends with it, after the `farewell`. With `asks`, who picks up has to
    say by a key that somebody is there, at the step of that name. With `tells` the provider tells
    that step how the call of each phone ended.
    """

    numbers: tuple[str, ...]
    seconds: int
    step: str = ""
    turn: int = 0
    farewell: tuple[Line, ...] = ()
    asks: str = ""
    tells: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing more is said: who picked up is connected, or nobody is there any more."""


@dataclass(frozen=True, slots=True)
class End:
    """We hang up."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is said, after `pause` seconds of silence, and what then happens."""

    lines: tuple[Line, ...] = ()
    act: Ask | Record | Ring | Nothing | End = End()
    pause: int = 0
