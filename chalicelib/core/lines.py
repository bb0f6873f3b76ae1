"""The four lines of a month: the owner's rules about money (DESIGN 2), in integers throughout."""

from dataclasses import dataclass, field
from math import gcd

from chalicelib.core.rules import Rulebook, Tier
from chalicelib.core.tallies import BEST, WORST, ComplaintTally, Figures, Tally

Values = dict[str, int | str]
"""What fills a sentence: numbers, the same in every language."""


@dataclass(frozen=True, slots=True)
class Line:
    """One of the four lines: its amount, signed, and why; `values` fill the sentence."""

    code: str
    reason: str
    amount: int
    values: Values = field(default_factory=dict)


def change_line(now: Figures, before: Figures | None, rules: Rulebook) -> Line:
    """The mean against last month's, both by this month's denominator, compared exactly."""
    if before is None:
        return Line("change", "no_last_month", 0)
    if not before.forms or not now.forms:
        return Line("change", "no_forms" if before.forms else "no_forms_last_month", 0)
    if min(now.forms, before.forms) < rules.change_min_forms:
        return Line("change", "too_few", 0, _too_few(now, before, rules))
    n, before_n = now.n(rules.denominator), before.n(rules.denominator)
    rise = now.points * before_n - before.points * n
    amount = rules.rise_award if rise > 0 else -rules.fall_penalty if rise < 0 else 0
    values: Values = {
        "before_points": before.points,
        "before_n": before_n,
        "before_mean": two_decimals(before.points, before_n),
        "points": now.points,
        "n": n,
        "mean": two_decimals(now.points, n),
        "sum": abs(amount),
    }
    if rise == 0:
        return Line("change", "same", 0, values)
    how, by = _shown_change(now.points, n, before.points, before_n)
    reason = ("risen" if rise > 0 else "fallen") + how
    return Line("change", reason, amount, {**values, "by": by})


def _shown_change(points: int, n: int, before_points: int, before_n: int) -> tuple[str, str]:
    """How to tell a change so that it agrees with the two rounded means beside it, and by what."""
    mean, before = _hundredths(points, n), _hundredths(before_points, before_n)
    change = abs(points * before_n - before_points * n)
    by = two_decimals(change, n * before_n)
    if mean == before or by == "0.00":
        return "_slightly", _fraction(change, n * before_n)
    agrees = abs(mean - before) == _hundredths(change, n * before_n)
    return ("" if agrees else "_unrounded"), by


def _too_few(now: Figures, before: Figures, rules: Rulebook) -> Values:
    return {"forms": now.forms, "before_forms": before.forms, "minimum": rules.change_min_forms}


def all_alike_line(code: str, tally: Tally, rules: Rulebook) -> Line:
    """Line "all_best" or "all_worst": every form complete and every grade A, or every one E."""
    letters, amount = {
        "all_best": (BEST, rules.all_best_award),
        "all_worst": (WORST, -rules.all_worst_penalty),
    }[code]
    forms, alike = tally.figures().forms, tally.number(letters)
    values: Values = {"forms": forms, "alike": alike, "sum": abs(amount)}
    if not forms:
        return Line(code, "no_forms", 0)
    if alike < forms:
        return Line(code, "not_all", 0, values)
    if forms < rules.special_min_forms:
        return Line(code, "too_few", 0, {**values, "minimum": rules.special_min_forms})
    return Line(code, "all", amount, values)


def complaint_line(complaints: ComplaintTally, rules: Rulebook) -> Line:
    """The row of the complaint table that the weighted count falls in."""
    count, weighted = complaints.weigh(rules)
    tier = tier_of(weighted, rules)
    reason = "award" if tier.amount > 0 else "penalty" if tier.amount < 0 else "nothing"
    values: Values = {
        "count": count,
        "weighted": weighted,
        "tier": tier.name,
        "sum": abs(tier.amount),
    }
    return Line("complaints", reason, tier.amount, values)


def tier_of(weighted: int, rules: Rulebook) -> Tier:
    """The row that holds a weighted count; the rulebook has exactly one for each."""
    return next(tier for tier in rules.tiers if tier.holds(weighted))


# Quotients as a person reads them


def two_decimals(numerator: int, denominator: int) -> str:
    """A quotient with two decimals, half away from zero; `denominator` > 0.

    >>> two_decimals(40, 10), two_decimals(1, 8), two_decimals(-1, 8), two_decimals(-1, 1000)
    ('4.00', '0.13', '-0.13', '0.00')
    """
    hundredths = _hundredths(numerator, denominator)
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02}"


def _hundredths(numerator: int, denominator: int) -> int:
    rounded = (200 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded


def _fraction(numerator: int, denominator: int) -> str:
    divisor = gcd(numerator, denominator)
    return f"{numerator // divisor}/{denominator // divisor}"
