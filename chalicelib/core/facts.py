"""The facts that a unit's month rests on: sorted lines without any person, from which its document
can be made again byte for byte, also after people have been erased (DESIGN 8).

A line is a word and its columns with tabs between them, UTF-8, with a line feed; the lines of a
file are sorted by their bytes. An empty column is written "-" and is "" in memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from chalicelib.core.tallies import SILENT

CLOCKS: Final = ("kept", "late", "open")
"""How the clock of a step stood when the facts were written; "" where it never ran."""

VOIDS: Final = ("proposed", "form", "visit")
"""A void that was proposed; one approved takes the form away, or the visit as well."""

CHANNELS: Final = ("sms", "link", "keypad", "paper", "call")
"""Where a form may have come from."""

HOLDS: Final = "holds"
DIFFERS: Final = "differs"


class CaseFact(NamedTuple):
    """One case of the month, whatever its kind; `reference` is what the unit calls it.

    `forwarded`, `answered`, `solved`: one of CLOCKS or "". `repeats`: how often it came back.
    """

    number: str
    reference: str
    kind: str
    severity: str
    standing: str
    channel: str
    category: str
    forwarded: str
    answered: str
    solved: str
    repeats: int


class CellFact(NamedTuple):
    """How many of the month's visits were in this cell of a draw's frame (`core/estimates.py`)."""

    cell: str
    size: int


class LateUploads(NamedTuple):
    """Visits of closed months that came in since the document before."""

    number: int


class MonthFact(NamedTuple):
    """Whose month it is."""

    unit: str
    month: str


class Previous(NamedTuple):
    """Last month's document that holds: which, and its figures; counted forms by channel."""

    version: int
    hash: str
    forms: int
    visits: int
    points: int
    squares: int
    sms: int = 0
    link: int = 0
    keypad: int = 0
    paper: int = 0
    call: int = 0


class Unassigned(NamedTuple):
    """Complaints and unread cases of the month that had no unit, of the whole organisation."""

    number: int


class Usual(NamedTuple):
    """Visits of all units last month, and the complaints that counted."""

    visits: int
    complaints: int


class VisitFact(NamedTuple):
    """One visit: the form that counts as letters (SILENT: none), and how it came about.

    `delivery`: how far our text got, "" none was sent. `evidence` and `channel` are of the counted
    form. `late`: it has an answer that came after the close. `void`: one of VOIDS or "".
    `outcome`, `cell`, and the letters of `form` and `told` are of its verification call, "" where
    there was none. `week`: the ISO week of its completion, in the organisation's zone.
    """

    visit_id: str
    technician: str
    letters: str
    state: str
    delivery: str
    evidence: str
    channel: str
    late: bool
    void: str
    outcome: str
    cell: str
    form: str
    told: str
    week: str


class WeekFact(NamedTuple):
    """What was mailed of a week, as far as it is of this month, and whether it still HOLDS."""

    week: str
    number: int
    sha256: str
    found: str


_Head = CaseFact | CellFact | LateUploads | MonthFact | Previous | Unassigned | Usual
Fact = _Head | VisitFact | WeekFact
"""One line."""

WORDS: Final[Mapping[str, Any]] = {
    "case": CaseFact,
    "cell": CellFact,
    "late_uploads": LateUploads,
    "month": MonthFact,
    "previous": Previous,
    "unassigned": Unassigned,
    "usual": Usual,
    "visit": VisitFact,
    "week": WeekFact,
}
"""First word of a line → what it tells; in the order in which a file has them."""

_WORD: Final = {kind: word for word, kind in WORDS.items()}


@dataclass(frozen=True, slots=True)
class Facts:
    """A month's facts, as a file has them, in its order."""

    unit: str
    month: str
    visits: tuple[VisitFact, ...] = ()
    cases: tuple[CaseFact, ...] = ()
    cells: tuple[CellFact, ...] = ()
    previous: Previous | None = None
    late_uploads: int = 0
    unassigned: int = 0
    weeks: tuple[WeekFact, ...] = ()
    usual: Usual | None = None


def line(fact: Fact) -> str:
    """The line of a fact, with its line feed.

    >>> line(CellFact("2026-W23/U1/ab/silent/none", 7))
    'cell\\t2026-W23/U1/ab/silent/none\\t7\\n'
    """
    columns = [value or "-" if value.__class__ is str else _written(value) for value in fact]
    return "\t".join((_WORD[type(fact)], *columns)) + "\n"


def lines(facts: Facts) -> Iterator[str]:
    """The lines of a facts file."""
    found = [line(fact) for fact in (*heads(facts), *facts.visits, *facts.weeks)]
    yield from sorted(found, key=str.encode)


def heads(facts: Facts) -> Iterator[Fact]:
    """What stands in a file before its visits, in no order."""
    yield from facts.cases
    yield from facts.cells
    yield LateUploads(facts.late_uploads)
    yield MonthFact(facts.unit, facts.month)
    if facts.previous is not None:
        yield facts.previous
    yield Unassigned(facts.unassigned)
    if facts.usual is not None:
        yield facts.usual


def _written(value: object) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def is_counted(fact: VisitFact) -> bool:
    """Whether the visit has a form that counts."""
    return fact.letters != SILENT
