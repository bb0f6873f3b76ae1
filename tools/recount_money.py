"""The rules about money once more, on the letters of forms; `chalicelib` is not imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

from tools.recount_reader import BLANK

POINTS: Final = {"A": 2, "B": 1, "C": 0, "D": -1, "E": -2, "-": 0}


@dataclass(frozen=True, slots=True)
class Month:
    """A unit's month as this recount has it; `lines` by their codes."""

    visits: int
    forms: int
    n: int
    points: int
    mean: str | None
    last_mean: str | None
    complaints: int
    lines: Mapping[str, int]

    def figures(self) -> Mapping[str, object]:
        """Every figure under the name that a difference is reported by."""
        named = {"visits": self.visits, "forms": self.forms, "n": self.n, "points": self.points}
        means = {"mean": self.mean, "last mean": self.last_mean}
        amounts = {"complaints counted": self.complaints, "sum": sum(self.lines.values())}
        return {
            **named,
            **means,
            **amounts,
            **{f"line {code}": x for code, x in self.lines.items()},
        }


@dataclass(frozen=True, slots=True)
class Sums:
    """What a month's lines rest on; `letters` has BLANK for a silent visit."""

    letters: Sequence[str]
    complaints: int

    @property
    def forms(self) -> list[str]:
        return [form for form in self.letters if form != BLANK]

    @property
    def points(self) -> int:
        return sum(POINTS[letter] for form in self.letters for letter in form)

    def n(self, figures: Mapping[str, Any]) -> int:
        return len(self.letters if figures["denominator"] == "visits" else self.forms)


def month_of(mine: Sums, last: Sums | None, figures: Mapping[str, Any]) -> Month:
    n = mine.n(figures)
    return Month(
        visits=len(mine.letters),
        forms=len(mine.forms),
        n=n,
        points=mine.points,
        mean=_mean(mine.points, n),
        last_mean=_mean(last.points, last.n(figures)) if last else None,
        complaints=mine.complaints,
        lines={
            "change": _change(mine, last, figures),
            "all_best": _alike("AAA", mine.forms, figures) * figures["all_best_award"],
            "all_worst": -_alike("EEE", mine.forms, figures) * figures["all_worst_penalty"],
            "complaints": _tier(mine.complaints, figures),
        },
    )


def _mean(points: int, n: int) -> str | None:
    if not n:
        return None
    return str((Decimal(points) / n).quantize(Decimal("0.01"), ROUND_HALF_UP) + 0)


def _change(mine: Sums, last: Sums | None, figures: Mapping[str, Any]) -> int:
    if last is None or min(len(mine.forms), len(last.forms)) < max(1, figures["change_min_forms"]):
        return 0
    rise = Fraction(mine.points, mine.n(figures)) - Fraction(last.points, last.n(figures))
    if rise == 0:
        return 0
    return int(figures["rise_award"]) if rise > 0 else -int(figures["fall_penalty"])


def _alike(form: str, forms: Sequence[str], figures: Mapping[str, Any]) -> int:
    """1 if there are forms enough and every one of them is this one, else 0."""
    return int(len(forms) >= max(1, figures["special_min_forms"]) and set(forms) == {form})


def _tier(complaints: int, figures: Mapping[str, Any]) -> int:
    weighted = complaints * figures["severity_weight"]["minor"]
    return next(
        int(tier["amount"])
        for tier in figures["tier"]
        if tier["from"] <= weighted <= tier.get("to", weighted)
    )
