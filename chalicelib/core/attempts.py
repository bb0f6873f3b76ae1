"""Attempts to reach a customer: which of them show that he cannot be reached (DESIGN 3)."""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import combinations
from typing import Final

from chalicelib.core import calendar
from chalicelib.core.rules import Rulebook
from chalicelib.core.verification import Attempt

ENOUGH: Final = 3
"""So many attempts in vain, each on a day and at a time of day of its own."""

MOST: Final = 20
"""Attempts kept of one pick; more are no care for a customer but a nuisance to him."""

DAY_PARTS: Final = ((time(12), "morning"), (time(17), "afternoon"), (time.max, "evening"))
"""Until when each time of day lasts. The evening begins within business hours, so that whoever is
at work by day can be reached without anybody working late."""

_INTERRUPTS: Final = ("", "no_answer")


def day_part(instant: datetime, rules: Rulebook) -> str:
    """The time of day at `instant`, by the organisation's clocks."""
    clock = instant.astimezone(calendar.zone(rules)).time()
    return next(name for until, name in DAY_PARTS if clock < until or until is time.max)


def is_unreachable(attempts: Sequence[Attempt], rules: Rulebook) -> bool:
    """Whether ENOUGH attempts stayed without an answer, no two on one day or at one time of day.

    As long as the customer waits for the call that was agreed on last, he is not.
    """
    tried = {_when(each.at, rules) for each in attempts if each.reached == "no_answer"}
    if (last := latest(attempts)) and last.appointment is not None:
        return False
    return any(_all_differ(chosen) for chosen in combinations(sorted(tried), ENOUGH))


def latest(attempts: Sequence[Attempt]) -> Attempt | None:
    """The attempt that was made last."""
    return max(attempts, key=lambda each: each.at, default=None)


def said(attempts: Sequence[Attempt]) -> str:
    """What was noted last of somebody who answered: one of REACHED; "" if nobody ever did."""
    spoken = latest([each for each in attempts if each.reached not in _INTERRUPTS])
    return spoken.reached if spoken else ""


def _when(instant: datetime, rules: Rulebook) -> tuple[date, str]:
    return calendar.local_day(instant, rules), day_part(instant, rules)


def _all_differ(chosen: Sequence[tuple[date, str]]) -> bool:
    days, parts = zip(*chosen, strict=True)
    return len(set(days)) == len(set(parts)) == len(chosen)
