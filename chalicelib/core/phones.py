"""A customer's number: which visit it is asked about and whether it wants to hear from us."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from chalicelib.core.signals import name_key
from chalicelib.core.visits import Conversation, Visit, VisitKey, asked_number


@dataclass(frozen=True, slots=True)
class Phone:
    """One number in E.164.

    `current` is the visit asked about last, `last` the visit completed last: a text answers the
    first, a complaint is about the second. `echoed` is another visit whose answer was told to this
    number at `echoed_at`. `waiting` is the oldest of those that wait for it (`core/waiting.py`).
    `names` are `name_entry`s of the customers visited under it.
    """

    number: str
    version: int = 0
    current: VisitKey | None = None
    last: VisitKey | None = None
    opted_out_at: datetime | None = None
    conversation: Conversation = field(default_factory=Conversation)
    echoed: VisitKey | None = None
    echoed_at: datetime | None = None
    waiting: VisitKey | None = None
    waiting_since: datetime | None = None
    names: tuple[str, ...] = ()


MOST_NAMES: Final = 16
"""Entries kept of one number: beyond two names of a year it is shared anyway."""

_YEAR: Final = 4


def name_entry(number: str, name: str, completed_at: datetime) -> str:
    """What is kept of a customer's name under a number: the year and a hash, "" of no name."""
    key = name_key(name)
    hashed = sha256(f"{number}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{completed_at.year:0{_YEAR}}{hashed}" if key else ""


def names_near(phone: Phone, completed_at: datetime) -> frozenset[str]:
    """The hashed names of the year before a visit and later: numbers get new owners in time."""
    first = f"{completed_at.year - 1:0{_YEAR}}"
    return frozenset(entry[_YEAR:] for entry in phone.names if entry[:_YEAR] >= first)


def is_of(phone: Phone, visit: Visit) -> bool:
    """Whether a text from the number may be about the visit: it was asked, or is the visit's now.

    A number that was replaced before anybody answered on it speaks for the visit no more.
    """
    return phone.number in (asked_number(visit), visit.facts.phone)


def talk_of(visit: Visit | None, phone: Phone) -> Conversation:
    """The conversation with a number: that of the visit it is asked about, else its own."""
    asked = visit is not None and visit.key == phone.current
    return visit.conversation if visit is not None and asked else phone.conversation
