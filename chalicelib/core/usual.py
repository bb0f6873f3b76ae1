"""How many complaints are usual for a unit of its size: what chance alone makes of the rate that
all units together had last month. It stands beside the tier and decides nothing."""

from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

_DIGITS: Final = Context(prec=40)
_TAIL: Final = Decimal("0.025")
"""Outside the interval on either side, one month in twenty in all."""


def usual(visits: int, all_visits: int, all_complaints: int) -> tuple[int, int] | None:
    """From … to: 95 % of months by a Poisson law; None where there is no rate to go by.

    >>> usual(200, 1000, 25), usual(200, 1000, 0), usual(200, 0, 0)
    ((1, 10), (0, 0), None)
    """
    if not visits or not all_visits:
        return None
    return _interval(Fraction(all_complaints, all_visits) * visits)


def _interval(expected: Fraction) -> tuple[int, int]:
    mean = _DIGITS.divide(Decimal(expected.numerator), Decimal(expected.denominator))
    chance = _DIGITS.exp(-mean)
    total, number, low = chance, 0, -1
    while True:
        if low < 0 and total > _TAIL:
            low = number
        if total >= 1 - _TAIL:
            return low, number
        number += 1
        chance = _DIGITS.divide(_DIGITS.multiply(chance, mean), Decimal(number))
        total = _DIGITS.add(total, chance)
