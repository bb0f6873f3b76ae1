"""A month's visits counted, one by one, in any order: what its document needs of them.

Memory grows with the kinds of visits and with the calls made, not with the visits.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from chalicelib.core.facts import VisitFact
from chalicelib.core.response_rates import Dispositions, response_rate_1, response_rate_2
from chalicelib.core.tallies import SILENT, Tally

VERIFIED: Final = ("confirmed", "differs", "first_form")
"""Outcomes after which the form is what the customer told supervision."""

NEVER_ASKED: Final = ("scheduled", "waiting", "uninvitable")
"""States of a survey in which nobody knows whether an answer could have come."""

_DISPOSITION: Final[Mapping[str, str]] = {
    "opted_out": "refused",
    "undeliverable": "not_reached",
    "invited": "not_reached",
    "expired": "not_reached",
    **dict.fromkeys(NEVER_ASKED, "unknown"),
}
"""State of a survey without a form → AAPOR's disposition; any other is "other"."""


class Sort(NamedTuple):
    """What visits that count alike have in common: columns 2 to 10 of their facts."""

    technician: str
    letters: str
    state: str
    delivery: str
    evidence: str
    channel: str
    late: bool
    void: str
    outcome: str


class Call(NamedTuple):
    """A visit that was drawn for a call: the cell, the form then, what was told, what counts."""

    cell: str
    form: str
    told: str
    outcome: str
    void: str
    letters: str


class Counted:
    """The visits of one unit's month, sort by sort, and those that were drawn one by one."""

    def __init__(self, visits: Iterable[VisitFact] = ()) -> None:
        """Begin with these visits counted."""
        self.sorts: Counter[Sort] = Counter()
        self.calls: list[Call] = []
        for fact in visits:
            self.add(fact)

    def add(self, fact: VisitFact) -> None:
        """Count one more visit."""
        self.sorts[Sort(*fact[1:10])] += 1
        if fact.cell:
            call = (fact.cell, fact.form, fact.told, fact.outcome, fact.void, fact.letters)
            self.calls.append(Call(*call))

    def tally(self, technician: str | None = None) -> Tally:
        """The forms and silent visits, or those of one technician; visits that never were are
        neither."""
        found: Counter[str] = Counter()
        for sort, number in self.sorts.items():
            if sort.void != "visit" and technician in (None, sort.technician):
                found[sort.letters] += number
        return Tally(found)

    def technicians(self) -> list[dict[str, int | str]]:
        """Of each technician, by code: visits, forms, points, verified forms and differing ones."""
        return [self._technician(code) for code in sorted({each.technician for each in self.sorts})]

    def _technician(self, code: str) -> dict[str, int | str]:
        figures = self.tally(code).figures()
        mine = {sort: number for sort, number in self.sorts.items() if sort.technician == code}
        return {
            "technician": code,
            "visits": figures.visits,
            "forms": figures.forms,
            "points": figures.points,
            "verified": sum(number for sort, number in mine.items() if sort.outcome in VERIFIED),
            "differs": sum(number for sort, number in mine.items() if sort.outcome == "differs"),
        }

    def funnel(self) -> dict[str, int]:
        """How many visits came how far: each step counts visits that were, voids all of them."""
        were = {sort: number for sort, number in self.sorts.items() if sort.void != "visit"}
        return {
            "visits": sum(were.values()),
            "reachable": _number(were, lambda sort: sort.state != "uninvitable"),
            "invited": _number(were, lambda sort: sort.delivery != ""),
            "delivered": _number(were, lambda sort: sort.delivery in ("delivered", "read")),
            "answered": _number(were, lambda sort: sort.letters != SILENT),
            "late": _number(were, lambda sort: sort.late),
            "verified": _number(were, lambda sort: sort.outcome in VERIFIED),
            "void_proposed": _number(self.sorts, lambda sort: sort.void == "proposed"),
            "void": _number(self.sorts, lambda sort: sort.void in ("form", "visit")),
        }

    def by(self, column: str, words: Iterable[str]) -> dict[str, int]:
        """Counted forms by "evidence" or "channel"."""
        found = dict.fromkeys(words, 0)
        for sort, number in self.sorts.items():
            if sort.letters != SILENT and sort.void != "visit":
                found[getattr(sort, column)] += number
        return found

    def response(self) -> tuple[Fraction | None, Fraction | None]:
        """AAPOR's RR1 and RR2 of the visits that were."""
        found: Counter[str] = Counter()
        for sort, number in self.sorts.items():
            if sort.void != "visit":
                found[_disposition(sort)] += number
        every = Dispositions(**{name: found[name] for name in Dispositions.__slots__})
        return response_rate_1(every), response_rate_2(every)


def _disposition(sort: Sort) -> str:
    if sort.letters != SILENT:
        return "partial" if "-" in sort.letters else "complete"
    return _DISPOSITION.get(sort.state, "other")


def _number(sorts: Mapping[Sort, int], is_one: Callable[[Sort], bool]) -> int:
    return sum(number for sort, number in sorts.items() if is_one(sort))
