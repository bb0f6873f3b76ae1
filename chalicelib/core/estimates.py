"""What the verification calls say about all visits, weighted as they were drawn.

Visits with a reason are drawn on purpose, so a rate over all calls alike would be wrong by design
and cannot be asked for here: each call stands for the visits of its own cell. A cell holds visits
that had the same chance: one draw, one stratum, with a reason or without. All arithmetic is exact
but the square root of Wilson's interval, which is taken to 28 digits.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from chalicelib.core.frame import FrameLine, stratum
from chalicelib.core.grades import POINTS, Grades, points

Z_95: Final = Decimal("1.959963984540054")
"""The normal quantile of a two-sided 95 % interval."""

_DIGITS: Final = Context(prec=28)


class Interval(NamedTuple):
    """From `low` to `high`, within 0 … 1."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Checked:
    """One drawn visit: its cell, its form (no grades: silent), and the grades told on the call.

    `told` None: not reached or refused. `matches` False also without a difference in grades, where
    the customer never answered or there was no visit; None as long as it is not known.
    """

    cell: str
    form: Grades
    told: Grades | None
    matches: bool | None


@dataclass(frozen=True, slots=True)
class MatchRate:
    """Share of the forms that the customers stand by.

    `rate` and `wilson` are over the cells with a call that came to an end (`covered`: their share
    of the forms), from `calls` such calls. `bounds` hold for all forms: none, or all, of what was
    drawn and not settled match, and none or all of a cell without any draw.
    """

    rate: Fraction
    wilson: Interval
    bounds: Interval
    covered: Fraction
    calls: int


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """One item on forms and calls: share of equal grades, mean of told − form points, calls."""

    agreement: Fraction
    difference: Fraction
    calls: int


def cell(draw_key: str, line: FrameLine) -> str:
    """The cell of a frame line.

    >>> cell("2026-W23", FrameLine("V-1", "U1", "Li", True, ("fast",)))
    '2026-W23/U1/Li/answered/reason'
    """
    return f"{draw_key}/{stratum(line)}/{'reason' if line.reasons else 'none'}"


def match_rate(sizes: Mapping[str, int], checked: Iterable[Checked]) -> MatchRate | None:
    """How many of the forms hold; `sizes` are the answered visits per cell. None: no call ended.

    A cell's settled calls stand for the whole cell; cells without any are left out of the rate.
    """
    drawn, settled, matching = Counter[str](), Counter[str](), Counter[str]()
    for visit in checked:
        drawn[visit.cell] += 1
        settled[visit.cell] += visit.matches is not None
        matching[visit.cell] += visit.matches is True
    weights = _weights(sizes, settled)
    if not weights:
        return None
    covered, total = sum(sizes[name] for name in weights), sum(sizes.values())
    rate = _sum(weights, matching) / covered
    drawn_weights = _weights(sizes, drawn)
    return MatchRate(
        rate,
        wilson(rate, _effective_calls(weights, settled)),
        Interval(
            _sum(drawn_weights, matching) / total,
            1 - _sum(drawn_weights, settled - matching) / total,
        ),
        Fraction(covered, total),
        sum(settled[name] for name in weights),
    )


def item_agreement(
    sizes: Mapping[str, int], checked: Iterable[Checked], item: str
) -> ItemAgreement | None:
    """Form against call on one item, weighted; None if no call has it on both.

    A positive difference: the customers told better grades than stood on the forms.
    """
    pairs = [
        (visit.cell, POINTS[visit.told[item]] - POINTS[visit.form[item]])
        for visit in checked
        if visit.told and item in visit.told and item in visit.form and visit.cell in sizes
    ]
    weights = _weights(sizes, Counter(name for name, _ in pairs))
    covered = sum(sizes[name] for name in weights)
    if not covered:
        return None
    equal, shift = Counter[str](), Counter[str]()
    for name, difference in pairs:
        equal[name] += difference == 0
        shift[name] += difference
    return ItemAgreement(_sum(weights, equal) / covered, _sum(weights, shift) / covered, len(pairs))


def adjusted_mean(
    answered: int, total_points: int, silent: Mapping[str, int], checked: Iterable[Checked]
) -> Fraction | None:
    """The mean over all visits, had the silent ones answered as those reached on a call did.

    `answered` forms with `total_points`; `silent` are the silent visits per cell, of which
    `checked` has the calls. Cells without a call count as the called ones together. None if there
    are silent visits and none was reached.
    """
    reached, told_points = Counter[str](), Counter[str]()
    for visit in checked:
        if visit.told:
            reached[visit.cell] += 1
            told_points[visit.cell] += points(visit.told)
    missing = sum(silent.values())
    if not missing:
        return Fraction(total_points, answered) if answered else None
    weights = _weights(silent, reached)
    if not weights:
        return None
    told_mean = _sum(weights, told_points) / sum(silent[name] for name in weights)
    return (total_points + told_mean * missing) / (answered + missing)


def wilson(rate: Fraction, trials: Fraction | int) -> Interval:
    """Wilson's 95 % interval of a rate found in `trials` > 0 trials, equally weighted or not."""
    z = Fraction(Z_95)
    n = Fraction(trials)
    centre = rate + z * z / (2 * n)
    spread = z * _root(rate * (1 - rate) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    low, high = (centre - spread) / whole, (centre + spread) / whole
    # The root is rounded: at rates of 0 and 1 the interval would miss the rate by a last digit.
    return Interval(min(max(low, Fraction(0)), rate), max(min(high, Fraction(1)), rate))


def _weights(sizes: Mapping[str, int], calls: Mapping[str, int]) -> dict[str, Fraction]:
    """How many visits each call stands for, in the cells that have calls."""
    return {name: Fraction(size, calls[name]) for name, size in sizes.items() if calls.get(name)}


def _sum(weights: Mapping[str, Fraction], counts: Mapping[str, int]) -> Fraction:
    return sum((weight * counts[name] for name, weight in weights.items()), Fraction(0))


def _effective_calls(weights: Mapping[str, Fraction], calls: Mapping[str, int]) -> Fraction:
    """Kish: how many equally weighted calls would tell as much; with equal weights all of them."""
    squares = sum((weight**2 * calls[name] for name, weight in weights.items()), Fraction(0))
    return _sum(weights, calls) ** 2 / squares


def _root(value: Fraction) -> Fraction:
    return Fraction(
        _DIGITS.sqrt(_DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator)))
    )


def shown(value: Fraction, places: int) -> str:
    """The value with `places` decimals, half away from zero, never "-0.00".

    >>> shown(Fraction(-1, 8), 2), shown(Fraction(-1, 1000), 2), shown(Fraction(1), 4)
    ('-0.13', '0.00', '1.0000')
    >>> shown(Fraction(45, 2), 0)
    '23'
    """
    scaled = (2 * abs(value.numerator) * 10**places + value.denominator) // (2 * value.denominator)
    whole, rest = divmod(scaled, 10**places)
    decimals = f".{rest:0{places}}" if places else ""
    return f"{'-' if value < 0 and scaled else ''}{whole}{decimals}"
