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
CONTACTS: Final = ("unit", "supervision", "anonymous")
"""Who may contact the customer: the unit too, only supervision, nobody."""

ONLY_SUPERVISION: Final = ("attitude", "conduct", "safety")
"""Categories in which the unit learns name and number only if the customer says so."""

_DAMM: Final = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
"""The quasigroup of H. M. Damm (2004): catches every single wrong digit and every swap."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands now; `text` is what the customer wrote.

    `code_sha256` proves a query code (see `code_hash`), `recording` is a key in the blob store,
    `call` the provider's id of the call that it came by.
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
    customer_name: str = ""
    code_sha256: str = ""
    recording: str = ""
    call: str = ""


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


def default_contact(category: str) -> str:
    """Who may contact a customer who has not said: the unit, unless it is about its people."""
    return "supervision" if category in ("", *ONLY_SUPERVISION) else "unit"


def query_code(random_number: int) -> str:
    """Six digits with which a customer asks about his case from any phone or page."""
    return f"{random_number % 1_000_000:06d}"


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
