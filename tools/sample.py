"""The sample months of `make run`: a small organisation to look at, the same on every machine."""

from datetime import datetime, timedelta
from typing import Final

from tools.cast import play
from tools.local import Local
from tools.recount_rules import Rules
from tools.scenario import scenario

SEED: Final = 1
VISITS: Final = 36
LAST_DAYS: Final = 2
"""The last job lies so many days back, so that nobody waits for an answer of his at the end."""


def load(running: Local, until: datetime) -> None:
    """Let a scenario happen between the clock's present instant and `until`."""
    first = Rules().day(running.wiring.now()) + timedelta(days=1)
    days = (Rules().day(until) - first).days - LAST_DAYS
    months = scenario(SEED, first, days, VISITS)
    play(months, running, until, tell=lambda week: None)
