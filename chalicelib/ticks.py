"""How long a schedule's run may go on: a function of AWS ends after 300 seconds, done or not."""

from collections.abc import Callable
from time import monotonic
from typing import Final

SECONDS: Final = 240
"""No new piece of work is begun after so long: the last one has the rest of the run."""


def within(seconds: int = SECONDS) -> Callable[[], bool]:
    """Asks whether it is still before the end of `seconds` from now."""
    end = monotonic() + seconds
    return lambda: monotonic() < end
