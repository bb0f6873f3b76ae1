"""What the calls of a month say about its forms, as its document tells it (DESIGN 7, 8)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from chalicelib.core.counted import Call, Counted
from chalicelib.core.estimates import (
    Checked,
    Interval,
    ItemAgreement,
    MatchRate,
    adjusted_mean,
    item_agreement,
    match_rate,
    shown,
)
from chalicelib.core.facts import CellFact
from chalicelib.core.grades import ITEMS, from_letters, points
from chalicelib.core.tallies import SILENT
from chalicelib.core.verification import OUTCOMES

PLACES: Final = 4
"""Decimals of rates and shares."""

DISOWNED: Final = ("never_answered", "no_visit", "wrong_number")
"""Outcomes in which nobody stands by the form, unless a lead has refused its void."""


def verification(cells: Iterable[CellFact], counted: Counted) -> dict[str, Any]:
    """The calls drawn, what came of them, and what they say of all visits, weighted by cell."""
    sizes = _sizes(cells)
    answered, silent = _part(sizes, "answered"), _part(sizes, "silent")
    checked = [_checked(call) for call in counted.calls]
    of_forms = [one for one in checked if one.cell in answered]
    outcomes = Counter(call.outcome for call in counted.calls if call.outcome)
    return {
        "drawn": len(counted.calls),
        "outcomes": {outcome: outcomes[outcome] for outcome in OUTCOMES},
        "open": len(counted.calls) - outcomes.total(),
        **_rate(match_rate(answered, of_forms)),
        "items": {item: _item(item_agreement(answered, of_forms, item)) for item in ITEMS},
        "adjusted_mean": _adjusted(silent, counted, checked),
    }


def _sizes(cells: Iterable[CellFact]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for each in cells:
        found[each.cell] += each.size
    return dict(found)


def _part(sizes: Mapping[str, int], status: str) -> dict[str, int]:
    """The cells of the "answered", or of the "silent", visits."""
    return {cell: size for cell, size in sizes.items() if cell.split("/")[-2] == status}


def _checked(call: Call) -> Checked:
    told = from_letters(call.told) if call.told else {}
    form = from_letters(call.form or call.letters)
    return Checked(call.cell, form, told or None, _matches(call))


def _matches(call: Call) -> bool | None:
    """Whether the customer stands by the form; None where nobody knows."""
    if call.outcome in DISOWNED:
        return False if call.void else None
    return {"confirmed": True, "differs": False}.get(call.outcome)


def _rate(found: MatchRate | None) -> dict[str, Any]:
    if found is None:
        return {"rate": None, "wilson": None, "bounds": None, "covered": None, "calls": 0}
    return {
        "rate": shown(found.rate, PLACES),
        "wilson": _interval(found.wilson),
        "bounds": _interval(found.bounds),
        "covered": shown(found.covered, PLACES),
        "calls": found.calls,
    }


def _interval(found: Interval) -> list[str]:
    return [shown(found.low, PLACES), shown(found.high, PLACES)]


def _item(found: ItemAgreement | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "agreement": shown(found.agreement, PLACES),
        "difference": shown(found.difference, PLACES),
        "calls": found.calls,
    }


def _adjusted(
    silent: Mapping[str, int], counted: Counted, checked: Sequence[Checked]
) -> str | None:
    """The mean had the silent visits answered as those reached did.

    Forms that only a call brought stand for their silent cell and not for themselves as well. None
    as long as no frame has the silent visits.
    """
    figures = counted.tally().figures()
    brought = [
        call.letters for call in counted.calls if call.cell in silent and call.letters != SILENT
    ]
    if figures.visits > figures.forms and not silent:
        return None
    forms = figures.forms - len(brought)
    total = figures.points - sum(points(from_letters(letters)) for letters in brought)
    reached = [one for one in checked if one.cell in silent]
    found = adjusted_mean(forms, total, silent, reached)
    return None if found is None else shown(Fraction(found), 2)
