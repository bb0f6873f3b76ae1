"""Grades by telephone keys: whose survey is open to them, and what a key means."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from chalicelib.core import calendar
from chalicelib.core.answering import CORRECTION, EVIDENCE_OF, Given
from chalicelib.core.grades import ITEMS
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Visit, called_number, merged

CHANNEL: Final = "keypad"

GRADES: Final[Mapping[str, str]] = {"1": "A", "2": "B", "3": "C", "4": "D", "5": "E"}
"""Key → grade, the words being said in this order (DESIGN 5)."""

READ_BACK: Final = ("D", "E")
"""Grades that are read back before they are stored."""


def is_open(visit: Visit, caller: str, now: datetime, rules: Rulebook) -> bool:
    """Whether this caller may still grade the visit by keys: its own number, asked, not complete.

    The end of our asking is none of the customer's: until the close, and for seven days after the
    first item, what is left may be given.
    """
    asked = visit.survey.invited_at is not None or visit.survey.outbox is not None
    if not asked or called_number(visit) != caller or not pending(visit):
        return False
    first = min((answer.at for answer in visit.answers), default=None)
    in_time = now < calendar.close_at(visit.month, rules)
    return in_time or (
        visit.survey.state == "invited" if first is None else now < first + CORRECTION
    )


def pending(visit: Visit) -> tuple[str, ...]:
    """The items without a grade, in the order in which they are asked."""
    form = merged(visit.answers, with_late=True)
    return tuple(item for item in ITEMS if item not in form)


def is_late(visit: Visit, now: datetime, rules: Rulebook) -> bool:
    """Whether an answer given now counts nowhere."""
    return now >= calendar.close_at(visit.month, rules)


def given(call: str, item: str, grade: str, now: datetime) -> Given:
    """The answer that one key is; of a call and an item there is one, however often told."""
    return Given({item: grade}, CHANNEL, EVIDENCE_OF[CHANNEL], now, f"{call}:{item}")
