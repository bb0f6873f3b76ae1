"""Paging: somebody may be in danger, and the duty phones ring in turn until one answers.

The first phone hears at once, day and night; while nobody acknowledges, the next one every five
minutes, round and round. Key 1 of a call and the reply 1 of a text acknowledge alike (DESIGN 6).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

STEP: Final = timedelta(minutes=5)

ACKNOWLEDGES: Final = "1"

STILL_OURS: Final = timedelta(days=30)
"""How far back a reply looks for the page it is about: longer than phones can ring in vain."""


@dataclass(frozen=True, slots=True)
class Page:
    """One danger and who was told of it: `rung` are the phones so far, `due_at` the next turn.

    `cause` is the case, text or call that speaks of danger; `caller` its number, "" if withheld.
    """

    cause: str
    opened_at: datetime
    caller: str = ""
    case: str = ""
    rung: tuple[str, ...] = ()
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    due_at: datetime | None = None
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether nobody has acknowledged it."""
        return self.acknowledged_at is None


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows now: `phone` is told, and with `nobody` set supervision hears by mail."""

    page: Page
    phone: str = ""
    nobody: bool = False


def opened(page: Page, duty: Sequence[str], now: datetime) -> Turn:
    """The first turn; where there is no duty phone at all supervision hears at once."""
    if not duty:
        return Turn(page, nobody=True)
    return Turn(replace(page, rung=(duty[0],), due_at=now + STEP), duty[0])


def on_silent(page: Page, duty: Sequence[str], now: datetime) -> Turn | None:
    """The next turn once STEP has passed in silence; None while there is nothing to do.

    Supervision hears when every phone has been told once in vain.
    """
    if not page.is_open or page.due_at is None or page.due_at > now:
        return None
    if not duty:
        return Turn(replace(page, due_at=None), nobody=True)
    phone = duty[len(page.rung) % len(duty)]
    told = replace(page, rung=(*page.rung, phone), due_at=now + STEP)
    return Turn(told, phone, nobody=len(page.rung) == len(duty))


def acknowledged(page: Page, by: str, now: datetime) -> Page:
    """The page taken over by the duty phone `by`; whoever was first stays."""
    if not page.is_open:
        return page
    return replace(page, acknowledged_by=by, acknowledged_at=now, due_at=None)
