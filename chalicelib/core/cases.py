"""Cases: what a customer brought to us, numbered at once, with every step an event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

KINDS: Final = (
    "unread", "complaint", "suggestion", "praise", "enquiry", "repair_request", "empty",
)  # fmt: skip
CHANNELS: Final = ("hotline", "sms", "web", "desk", "call")
CATEGORIES: Final = (
    "timeliness", "quality", "attitude", "price", "parts", "conduct", "safety", "other",
)  # fmt: skip
STATES: Final = ("received", "forwarded", "answered", "confirmed", "reopened", "closed")
STANDINGS: Final = ("counts", "duplicate", "out_of_scope")
STAGES: Final = ("unboxing", "in_warranty", "out_of_warranty")
CONTACTS: Final = ("unit", "supervision", "anonymous")
"""Who may contact the customer: the unit too, only supervision, nobody."""

ONLY_SUPERVISION: Final = ("attitude", "conduct", "safety")
"""Categories in which the unit learns name and number only if the customer says so."""

_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Digits and capitals without 0, 1, I and O: 32 of them, 40 bits in eight."""

_DAMM: Final = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
"""The quasigroup of H. M. Damm (2004): catches every single wrong digit and every swap."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands now; `text` is what the customer wrote, `summary` what the unit reads.

    `code_sha256` proves a query code (see `code_hash`), `recording` is a key in the blob store,
    `call` the provider's id of the call that it came by. The unit knows the case by `reference`
    alone. `owner` is the mail address of the one member who sees it through, `promised` the day
    (ISO) that the customer was told, `repeats` how often the trouble came back after the end,
    `duplicates` the numbers of cases set aside for this one, and `due_at` when the earliest of its
    clocks runs out. `contact_said`: the customer chose `contact` himself.
    """

    number: str
    received_at: datetime
    month: str
    channel: str
    unit: str = ""
    visit_id: str = ""
    phone: str = ""
    text: str = ""
    language: str = "zh"
    kind: str = "unread"
    severity: str = "minor"
    standing: str = "counts"
    state: str = "received"
    events: int = 0
    version: int = 0
    category: str = ""
    contact: str = "supervision"
    contact_said: bool = False
    customer_name: str = ""
    code_sha256: str = ""
    recording: str = ""
    call: str = ""
    reference: str = ""
    owner: str = ""
    stage: str = ""
    summary: str = ""
    promised: str = ""
    repeats: int = 0
    duplicate_of: str = ""
    duplicates: tuple[str, ...] = ()
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One step in the life of a case; never changed, never removed."""

    case: str
    sequence: int
    at: datetime
    what: str
    by: str
    via: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseName:
    """Which case a unit calls by this reference."""

    reference: str
    case: str


def default_contact(category: str) -> str:
    """Who may contact a customer who has not said: the unit, unless it is about its people."""
    return "supervision" if category in ("", *ONLY_SUPERVISION) else "unit"


def query_code(random_number: int) -> str:
    """Six digits with which a customer asks about his case from any phone or page."""
    return f"{random_number % 1_000_000:06d}"


def unit_reference(random_number: int) -> str:
    """What the unit calls a case: eight signs that nobody mistakes, and that say nothing.

    >>> unit_reference(0), unit_reference(2**40 - 1)
    ('2222-2222', 'ZZZZ-ZZZZ')
    """
    signs = ""
    for _ in range(8):
        random_number, sign = divmod(random_number, len(_SIGNS))
        signs += _SIGNS[sign]
    return f"{signs[:4]}-{signs[4:]}"


def is_reference(text: str) -> bool:
    """Whether `text` has the form of a unit's reference."""
    plain = text.replace("-", "")
    return f"{plain[:4]}-{plain[4:]}" == text and len(plain) == 8 and set(plain) <= set(_SIGNS)


def code_hash(number: str, code: str) -> str:
    """What is stored of a query code."""
    return sha256(f"{number}:{code}".encode()).hexdigest()


def check_digit(digits: str) -> str:
    """The Damm check digit of `digits`.

    >>> check_digit("572")
    '4'
    """
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def case_number(random_number: int) -> str:
    """Nine digits from a random number: eight, the first not 0, and their check digit."""
    digits = str(10_000_000 + random_number % 90_000_000)
    return digits + check_digit(digits)


def is_case_number(text: str) -> bool:
    """Whether `text` is nine ASCII digits whose check digit is right."""
    return len(text) == 9 and text.isascii() and text.isdigit() and check_digit(text) == "0"
