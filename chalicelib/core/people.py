"""Units and the people around them."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

ROLES: Final = ("supervisor", "lead", "hr", "auditor", "admin")
MAIL: Final = re.compile(
    r"(?!.*=\?)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,188}[A-Za-z0-9])?"
)
"""One plain mail address: no name, no second address, and no encoded word that hides one."""

SCOPES: Final = ("visits:write", "visits:read", "assessments:read", "units:write")


@dataclass(frozen=True, slots=True)
class Unit:
    """An after-sales unit; `language` is the one its notices are written in.

    `since` is its first month: before it there is nothing to assess.
    """

    unit_id: str
    name: str
    manager_email: str = ""
    language: str = "zh"
    since: str = ""


@dataclass(frozen=True, slots=True)
class Technician:
    """A technician of a unit, named as the uploads name him."""

    unit: str
    name: str
    phone: str = ""


def technician_code(unit: str, name: str) -> str:
    """What stands for a technician in facts files and documents: ten hex digits, no name.

    >>> technician_code("U1", "Li Wei")
    '1954c619c5'
    """
    return sha256(f"{unit}\t{name}".encode("utf-8", "surrogatepass")).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of supervision, HR or audit; `recusals` are units he never judges."""

    name: str
    mail: str
    role: str
    phone: str = ""
    language: str = "zh"
    recusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What a bearer token may do; `unit` "" is bound to none. Only the token's hash is kept."""

    sha256: str
    scopes: tuple[str, ...]
    unit: str = ""
