"""A unit's share of a report, and the figures that its sheets and charts take from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from chalicelib.core.facts import Facts, VisitFact
from chalicelib.core.lines import two_decimals
from chalicelib.core.tallies import FORM_POINTS, SILENT
from chalicelib.sheet_pages import Column
from chalicelib.texts import Say

LINES: Final = ("change", "all_best", "all_worst", "complaints")
"""The lines of a document, in their order."""


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's document and what that rests on, as far as it is known.

    `names`: a technician's code → his name. `earlier` are the unit's documents before this one,
    the oldest first.
    """

    entry: Mapping[str, Any]
    name: str = ""
    facts: Facts | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    earlier: Sequence[Mapping[str, Any]] = ()

    @property
    def unit(self) -> str:
        """The unit's id, which stands in the first column of every sheet."""
        return str(self.entry["unit"])

    @property
    def visits(self) -> Sequence[VisitFact]:
        """The unit's visits, none where they are not known."""
        return self.facts.visits if self.facts else ()


def amounts_of(entry: Mapping[str, Any]) -> dict[str, int]:
    """The amounts of a document's lines by their codes; offline the last may be missing."""
    return {line["code"]: line["amount"] for line in entry["lines"]}


def shown(mean: str | None) -> Decimal | None:
    """A mean as a document has it, as a number of two decimals."""
    return None if mean is None else Decimal(mean)


def mean_of(points: int, forms: int) -> Decimal | None:
    """Points by form with two decimals, half away from zero; None without any form."""
    return Decimal(two_decimals(points, forms)) if forms else None


def sums(visits: Sequence[VisitFact], by: str) -> dict[str, tuple[int, int, int]]:
    """Visits, forms and points by "week" or "technician", sorted."""
    found: dict[str, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    for visit in visits:
        count, forms, points = found[getattr(visit, by)]
        if visit.void != "visit":
            count += 1
        if visit.letters != SILENT:
            forms, points = forms + 1, points + FORM_POINTS[visit.letters]
        found[getattr(visit, by)] = (count, forms, points)
    return dict(sorted(found.items()))


def by_technician(visits: Sequence[VisitFact]) -> list[dict[str, Any]]:
    """What a document tells of technicians, from the visits alone."""
    return [
        {
            "technician": technician,
            "visits": count,
            "forms": forms,
            "points": points,
            "mean": two_decimals(points, forms) if forms else None,
        }
        for technician, (count, forms, points) in sums(visits, "technician").items()
    ]


def text_column(say: Say, what: str, width: int) -> Column:
    """A column of texts under its heading."""
    return Column(say(f"workbook.column.{what}"), width, "text")
