"""A text as it came in, kept whole, with the answer it got."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InboundText:
    """One text from a customer; `answer` is the body of our response, repeated to every copy."""

    number: str
    message_id: str
    received_at: datetime
    body: str
    parameters: Mapping[str, str]
    kind: str = "unread"
    rule: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class OptEvent:
    """A number asked not to be texted any more, or to be texted again."""

    number: str
    at: datetime
    opted_out: bool
    by: str
    cause: str
