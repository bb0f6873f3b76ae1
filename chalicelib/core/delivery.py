"""What the provider says about a text: its answer to sending, and the status afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

RANKS: Final[Mapping[str, int]] = {
    "accepted": 1, "scheduled": 1, "queued": 1, "sending": 2, "sent": 3,
    "undelivered": 4, "failed": 4, "delivered": 5, "read": 6,
}  # fmt: skip
"""Status callbacks come in any order: only a higher rank is news (Twilio's message status). Of
several texts about one visit the one that arrived decides whether the customer was reached."""

FAILED: Final = ("undelivered", "failed")

SUPPRESSED: Final = 21610
"""The recipient has replied STOP to the provider."""

PERMANENT: Final = frozenset({21211, 21408, 21614, 21635, 30004, 30005, 30006})
"""Errors that speak of the number: it cannot be texted, now or later."""

TRANSIENT: Final = frozenset({30001, 30003, 30008, 30036})
"""Errors worth one more attempt: queue full, phone off, unknown, still waiting when the sending
hours ended (Twilio's error dictionary)."""

ALARM: Final = frozenset({20003, 20404, 21606, 21603, 30007, 30034})
"""Errors that speak of our account or sender: nobody's number is at fault, an operator is."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took the text."""

    sid: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider certainly did not take the text; `code` is its error."""

    code: int


@dataclass(frozen=True, slots=True)
class TooMany:
    """The provider did not process the request; try later."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """Nobody knows whether the text was taken: a timeout or a server error."""


Outcome = Sent | Refused | TooMany | Unsure
