"""Made-up weeks of visits to draw from, and their manifests."""

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from chalicelib.core.frame import FrameLine, freeze, in_order
from chalicelib.core.manifest import manifest
from chalicelib.core.sampling import Drawn, Incidents, draw

REASONS = ("fast", "late_upload", "partial", "worst_grade")


class Week(NamedTuple):
    """A frame with what the rulebook and the incidents say."""

    lines: Sequence[FrameLine]
    secret: bytes
    calls_per_week: int
    min_per_unit: int
    incidents: Incidents


def week(number: int, most_visits: int = 60) -> Week:
    """The same week for the same number: small, uneven, with names in two scripts."""
    dice = random.Random(number)  # noqa: S311 (nothing here is secret)
    visits = dice.randint(0, most_visits)
    units = [f"U{dice.randint(1, 99)}" for _ in range(dice.randint(1, 5))]
    technicians = ["Li Wei", "王/芳", "陈", "Ann"][: dice.randint(1, 4)]
    eager = dice.random()
    lines = [
        FrameLine(
            f"V-{number}-{visit}",
            dice.choice(units),
            dice.choice(technicians),
            dice.random() < 0.6,
            tuple(dice.sample(REASONS, dice.randint(1, 3))) if dice.random() < eager / 2 else (),
        )
        for visit in range(visits)
    ]
    owed = {(units[0], technicians[0]): dice.randint(1, 4)} if number % 3 == 0 else {}
    return Week(lines, dice.randbytes(32), dice.randint(1, 40), dice.randint(0, 4), owed)


def drawn(given: Week) -> Drawn:
    """The week's draw."""
    lines = in_order(given.lines)
    return draw(
        freeze(lines),
        lines,
        given.secret,
        calls_per_week=given.calls_per_week,
        min_per_unit=given.min_per_unit,
        incidents=given.incidents,
    )


def manifest_of(given: Week, key: str = "2026-W23") -> dict[str, Any]:
    """The week's manifest as it is revealed."""
    lines = in_order(given.lines)
    return manifest(
        key,
        freeze(lines),
        lines,
        given.secret,
        drawn(given),
        calls_per_week=given.calls_per_week,
        min_per_unit=given.min_per_unit,
        incidents=given.incidents,
    )
