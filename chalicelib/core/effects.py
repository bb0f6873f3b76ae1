"""Effects: what is to be done outside, stored with the decision and carried out later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.core.visits import Outbox


@dataclass(frozen=True, slots=True)
class Effect:
    """One mail or text to send (`kind` "mail" | "sms"), or one entry of the call list ("call").

    `cause` and `number` identify it, so that the same decision never plans it twice. Once it is
    carried out or given up it is due no more. A text draws on a daily `budget`: "receipts",
    "sign_in", or "typed_in" where nobody has proved that the number is his.
    """

    cause: str
    number: int
    kind: str
    what: str
    due_at: datetime | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
    outbox: Outbox = field(default_factory=lambda: Outbox(message=""))
    budget: str = "receipts"
