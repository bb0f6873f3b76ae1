"""What a form on the web came from: enough to see two of a day alike, and nothing for longer.

A device is known by a hash of its address and browser, made with a random salt that lives for a
day and a half. Afterwards nobody can find out what was hashed. There is no cookie.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, NamedTuple

SALT_LIFE: Final = timedelta(hours=36)
"""A salt is for one day of the organisation; its row goes soon after."""

KEPT: Final = timedelta(days=60)
"""Forms are found by their device until long after the frames that look for them."""

LONGEST_AGENT: Final = 500


class Origin(NamedTuple):
    """Where a request came from: its address and what its browser calls itself."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class DaySalt:
    """The salt of one day (ISO) of the organisation."""

    day: str
    salt: str
    ends: datetime


@dataclass(frozen=True, slots=True)
class DeviceForm:
    """A form of a visit that came from a device; `source` identifies the act.

    `customer` tells one customer's visits from another's, "" where the visit has no phone.
    """

    device: str
    at: datetime
    source: str
    visit_id: str
    customer: str


def household(address: str) -> str:
    """The address, of IPv6 the 64 bits that one household or phone has; any text as it is.

    >>> household("203.0.113.7"), household("2001:db8::1"), household("+85251230001")
    ('203.0.113.7', '2001:db8::/64', '+85251230001')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return (
        str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address
    )


def device_of(origin: Origin, salt: str) -> str:
    """The device of an origin on the day of `salt`; "" where no address is known."""
    if not origin.address:
        return ""
    made_of = "\n".join((salt, household(origin.address), origin.agent[:LONGEST_AGENT]))
    return sha256(made_of.encode("utf-8", "replace")).hexdigest()[:24]


def customer_of(device: str, phone: str) -> str:
    """What stands for a customer's phone beside a device, "" for none."""
    return sha256(f"{device}\n{phone}".encode()).hexdigest()[:16] if phone else ""


def is_anothers(form: DeviceForm, visit_id: str, customer: str) -> bool:
    """Whether a form is of another customer's visit: one may grade two jobs of his own at once."""
    return form.visit_id != visit_id and (not customer or form.customer != customer)
