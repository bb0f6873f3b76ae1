"""Tallies: a month's forms and complaints folded into counts, in any order and in any parts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple

from chalicelib.core.cases import CHANNELS, KINDS
from chalicelib.core.grades import ITEMS, POINTS, from_letters, points
from chalicelib.core.rules import SEVERITIES, Rulebook

SILENT: Final = "---"
"""A visit without a form, as letters."""

BEST: Final = "A" * len(ITEMS)
WORST: Final = "E" * len(ITEMS)

FORM_POINTS: Final[Mapping[str, int]] = {
    "".join(form): points(from_letters("".join(form)))
    for form in product("".join(POINTS) + "-", repeat=len(ITEMS))
    if "".join(form) != SILENT
}
"""Every form there can be, as letters in item order ("-" a blank) → its points."""

STANDINGS: Final = ("counts", "duplicate", "out_of_scope")
"""Whether a complaint counts (DESIGN 1)."""

COUNTING_KINDS: Final = ("complaint", "unread")
"""A case that nobody has read when the month closes counts as a complaint (DESIGN 6)."""


class TallyError(ValueError):
    """Something that is no form, or no kind, severity, standing or channel of a case."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What of a month is needed to assess it and to compare the next one with it.

    `squares` is the sum of the squares of the forms' points; only a note rests on it.
    """

    forms: int
    visits: int
    points: int
    squares: int

    def n(self, denominator: str) -> int:
        """What the points are divided by: "forms" or "visits"."""
        return self.visits if denominator == "visits" else self.forms


class Tally:
    """The visits of one unit and month (or technician, or day): forms by their letters.

    The work for a form does not grow with their number, nor does the memory: there are 215
    different forms. `state` and `Tally(state)` carry it over a pause.
    """

    def __init__(self, state: Mapping[str, int] | None = None) -> None:
        self._counts: Counter[str] = Counter(state or {})
        for letters in self._counts:
            _check("form", letters, (SILENT, *FORM_POINTS))

    def add_form(self, letters: str) -> None:
        """Count a visit's form, three letters in item order, "-" for a blank; else TallyError."""
        if letters not in FORM_POINTS:
            raise TallyError(f"{letters!r} is no form")
        self._counts[letters] += 1

    def add_silent(self) -> None:
        """Count a visit without a form."""
        self._counts[SILENT] += 1

    def merge(self, other: "Tally") -> None:
        """Count what `other` has counted as well."""
        self._counts.update(other._counts)

    def state(self) -> dict[str, int]:
        """Letters → number, sorted; `SILENT` are the visits without a form."""
        return dict(sorted(self._counts.items()))

    def number(self, letters: str) -> int:
        """How many forms have exactly these letters."""
        return self._counts.get(letters, 0)

    def complete(self) -> int:
        """How many forms have a grade for every item."""
        return sum(number for letters, number in self._counts.items() if "-" not in letters)

    def figures(self) -> Figures:
        """The sums of the forms and visits counted so far."""
        forms = {letters: count for letters, count in self._counts.items() if letters != SILENT}
        return Figures(
            forms=sum(forms.values()),
            visits=sum(self._counts.values()),
            points=sum(FORM_POINTS[letters] * count for letters, count in forms.items()),
            squares=sum(FORM_POINTS[letters] ** 2 * count for letters, count in forms.items()),
        )

    def items(self) -> dict[str, dict[str, object]]:
        """Item → number of grades `n`, their `points`, and `counts` by grade."""
        return {item: self._item(place) for place, item in enumerate(ITEMS)}

    def _item(self, place: int) -> dict[str, object]:
        counts = dict.fromkeys(POINTS, 0)
        for letters, number in self._counts.items():
            if letters[place] in counts:
                counts[letters[place]] += number
        total = sum(POINTS[grade] * number for grade, number in counts.items())
        return {"n": sum(counts.values()), "points": total, "counts": counts}


class Sort(NamedTuple):
    """What of a case decides whether and how much it counts; no channel ("") is one that does."""

    kind: str = "complaint"
    severity: str = "minor"
    standing: str = "counts"
    channel: str = ""

    def may_count(self, rules: Rulebook) -> bool:
        """Whether a case of this kind and channel counts, unless it is set aside."""
        return self.kind in COUNTING_KINDS and self.channel in ("", *rules.counting_channels)


class ComplaintTally:
    """The cases of one unit received in one month, whatever their kind, and which of them count."""

    def __init__(self, state: Mapping[str, int] | None = None) -> None:
        self._counts: Counter[Sort] = Counter()
        for key, number in (state or {}).items():
            self.add(Sort(*key.split("/")), number)

    def add(self, sort: Sort, number: int = 1) -> None:
        """Count a case of this sort; a word that DESIGN does not know is a TallyError."""
        for what, value in zip(Sort._fields, sort, strict=True):
            _check(what, value, _WORDS[what])
        self._counts[sort] += number

    def merge(self, other: "ComplaintTally") -> None:
        """Count what `other` has counted as well."""
        self._counts.update(other._counts)

    def state(self) -> dict[str, int]:
        """ "kind/severity/standing/channel" → number, sorted."""
        return {"/".join(sort): number for sort, number in sorted(self._counts.items())}

    def by(self, what: str) -> dict[str, int]:
        """All cases, counting or not, by "kind", "severity", "standing" or known "channel"."""
        found: Counter[str] = Counter()
        for sort, number in self._counts.items():
            found[getattr(sort, what)] += number
        return {word: number for word, number in sorted(found.items()) if word}

    def weigh(self, rules: Rulebook, *, with_set_aside: bool = False) -> tuple[int, int]:
        """How many complaints count, and the same weighted by severity.

        With those set aside (duplicate, out of scope) for comparison only.
        """
        counting = {
            sort: number
            for sort, number in self._counts.items()
            if sort.may_count(rules) and (with_set_aside or sort.standing == "counts")
        }
        weight = rules.severity_weight
        weighted = sum(weight.of(sort.severity) * number for sort, number in counting.items())
        return sum(counting.values()), weighted

    def unread(self, rules: Rulebook) -> int:
        """How many of those that count nobody has read yet."""
        return sum(
            number
            for sort, number in self._counts.items()
            if sort.kind == "unread" and sort.standing == "counts" and sort.may_count(rules)
        )


_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": KINDS,
    "severity": SEVERITIES,
    "standing": STANDINGS,
    "channel": ("", *CHANNELS),
}


def _check(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise TallyError(f"{value!r} is no {what}")
