"""A customer's number: which visit it is asked about and whether it wants to hear from us."""

from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.core.visits import Conversation, Visit, VisitKey


@dataclass(frozen=True, slots=True)
class Phone:
    """One number in E.164.

    `current` is the visit asked about last, `last` the visit completed last: a text answers the
    first, a complaint is about the second. `echoed` is another visit whose answer was told to this
    number at `echoed_at`.
    """

    number: str
    version: int = 0
    current: VisitKey | None = None
    last: VisitKey | None = None
    opted_out_at: datetime | None = None
    conversation: Conversation = field(default_factory=Conversation)
    echoed: VisitKey | None = None
    echoed_at: datetime | None = None


def is_of(phone: Phone, visit: Visit) -> bool:
    """Whether a text from the number may be about the visit: it is asked about, or the number's.

    An upload may have given the visit another number since.
    """
    return phone.current == visit.key or visit.facts.phone == phone.number


def talk_of(visit: Visit | None, phone: Phone) -> Conversation:
    """The conversation with a number: that of the visit it is asked about, else its own."""
    asked = visit is not None and visit.key == phone.current
    return visit.conversation if visit is not None and asked else phone.conversation
